"""Judge whether a refusal names the place, or one that has to do with it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from codegen.errors import BuildError, SpecError, json_path
from harness.fuzz.spec_bases import targets
from harness.fuzz.spec_edits import Case, exists, owner
from tests.codegen.specs import Document, Steps, at

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN = re.compile(r"\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]")
_QUOTED = re.compile(r"""\[('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\]""")


def verdict(error: Exception, case: Case, before: Document, after: Document) -> str:
    """Return how near to the edits a refusal points; `!` begins what may not be."""
    text = str(error)
    if isinstance(error, SpecError):
        if error.at is None:
            return "!no place"
        if not text.startswith(json_path(error.at)):
            return "!a place that the text does not begin with"
    else:
        assert isinstance(error, BuildError)
    found = [place for place in places(text) if place]
    if not found:
        return "!no place"
    edited = [place for edit in case.edits for place in edit.places]
    ranked = sorted((_near(p, edited, before, after) for p in found), key=_ORDER.index)
    return ranked[0]


_ORDER = [
    "at the place",
    "beside the place",
    "in the same part",
    "in a part that leads there",
    "in a part that is reached from there",
    "!a place that is nowhere",
    "!elsewhere",
]


def _near(place: Steps, edited: list[Steps], before: Document, after: Document) -> str:
    for each in edited:
        short = min(len(each), len(place))
        if each[:short] == place[:short] and short >= min(len(each) - 1, 3):
            return _ORDER[0]
    if any(each[:-1] == place[: len(each) - 1] for each in edited):
        return _ORDER[1]
    parts = {owner(each) for each in edited}
    if owner(place) in parts:
        return _ORDER[2]
    ways = graph(before) | graph(after)
    if parts & closure(ways, {owner(place)}):
        return _ORDER[3]
    if owner(place) in closure(ways, parts):
        return _ORDER[4]
    known = exists(before, owner(place)) or exists(after, owner(place))
    return _ORDER[6 if known else 5]


def places(text: str) -> Iterator[Steps]:
    """Read the JSON paths in a text."""
    for start in re.finditer(r"\$(?=[.\[])", text):
        rest = start.end()
        steps: list[str | int] = []
        while True:
            if plain := _PLAIN.match(text, rest):
                name, index = plain.groups()
                steps.append(name if name is not None else int(index))
                rest = plain.end()
            elif quoted := _QUOTED.match(text, rest):
                steps.append(ast.literal_eval(quoted[1]))
                rest = quoted.end()
            else:
                break
        yield tuple(steps)


Graph = dict[Steps, set[Steps]]


def graph(document: Document) -> Graph:
    found: Graph = {}
    for section in ("paths", "components"):
        holder = document.get(section)
        for name, child in holder.items() if isinstance(holder, dict) else ():
            inner = child if section == "components" else {None: child}
            for key in inner if isinstance(inner, dict) else ():
                place = (section, name) if key is None else (section, name, key)
                found[place] = {*targets(at(document, place))}
    return found


def closure(ways: Graph, start: set[Steps]) -> set[Steps]:
    found: set[Steps] = set()
    pending = [*start]
    while pending:
        place = pending.pop()
        if place not in found:
            found.add(place)
            pending += ways.get(place, ())
    return found
