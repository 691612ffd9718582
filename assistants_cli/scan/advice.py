"""What to change for each thing that can be found."""

from __future__ import annotations

from typing import Final

import assistants_client

FROM_OPENAI: Final = "docs/from-openai.md"
KEEP: Final = "docs/keep-your-application.md"
FRAMEWORKS: Final = "docs/frameworks.md"
R_AND_RUBY: Final = "docs/from-r-and-ruby.md"

CLIENTS: Final = {
    "OpenAI": "Client",
    "Client": "Client",
    "AsyncOpenAI": "AsyncClient",
    "AsyncClient": "AsyncClient",
    "AzureOpenAI": "Client.for_azure",
    "AsyncAzureOpenAI": "AsyncClient.for_azure",
}
"""The clients of `openai` by name, and what takes their place."""
HANDLERS: Final = frozenset({"AssistantEventHandler", "AsyncAssistantEventHandler"})
"""What is called the same in `openai` and here."""


def for_client_import(name: str) -> str:
    """Return what to change where a client is imported."""
    ours = CLIENTS[name]
    kind, _, azure = ours.partition(".")
    if azure:
        made = f"{ours}(...) for Azure AI Foundry, else {kind}(base_url=...)"
        return f"from assistants_client import {kind}: {made}"
    if kind == name:
        return f"from assistants_client import {kind}"
    return f"from assistants_client import {kind} as {name}"


def for_module_import() -> str:
    """Return what to change where `openai` itself has the methods."""
    return "make a client: from assistants_client import Client"


_NAMES: Final = {
    "OpenAIError": "AssistantsError",
    "APIResponseValidationError": "DecodeError",
    "SyncCursorPage": "Page",
    "AsyncCursorPage": "AsyncPage",
}
"""What is called something else here."""
OTHERS: Final = frozenset(
    {
        *("audio", "batches", "chat", "completions", "containers", "conversations"),
        *("embeddings", "evals", "fine_tuning", "images", "moderations", "realtime"),
        *("responses", "uploads", "videos", "webhooks"),
    }
)
"""What clients of `openai` have besides, and ours haven't."""
OTHER_CALL: Final = (
    "assistants_client has no such method: keep a client of openai for it"
)


def name_for(name: str) -> str | None:
    """Return what takes the place of a name of `openai`; None where it can stay."""
    found = _NAMES.get(name, name)
    is_ours = found in assistants_client.__all__ and not found.startswith("_")
    return found if is_ours else None


def for_other_import(name: str) -> str | None:
    """Return what to change where something else is imported, if anything is."""
    ours = name_for(name)
    if ours is None:
        return None
    return (
        f"from assistants_client import {ours}{'' if ours == name else f' as {name}'}"
    )


def for_attribute(name: str) -> str | None:
    """Return what takes the place of `openai.NAME`, if anything does."""
    ours = CLIENTS.get(name) or name_for(name)
    return ours and f"assistants_client.{ours}"


def for_call(client: str | None) -> str:
    """Return what to change for a call; the name of the client's class if known."""
    if client in CLIENTS:
        return f"keep the call; its client becomes assistants_client.{CLIENTS[client]}"
    return "keep the call; its client comes from assistants_client"


def for_types_import(module: str) -> str:
    """Return what to change where types are imported."""
    rest = module.removeprefix("openai.")
    if rest.startswith("types"):
        return f"from assistants_client.{rest} import the same names"
    return "the methods of a client are those of assistants_client.Client"


PATCHED: Final = "name it as it is called in assistants_client"
SERVER: Final = "keep it; point its base URL to a server by assistants_server"
REQUEST: Final = "keep it; send it to a server by assistants_server"
FRAMEWORK: Final = "keep it; hand it a client of assistants_client, or a server's URL"
AGENTS: Final = "keep it; point its endpoint to assistants_server before 2027-03-31"
R_OR_RUBY: Final = "point it to a server by assistants_server, or use the methods here"
