"""Rows of changes with their verdicts, and how a comparison is held against them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from codegen.diff import Change, Report, Verdict, compare_sides
from codegen.diff.sides import Side, side_of
from tests.cases import each_case
from tests.codegen.specs import EVERYTHING, JSON, Document, ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LETTERS = {
    Verdict.NONE: "-",
    Verdict.COMPATIBLE: "C",
    Verdict.MIND: "M",
    Verdict.BREAKING: "B",
}
INTEGER: Document = {"type": "integer"}
NULL: Document = {"type": "null"}


@dataclass(frozen=True)
class Row:
    """A change of a document, with its verdicts and those of the reverse change.

    Attributes:
        title: what it is.
        old: the document before.
        new: the document afterwards.
        due: the verdicts for callers and readers on the change, and on its reverse: B
            breaking, M mind, C compatible, - of no concern. They are given for each
            name that changes are reported of; "" stands for all of them.
        words: what a text has to say; of the reverse, too.
        speaker: the name whose texts have to say that, or "".
        names: all that changes may be reported of.
        names_back: the same for the reverse; None where it may be anything.
        models: whether the changes of models count.
    """

    title: str
    old: Document
    new: Document
    due: dict[str, tuple[str, str]]
    words: tuple[str, str]
    speaker: str
    names: frozenset[str]
    names_back: frozenset[str] | None = None
    models: bool = True

    def check(self, way: str) -> None:
        """Compare the documents, there or back, and check what is reported."""
        index = ("there", "back").index(way)
        old, new = ((self.old, self.new), (self.new, self.old))[index]
        changes = report(old, new).changes
        changes = tuple(c for c in changes if self.models or c.kind != "model")
        said = [(c.name, letters([c]), c.text) for c in changes]
        got = {name: letters(changes, name) for name in self.due}
        assert got == {name: due[index] for name, due in self.due.items()}, said
        texts = [c.text for c in changes if self.speaker in ("", c.name)]
        assert any(self.words[index] in text for text in [*texts, ""]), said
        names = (self.names, self.names_back)[index]
        assert names is None or {c.name for c in changes} <= names, said


def judged(
    rows: Iterable[Row],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Have a test go through each row, and through its reverse."""
    cases = [(row, way) for row in rows for way in ("there", "back")]
    ids = [f"{row.title}, {way}" for row, way in cases]
    return each_case(("row", "way"), cases, ids=ids)


def report(old: Document, new: Document) -> Report:
    """Compare two whole documents, as `compare` does; each is prepared only once."""
    return compare_sides(_prepared(json.dumps(old)), _prepared(json.dumps(new)))


@cache
def _prepared(text: str) -> Side:
    return side_of(json.loads(text), EVERYTHING)


def letters(changes: Iterable[Change], name: str = "") -> str:
    """Return the gravest verdicts for callers and readers, of one thing or of all."""
    found = [change for change in changes if name in ("", change.name)]
    callers = max((change.callers for change in found), default=Verdict.NONE)
    readers = max((change.readers for change in found), default=Verdict.NONE)
    return LETTERS[callers] + LETTERS[readers]


def body(name: str) -> Document:
    """Return the content of a body that is a named schema."""
    return {JSON: {"schema": ref(name)}}
