"""Where bodies name files, as the document has it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from .._api import document

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = dict[str, Any]
_ITEM = ""


def file_references(schema: str, body: Any) -> Iterator[tuple[str, str]]:
    """Find the files that a body names.

    Only where the document has them: metadata, say, may have any words.

    Args:
        schema: the name of the body's schema.
        body: the body; it is valid by the schema.

    Yields:
        Where a file is named, such as "messages[0].attachments[1].file_id", and its id.
    """
    for path in _paths(schema):
        yield from _texts(body, path, "")


def _texts(value: Any, path: tuple[str, ...], where: str) -> Iterator[tuple[str, str]]:
    """Yield all texts that a path leads to, each behind where it is."""
    match path, value:
        case (), str():
            yield where, value
        case (step, *_), list() if step == _ITEM:
            for index, each in enumerate(value):
                yield from _texts(each, path[1:], f"{where}[{index}]")
        case (step, *_), dict() if step in value:
            inner = f"{where}.{step}" if where else step
            yield from _texts(value[step], path[1:], inner)


@cache
def _paths(schema: str) -> tuple[tuple[str, ...], ...]:
    """Return the paths to all files that bodies of a schema name."""
    whole = {"$ref": f"#/components/schemas/{schema}"}
    return (*dict.fromkeys(_paths_in(whole, (), frozenset())),)


def _paths_in(
    schema: JSON, path: tuple[str, ...], seen: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        target = document()["components"]["schemas"][name]
        yield from _paths_in(target, path, seen | {name})
    for word in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(word, ()):
            yield from _paths_in(each, path, seen)
    if "items" in schema:
        yield from _paths_in(schema["items"], (*path, _ITEM), seen)
    for name, each in schema.get("properties", {}).items():
        inner = (*path, name)
        if name == "file_id":
            yield inner
        elif name == "file_ids":
            yield (*inner, _ITEM)
        else:
            yield from _paths_in(each, inner, seen)
