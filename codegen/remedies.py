"""Find the changes with which a refused document can be used.

What is wrong is taken out as narrowly as it can be: a keyword, a schema, which then
takes any value, a member of a union, an operation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from codegen.changes import Change, at_place, has
from codegen.document import references
from codegen.errors import Path, SpecError
from codegen.references import FILES, place_of
from codegen.source import Document
from codegen.structure import SHAPES

_DEFAULTS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "API", "version": "1"},
    "paths": {},
}
# Its body is read as what comes.
_ANY_RESPONSE = {"description": "Not described.", "content": {"*/*": {}}}
_UNIONS = ("allOf", "anyOf", "oneOf")
# What stays where it is, empty: something may refer to it, or is due there.
_EMPTIED = ("schema", "response", "header", "media type", "request body")
# What a file of a document may hold; OpenAPI says nothing of its outermost object.
_FILE: Any = {"*": "schema", **SHAPES["schema"], **SHAPES["document"]}


def remedies(document: Document, error: SpecError, level: int = 0) -> list[Change]:
    """Return what makes one error go, as far as its place says.

    Args:
        document: the document in which the place is.
        error: what is wrong.
        level: how often that was tried before; each time more is taken out.
    """
    if error.at is None or error.at == ("swagger",):
        return []
    if error.at in (("openapi",), ()):
        lacking = [key for key in _DEFAULTS if document.get(key) is None]
        keys = ["openapi"] if error.at else lacking
        return [c for key in keys for c in _replaced(document, (key,), error.message)]
    at = located(document, error.at)
    shapes = [*_shapes(at)]
    if level and shapes:
        # What stands in none of its own is a part of the innermost.
        up = level if shapes[-1][0] == at else level - 1
        shapes = shapes[: max(len(shapes) - up, 0)]
        at = shapes[-1][0] if shapes else ()
    elif level:
        # Nothing is known of the place: what goes is the item of a list around it.
        items = [n + 1 for n, step in enumerate(at) if isinstance(step, int)]
        at = at[: [0, *items][-level]] if level <= len(items) else ()
    if not at:
        return []
    prefix, shape = shapes[-1] if shapes else ((), "")
    if not level and _is_apart(document, at, shape, error.keyword):
        return [Change((*at, error.keyword), error.message)]
    if at == prefix:
        return without(document, at, error.message)
    if (
        at[0] == "components"
        and len(at) < 3
        and isinstance(at_place(document, at), dict)
    ):
        # It is about all of them, and nothing in particular.
        return []
    if len(at) == 1 and at[0] in _DEFAULTS:
        return _replaced(document, at, error.message)
    return [Change(at, error.message)]


def without(document: Document, at: Path, why: str) -> list[Change]:
    """Return what leaves out what stands at a place, where that is no use any more."""
    node = at_place(document, at)
    shape = shape_at(at)
    if _is_member(at):
        return [Change(at, why)]
    if shape == "parameter":
        return _without_parameter(document, at, node, why)
    is_described = isinstance(node, dict)
    if shape not in _EMPTIED or (shape == "media type" and is_described):
        return [Change(at, why)]
    if not is_described:
        return _replaced(document, at, why)
    emptied = [Change(at, why, inside=True)] if node else []
    return (
        [*emptied, Change(at, why, update=_ANY_RESPONSE)]
        if shape == "response"
        else emptied
    )


def referring(document: Document, targets: Iterable[Path]) -> list[Path]:
    """Return the places whose references lead to one of the targets, or into it."""
    wanted = {*targets}
    if not wanted:
        return []
    found = []
    for at, reference in references(document):
        steps = place_of(reference)
        if any(steps[:n] in wanted for n in range(1, len(steps) + 1)):
            found.append(at)
    return found


def shape_at(at: Path) -> str:
    """Return what is due at a place, "" where nothing is known of it."""
    shapes = [*_shapes(at)]
    return shapes[-1][1] if shapes and shapes[-1][0] == at else ""


def located(document: Document, at: Path) -> Path:
    """Return where a place is in a document that another one was derived from.

    References and the members of `allOf` are followed; what isn't there is represented
    by what would be around it.
    """
    here: Path = ()
    for step in at:
        found = next(_ways(document, here, step), None)
        if found is None:
            return here
        here = found
    return here


def _ways(document: Document, here: Path, step: str | int) -> Iterator[Path]:
    """Yield the places at which the next step of a place may be."""
    pending, seen = [here], set()
    while pending:
        at = pending.pop()
        if at in seen:
            continue
        seen.add(at)
        node = at_place(document, at)
        for steps in _spelt(at, step):
            if at_place(node, steps) is not None or has(node, step):
                yield (*at, *steps)
                break
        if isinstance(node, dict):
            members = node.get("allOf")
            if isinstance(members, list):
                pending += [(*at, "allOf", i) for i in range(len(members))]
            if place := place_of(node.get("$ref")):
                pending.append(place)


def _spelt(at: Path, step: str | int) -> Iterator[Path]:
    """Yield how a step may be spelt in the document as it was given."""
    yield (step,)
    if at == ("paths",):
        # A path that begins without a slash is read with one.
        yield (str(step).removeprefix("/"),)
    elif at[:1] == ("paths",) and len(at) == 2:
        yield ("additionalOperations", step)
        yield (str(step).upper(),)
    elif step == "schema":
        yield ("itemSchema",)


def _shapes(at: Path) -> Iterator[tuple[Path, str]]:
    """Yield the places on the way that have a described shape, the outermost first."""
    due: Any = SHAPES["document"]
    here: Path = ()
    if at[:1] == (FILES,):
        here, due = at[:2], _FILE
    for step in at[len(here) :]:
        here = (*here, step)
        if isinstance(due, list):
            due = due[0]
        elif isinstance(due, dict):
            due = due.get(step, due.get("*"))
        else:
            return
        if isinstance(due, str):
            yield here, due
            due = SHAPES[due]


def _is_apart(document: Document, at: Path, shape: str, keyword: str) -> bool:
    """Return whether a keyword can be taken out, and the rest make sense."""
    if not has(at_place(document, at), keyword):
        return False
    return keyword != "$ref" or (shape in ("schema", "") and not _is_member(at))


def _is_member(at: Path) -> bool:
    return isinstance(at[-1], int) and at[-2] in _UNIONS


def _replaced(document: Document, at: Path, why: str) -> list[Change]:
    """Put an empty value in the place of another one.

    An update alone would be merged into what is there.
    """
    before = at_place(document, at)
    gone = [Change(at, why)] if isinstance(before, dict | list) and before else []
    if isinstance(at[-1], int):
        return [Change(at, why)]
    new = _DEFAULTS.get(str(at[0]), {}) if len(at) == 1 else {}
    return [*gone, Change(at[:-1], why, update={at[-1]: new})]


def _without_parameter(
    document: Document, at: Path, node: Any, why: str
) -> list[Change]:
    """Leave a parameter out, and operations that can't be called without it."""
    places = [at]
    if at[0] == "components":
        places += referring(document, [at])
    is_needed = isinstance(node, dict) and (
        node.get("required") is True or node.get("in") == "path"
    )
    return [
        Change(p[:-2] if is_needed and p[0] != "components" else p, why) for p in places
    ]
