"""Single objects as views: what a person needs of a run, a thread, a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .messages import entry_of
from .runs import duration_of, problems, waits_for
from .steps import entry_of_step
from .texts import at, brief, count, items, moment, size, tokens
from .tones import tone_of
from .views import View

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


_LONG: Final = 300


def card(kind: str, data: Mapping[str, Any]) -> View:
    """Return the view of an object.

    Args:
        kind: its class, such as "Run"; one that isn't known shows what it has.
        data: the object as JSON data.
    """
    make = _CARDS.get(kind)
    return _other(kind, data) if make is None else make(data)


def _run(data: Mapping[str, Any]) -> View:
    return View(
        title=_title("Run", data),
        tone=tone_of(at(data, "status")),
        facts=_facts(
            ("status", _status(data)),
            ("created", moment(at(data, "created_at"))),
            ("took", duration_of(data)),
            ("model", brief(at(data, "model"))),
            ("assistant", brief(at(data, "assistant_id"))),
            ("thread", brief(at(data, "thread_id"))),
            ("tokens", tokens(at(data, "usage"))),
            ("metadata", _metadata(data)),
        ),
        parts=(*waits_for(data), *problems(data)),
    )


def _thread(data: Mapping[str, Any]) -> View:
    resources = at(data, "tool_resources")
    return View(
        title=_title("Thread", data),
        facts=_facts(
            ("created", moment(at(data, "created_at"))),
            ("searches", _listed(items(resources, "file_search", "vector_store_ids"))),
            ("files", _listed(items(resources, "code_interpreter", "file_ids"))),
            ("metadata", _metadata(data)),
        ),
        note="conversation() has its messages.",
    )


def _message(data: Mapping[str, Any]) -> View:
    return View(
        title=_title("Message", data),
        facts=_facts(
            ("thread", brief(at(data, "thread_id"))),
            ("run", brief(at(data, "run_id"))),
            ("metadata", _metadata(data)),
        ),
        parts=(entry_of(data, {}),),
    )


def _step(data: Mapping[str, Any]) -> View:
    return View(
        title=_title("Step", data),
        tone=tone_of(at(data, "status")),
        facts=_facts(
            ("status", _status(data)),
            ("created", moment(at(data, "created_at"))),
            ("took", duration_of(data)),
            ("run", brief(at(data, "run_id"))),
            ("tokens", tokens(at(data, "usage"))),
        ),
        parts=(entry_of_step(data), *problems(data)),
    )


def _assistant(data: Mapping[str, Any]) -> View:
    resources = at(data, "tool_resources")
    return View(
        title=_title("Assistant", data, "name"),
        facts=_facts(
            ("created", moment(at(data, "created_at"))),
            ("model", brief(at(data, "model"))),
            ("description", brief(at(data, "description"), _LONG)),
            ("instructions", brief(at(data, "instructions"), _LONG)),
            ("tools", _listed([_tool(each) for each in items(data, "tools")])),
            ("searches", _listed(items(resources, "file_search", "vector_store_ids"))),
            ("files", _listed(items(resources, "code_interpreter", "file_ids"))),
            ("metadata", _metadata(data)),
        ),
    )


def _file(data: Mapping[str, Any]) -> View:
    return View(
        title=_title("File", data, "filename"),
        tone=tone_of(at(data, "status"), ended=""),
        facts=_facts(
            ("size", size(at(data, "bytes"))),
            ("purpose", brief(at(data, "purpose"))),
            ("created", moment(at(data, "created_at"))),
            ("expires", moment(at(data, "expires_at"))),
            ("status", _status(data)),
        ),
    )


def _vector_store(data: Mapping[str, Any]) -> View:
    return View(
        title=_title("Vector store", data, "name"),
        tone=tone_of(at(data, "status")),
        facts=_facts(
            ("status", _status(data)),
            ("files", counts(at(data, "file_counts"))),
            ("size", size(at(data, "usage_bytes"))),
            ("created", moment(at(data, "created_at"))),
            ("last used", moment(at(data, "last_active_at"))),
            ("expires", moment(at(data, "expires_at"))),
            ("metadata", _metadata(data)),
        ),
    )


def _other(kind: str, data: Mapping[str, Any]) -> View:
    facts = [(brief(name, 40), brief(value, _LONG)) for name, value in data.items()]
    return View(title=kind, facts=_facts(*facts[:30]))


_CARDS: Final[dict[str, Callable[[Mapping[str, Any]], View]]] = {
    "Assistant": _assistant,
    "FileObject": _file,
    "Message": _message,
    "Run": _run,
    "RunStep": _step,
    "Thread": _thread,
    "VectorStore": _vector_store,
}


def counts(found: Any) -> str:
    """Return how many files of a vector store are in which state."""
    names = ("completed", "in_progress", "failed", "cancelled")
    parts = [
        f"{count(at(found, name))} {name.replace('_', ' ')}"
        for name in names
        if at(found, name)
    ]
    return ", ".join(parts) or count(at(found, "total"))


def _title(what: str, data: Mapping[str, Any], name: str = "id") -> str:
    said, key = brief(at(data, name), 200), brief(at(data, "id"), 100)
    if name == "id":
        return f"{what} {key}".strip()
    return f"{what} {said} ({key})" if said else f"{what} {key}".strip()


def _status(data: Mapping[str, Any]) -> str:
    return brief(at(data, "status")).replace("_", " ")


def _tool(tool: Any) -> str:
    name = at(tool, "function", "name")
    return f"{brief(name)}()" if name else brief(at(tool, "type"))


def _listed(found: list[Any]) -> str:
    shown = [brief(each, 60) for each in found[:10]]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def _metadata(data: Mapping[str, Any]) -> str:
    found = at(data, "metadata")
    return brief(found, 200) if found else ""


def _facts(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, value) for label, value in pairs if value)
