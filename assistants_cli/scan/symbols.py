"""What the names of Python packages stand for, as far as they matter here."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Final, NamedTuple

from . import advice
from .findings import Kind

# What begins a path of attributes: a client of one of the classes, or a module.
OPENAI: Final = "openai"
OURS: Final = "assistants_client"
UNKNOWN: Final = "?"
RESOURCES: Final = frozenset({"threads", "assistants", "vector_stores"})
"""What `beta` of a client has of the Assistants API."""
AGENTS: Final = "AgentsClient"
PROJECT: Final = "AIProjectClient"
_AZURE: Final = ("azure.ai.agents", "azure.ai.projects")
_FRAMEWORKS: Final = (
    *("langchain", "langchain_community", "langchain_classic", "llama_index"),
    *("autogen", "autogen_agentchat", "autogen_ext", "semantic_kernel", "haystack"),
)
_FRAMEWORK_NAMES: Final = frozenset(
    {
        *("OpenAIAssistantRunnable", "OpenAIAssistantV2Runnable"),
        *("OpenAIAssistantAgent", "AzureAssistantAgent", "GPTAssistantAgent"),
        *("AzureAIAgent", "AzureAIAgentSettings"),
    }
)
_BETA_MODULES: Final = (
    *("openai.types.beta", "openai.resources.beta", "openai.lib.streaming"),
)

PATCHED: Final = re.compile(r"openai\.(?:resources|types)\.beta\.[\w.]{1,200}")
"""A name as `unittest.mock.patch` takes it."""
_PATCHED_ALONG: Final = re.compile(
    rf"openai\.(?:(?:{'|'.join(advice.CLIENTS)})(?:\.[\w.]{{1,200}})?"
    r"|resources\.(?:files|vector_stores)\.[\w.]{1,200})"
)


class Imported(NamedTuple):
    """What is said of an import.

    Attributes:
        kind: what it is.
        change: what to do.
        page: the page that says more.
    """

    kind: Kind
    change: str
    page: str


def is_below(module: str, *parents: str) -> bool:
    """Return whether a module is one of some, or in one of them."""
    return any(module == each or module.startswith(f"{each}.") for each in parents)


def imported(module: str, name: str) -> Imported | None:
    """Return what is to be said of `from module import name` whatever it is used for.

    Args:
        module: the module.
        name: what is imported from it; "" where it is the module itself.
    """
    if is_below(module, OPENAI) and name in advice.HANDLERS:
        change = f"from assistants_client import {name}"
        return Imported(Kind.IMPORT, change, advice.FROM_OPENAI)
    whole = f"{module}.{name}" if name else module
    if is_below(whole, "openai.types.beta", "openai.resources.beta"):
        change = advice.for_types_import(module)
        return Imported(Kind.IMPORT, change, advice.FROM_OPENAI)
    if name in _FRAMEWORK_NAMES and is_below(module, *_FRAMEWORKS):
        return Imported(Kind.FRAMEWORK, advice.FRAMEWORK, advice.FRAMEWORKS)
    if is_below(whole, "langchain.agents.openai_assistant"):
        return Imported(Kind.FRAMEWORK, advice.FRAMEWORK, advice.FRAMEWORKS)
    if is_below(module, "azure.ai.agents") and not module.endswith("models"):
        return Imported(Kind.FRAMEWORK, advice.AGENTS, advice.KEEP)
    return None


def imported_along(module: str, name: str) -> Imported | None:
    """Return what is to be said of an import where the Assistants API is used.

    What is raised and returned comes from the package of the client: an `except` for
    errors of the other one catches nothing, and says nothing.
    """
    if not is_below(module, OPENAI) or imported(module, name):
        return None
    change: str | None
    if not name:
        change = advice.for_module_import() if module == OPENAI else None
    elif module == OPENAI and name in advice.CLIENTS:
        change = advice.for_client_import(name)
    elif is_below(module, "openai.types"):
        change = advice.for_types_import(module) if _is_type(module, name) else None
    else:
        change = advice.for_other_import(name)
    return Imported(Kind.IMPORT, change, advice.FROM_OPENAI) if change else None


def _is_type(module: str, name: str) -> bool:
    """Return whether `assistants_client.types` has a name of `openai.types`."""
    ours = f"{OURS}{module.removeprefix(OPENAI)}"
    try:
        return hasattr(import_module(ours), name)
    except ImportError:
        return False


def used_along(path: tuple[str, ...]) -> Imported | None:
    """Return what is to be said of what is used where the Assistants API is."""
    change: str | None = None
    if path[:2] == (OPENAI, "types"):
        module, name = ".".join(path[:-1]), path[-1]
        if len(path) > 2 and _is_type(module, name):
            change = f"{OURS}.{'.'.join(path[1:])}, with its module imported"
    elif len(path) == 2 and path[0] == OPENAI:
        change = advice.for_attribute(path[1])
    if change:
        return Imported(Kind.IMPORT, change, advice.FROM_OPENAI)
    if is_other(path):
        return Imported(Kind.CALL, advice.OTHER_CALL, advice.FROM_OPENAI)
    return None


def patched_along(text: str) -> Imported | None:
    """Return what is to be said of a text where the Assistants API is used.

    A test that replaces a client by its name in `openai` goes on doing so, and replaces
    one that nobody makes any more.
    """
    if not _PATCHED_ALONG.fullmatch(text):
        return None
    return Imported(Kind.IMPORT, advice.PATCHED, advice.FROM_OPENAI)


def is_other(path: tuple[str, ...]) -> bool:
    """Return whether a path is something of a client besides the Assistants API."""
    if path[0] not in advice.CLIENTS:
        return False
    rest = [each for each in path[1:] if each != "beta"]
    return bool(rest) and rest[0] in advice.OTHERS


def meaning(module: str, name: str) -> tuple[str, ...] | None:
    """Return what `from module import name` makes of the name, as a path.

    What comes from another module may be anything, also a client.

    Clients are classes, which are written with parentheses behind their names, until
    they are called.
    """
    if is_below(module, OURS):
        return (OURS,)
    if module == OPENAI:
        if name in advice.CLIENTS:
            return (f"{name}()",)
        return (OPENAI, name)
    if is_below(module, "azure.ai.agents") and name == AGENTS:
        return (f"{AGENTS}()",)
    if is_below(module, "azure.ai.projects") and name == PROJECT:
        return (f"{PROJECT}()",)
    return None


def of_module(module: str) -> tuple[str, ...] | None:
    """Return what `import module` makes of the first name of the module."""
    top = module.partition(".")[0]
    if top in (OPENAI, OURS):
        return (top,)
    # What is in a module of Azure's is reached by its whole path.
    return ("azure",) if top == "azure" else None


def attribute(path: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the path of an attribute."""
    if name in ("with_raw_response", "with_streaming_response"):
        return path
    if path == (OPENAI,) and name in advice.CLIENTS:
        return (f"{name}()",)
    if path[0] == "azure":
        whole = ".".join((*path, name))
        if is_below(whole, *_AZURE) and name in (AGENTS, PROJECT):
            return (f"{name}()",)
    return path if path[0] == OURS else (*path, name)


