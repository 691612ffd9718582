"""The documents that fuzzing begins with: the pinned one and upstream's, or parts."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from codegen import source
from codegen.document import references
from harness.contract import upstream
from harness.fuzz.spec_edits import exists, owner
from tests.codegen.specs import PINNED, Document, Steps, at

if TYPE_CHECKING:
    from collections.abc import Iterable

# Parts of the API, so that most cases are small; nothing means all of it.
PARTS: list[tuple[str, ...]] = [
    ("/assistants",),
    ("/assistants/{assistant_id}",),
    ("/threads", "/threads/{thread_id}"),
    ("/threads/{thread_id}/messages",),
    ("/threads/{thread_id}/messages/{message_id}",),
    ("/threads/{thread_id}/runs/{run_id}",),
    ("/threads/{thread_id}/runs/{run_id}/steps/{step_id}",),
    ("/threads/{thread_id}/runs/{run_id}/cancel", "/threads/{thread_id}"),
    ("/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",),
]
ALL: tuple[str, ...] = ()
_PREFIXES = ("/assistants", "/threads")
# What our overlay refers to in documents that don't.
_BY_OVERLAY = ("ErrorResponse", "AssistantStreamEvent")


def names() -> list[str]:
    """Name the documents that there are."""
    return [PINNED.name, *(path.name for path in upstream.for_prose())]


@cache
def part(name: str, paths: tuple[str, ...]) -> Document:
    """Return some paths of a document and all that they reach; nobody changes it."""
    whole = _whole(name)
    chosen = {
        path: item
        for path, item in whole["paths"].items()
        if path in paths or (not paths and path.startswith(_PREFIXES))
    }
    extra = [] if name == PINNED.name else list(_BY_OVERLAY)
    start = [("components", "schemas", each) for each in extra]
    if not any("/runs" in path for path in chosen):
        start = start[:1]
    kept = _reached(whole, chosen, start)
    components: Document = {}
    for section, members in whole["components"].items():
        inside = {n: members[n] for n in members if ("components", section, n) in kept}
        if section == "securitySchemes":
            inside = members
        if inside:
            components[section] = inside
    return {**whole, "paths": chosen, "components": components}


@cache
def _whole(name: str) -> Document:
    by_name = {path.name: path for path in upstream.for_prose()}
    return source.load(by_name.get(name, PINNED)).document


def _reached(whole: Document, paths: Document, start: Iterable[Steps]) -> set[Steps]:
    kept: set[Steps] = set()
    pending = [*start, *targets(paths)]
    while pending:
        place = pending.pop()
        if place not in kept and exists(whole, place):
            kept.add(place)
            pending += targets(at(whole, place))
    return kept


def targets(node: Any) -> list[Steps]:
    found: list[Steps] = []
    for _, reference in references(node):
        if isinstance(reference, str) and reference.startswith("#/"):
            steps = reference[2:].replace("~1", "\0").split("/")
            found.append(owner(s.replace("\0", "/").replace("~0", "~") for s in steps))
    return found
