"""Leave out what somebody wants to be left out, and what makes no sense without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen.changes import Change, at_place
from codegen.errors import Path, json_path
from codegen.overlay import find, find_some
from codegen.remedies import referring, shape_at, without
from codegen.source import Document


def omissions(document: Document, queries: Sequence[str]) -> list[Change]:
    """Return what is left out where JSONPaths lead, and what refers to it.

    A schema that refers to what is left out takes any value; of a union, the member is
    left out; an operation is, if it can't be called without the parameter it was.

    Raises:
        SpecError: a path finds nothing, or is none.
    """
    places: dict[Path, str] = {}
    for query in queries:
        for at in find_some(query, document):
            places.setdefault(at, f"left out by {query}")
    changes = []
    for at, why in places.items():
        is_shared = at[:-1] == ("components", "parameters")
        changes += without(document, at, why) if is_shared else [Change(at, why)]
        changes += _beside(document, at)
    for at in referring(document, places):
        if not any(at[:n] in places for n in range(1, len(at) + 1)):
            changes += _lost(document, at)
    return changes


def _beside(document: Document, at: Path) -> Iterator[Change]:
    """Yield what names the thing that stands at a place without being a reference."""
    *_, section, name = ("", "", *at)
    why = f"{json_path(at)} is left out"
    if section == "properties":
        required = at_place(document, (*at[:-2], "required"))
        for index, each in enumerate(required if isinstance(required, list) else ()):
            if each == name:
                yield Change((*at[:-2], "required", index), why)
    if at[:-1] == ("components", "securitySchemes"):
        key = json_path((name,), longest=0).removeprefix("$")
        for query in (f"$.security[*]{key}", f"$.paths[*][*].security[*]{key}"):
            for found in find(query, document):
                yield Change(found, why)


def _lost(document: Document, at: Path) -> list[Change]:
    """Return what becomes of a place whose reference leads to nothing any more."""
    node = at_place(document, at)
    if not isinstance(node, dict):
        return [Change(at, f"{node} is left out")]
    why = f"{node['$ref']} is left out"
    shape = shape_at(at)
    if shape == "parameter":
        # Of those that have names of their own, `without` has taken care.
        return []
    if shape in ("schema", "") and not isinstance(at[-1], int):
        return [Change((*at, "$ref"), why)]
    return without(document, at, why)