def called(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return what calling something returns, where that matters."""
    if len(path) == 1 and path[0].endswith("()"):
        return (path[0].removesuffix("()"),)
    if path[0] == OURS:
        return path
    # Copies of a client are clients.
    if path[-1] in ("with_options", "copy", "__enter__", "__aenter__"):
        return path[:-1]
    return None


def instance(path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return a client, of one or of its class."""
    name = path[0].removesuffix("()")
    return (name,) if name in (*advice.CLIENTS, AGENTS, PROJECT) else None


def client_of(path: tuple[str, ...]) -> str | None:
    """Return the class of the client at whose beginning a path is, if it is one."""
    known = (*advice.CLIENTS, AGENTS, PROJECT, OPENAI, UNKNOWN)
    return path[0] if path[0] in known else None


def used(path: tuple[str, ...]) -> Imported | None:
    """Return what is to be said where a path is used, None if it means nothing."""
    client = client_of(path)
    if client is None:
        return None
    if client == AGENTS:
        found = len(path) > 1 and path[1] != "close"
        return Imported(Kind.CALL, advice.AGENTS, advice.KEEP) if found else None
    if client == PROJECT:
        found = len(path) > 2 and path[1] == "agents"
        return Imported(Kind.CALL, advice.AGENTS, advice.KEEP) if found else None
    least = 4 if client == UNKNOWN else 3
    if len(path) >= least and path[1] == "beta" and path[2] in RESOURCES:
        return Imported(Kind.CALL, advice.for_call(client), advice.FROM_OPENAI)
    return None
