"""What to change for each thing that can be found."""

from __future__ import annotations

from typing import Final

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
        return f"from assistants_client import {kind}, and make it by {ours}(...)"
    if kind == name:
        return f"from assistants_client import {kind}"
    return f"from assistants_client import {kind} as {name}"


def for_module_import() -> str:
    """Return what to change where `openai` itself has the methods."""
    return "make a client: from assistants_client import Client"


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


SERVER: Final = "keep it; point its base URL to a server by assistants_server"
REQUEST: Final = "keep it; send it to a server by assistants_server"
FRAMEWORK: Final = "keep it; hand it a client of assistants_client, or a server's URL"
AGENTS: Final = "keep it; point its endpoint to assistants_server before 2027-03-31"
R_OR_RUBY: Final = "point it to a server by assistants_server, or use the methods here"
