"""Judge small documents: what a report says of one of their things, in two letters."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from codegen.diff import Report, Verdict
from codegen.diff.compare import compare_sides
from codegen.diff.sides import Side, side_of
from tests.codegen.specs import (
    EVERYTHING,
    JSON,
    TEXT,
    Document,
    const,
    document,
    obj,
    operation,
    ref,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS = {
    Verdict.NONE: "-",
    Verdict.COMPATIBLE: "C",
    Verdict.MIND: "M",
    Verdict.BREAKING: "B",
}
INTEGER: Document = {"type": "integer"}
NULL: Document = {"type": "null"}


class Property(NamedTuple):
    """A property of a model, or its absence where there is no schema."""

    schema: Any = None
    required: bool = False


class Row(NamedTuple):
    """A change of a property, with its verdicts.

    Attributes:
        title: what it is.
        old: the property before.
        new: the property afterwards.
        there: what the change means for callers and readers: B for breaking, M for
            something to mind, C for compatible.
        back: what the reverse change means.
        words: what the text of the change has to say; of the reverse, too.
    """

    title: str
    old: Property
    new: Property
    there: str
    back: str
    words: tuple[str, str] = ("", "")


def report(old: Document, new: Document) -> Report:
    """Compare two whole documents, as `compare` does; each is prepared but once."""
    return compare_sides(_prepared(json.dumps(old)), _prepared(json.dumps(new)))


@cache
def _prepared(text: str) -> Side:
    return side_of(json.loads(text), EVERYTHING)


def letters(report: Report, name: str = "") -> str:
    """Give the gravest verdicts for callers and readers, of one thing or of all."""
    found = [c for c in report.changes if name in ("", c.name)]
    callers = max((c.callers for c in found), default=Verdict.NONE)
    readers = max((c.readers for c in found), default=Verdict.NONE)
    return LETTERS[callers] + LETTERS[readers]


def things(property_: Property, *, with_pets: bool) -> Document:
    """Give a document with a model that is sent, one that is read, and one for both.

    Args:
        property_: what each of them has besides its id.
        with_pets: whether there are other models that it may refer to.
    """
    model = _model(property_)
    put = operation("putThing", body=body("Both"), schema=ref("Both"))
    post = operation("makeThing", body=body("Sent"), schema=ref("Got"))
    paths = {"/things": {"post": post, "put": put}}
    schemas = {"Sent": model, "Got": model, "Both": model}
    if with_pets:
        # So that these are always reached, in both directions.
        zoo = operation("putZoo", body=body("Zoo"), schema=ref("Zoo"))
        paths["/zoo"] = {"put": zoo}
        schemas |= {
            "Cat": obj("kind", kind=const("cat"), lives=INTEGER),
            "Dog": obj("kind", kind=const("dog"), toys=TEXT),
            "Pet": {"oneOf": [ref("Cat"), ref("Dog")]},
            "Mood": {**TEXT, "enum": ["glad", "sad"]},
            "Word": TEXT,
            "Zoo": obj(pet=ref("Pet"), mood=ref("Mood"), word=ref("Word")),
        }
    return document(paths, **schemas)


def _model(property_: Property) -> Document:
    if property_.schema is None:
        return obj("id", id=TEXT)
    required = ["id", "it"] if property_.required else ["id"]
    return obj(*required, id=TEXT, it=property_.schema)


def body(name: str) -> Document:
    """Give the content of a body that is a named schema."""
    return {JSON: {"schema": ref(name)}}


def misjudged(row: Row) -> Iterator[str]:
    """Tell what is wrong with the verdicts on a change and on its reverse."""
    refers = "$ref" in repr(row)
    for way, old, new, due, words in (
        ("there", row.old, row.new, row.there, row.words[0]),
        ("back", row.new, row.old, row.back, row.words[1]),
    ):
        found = report(things(old, with_pets=refers), things(new, with_pets=refers))
        wanted = {"Sent": f"{due[0]}-", "Got": f"-{due[1]}", "Both": due}
        got = {name: letters(found, name) for name in wanted}
        texts = [change.text for change in found.changes if change.name == "Both"]
        if got != wanted:
            yield f"{row.title}, {way}: due {wanted}, got {got}: {texts}"
        if {change.name for change in found.changes} - {*wanted}:
            yield f"{row.title}, {way}: {sorted({c.name for c in found.changes})}"
        if not any(words in text for text in texts):
            yield f"{row.title}, {way}: {words!r} isn't said: {texts}"
