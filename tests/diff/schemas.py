"""Schemas to edit, and how to judge what is said of one of them then."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, NamedTuple

from tests.codegen.specs import (
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    ref,
)
from tests.diff.judging import INTEGER, body, letters, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[Document], None]


class Row(NamedTuple):
    """A change of the schemas, and what it means for one of the classes.

    Attributes:
        title: what it is.
        change: how the schemas become others.
        name: the class that is looked at.
        there: the verdicts for callers and readers.
        back: those on the reverse change.
        words: what the text of the change has to say.
        others: what may be told of others besides.
    """

    title: str
    change: Change
    name: str
    there: str
    back: str
    words: str = ""
    others: frozenset[str] = frozenset()


def _schemas() -> Document:
    return {
        "Thing": obj("id", id=TEXT, pet=ref("Pet"), mood=ref("Mood"), tag=ref("Tag")),
        "Pet": {"oneOf": [ref("Cat"), ref("Dog")]},
        "Cat": obj("kind", kind=const("cat"), lives=INTEGER),
        "Dog": obj("kind", kind=const("dog"), toys=array(TEXT)),
        "Fish": obj("kind", kind=const("fish"), size=INTEGER),
        "Mood": {**TEXT, "enum": ["glad", "sad"]},
        "Hint": {**TEXT, "enum": ["one", "two"]},
        "Tag": {"type": "object", "additionalProperties": TEXT},
        "Closed": {**obj(a=TEXT), "additionalProperties": False},
        "Loose": {"oneOf": [obj("a", a=TEXT), obj("b", b=TEXT)]},
        # So that each is reached, whatever becomes of the others.
        "Keep": obj(
            *("cat", "dog"),
            cat=ref("Cat"),
            dog=ref("Dog"),
            fish=ref("Fish"),
            hint={"anyOf": [TEXT, ref("Hint")]},
            closed=ref("Closed"),
            loose=ref("Loose"),
            tag=ref("Tag"),
        ),
    }


def made(change: Change | None = None) -> Document:
    """Give the document with its schemas changed."""
    schemas = copy.deepcopy(_schemas())
    if change is not None:
        change(schemas)
    paths = {
        f"/{name}": {"put": operation(f"put{name}", body=body(name), schema=ref(name))}
        for name in ("Thing", "Keep")
    }
    return document(paths, **schemas)


def having(*steps: str, value: object) -> Change:
    """Put a value into the schemas."""

    def change(schemas: Document) -> None:
        for step in steps[:-1]:
            schemas = schemas[step]
        schemas[steps[-1]] = value

    return change


def named(old: str, new: str) -> Change:
    """Give a schema another name, wherever it is used."""

    def change(schemas: Document) -> None:
        def renamed(value: object) -> object:
            if isinstance(value, list):
                return [renamed(item) for item in value]
            if not isinstance(value, dict):
                return value
            if value == ref(old):
                return ref(new)
            return {key: renamed(child) for key, child in value.items()}

        found = {name: renamed(schema) for name, schema in schemas.items()}
        schemas.clear()
        schemas.update({new if n == old else n: s for n, s in found.items()})

    return change


def together(*changes: Change) -> Change:
    def change(schemas: Document) -> None:
        for one in changes:
            one(schemas)

    return change


def misjudged(row: Row) -> Iterator[str]:
    old, new = made(), made(row.change)
    there, back = report(old, new), report(new, old)
    for way, found, due in (("there", there, row.there), ("back", back, row.back)):
        got = letters(found, row.name)
        if got != due:
            told = [(c.name, c.text) for c in found.changes]
            yield f"{row.title}, {way}: due {due}, got {got}: {told}"
    texts = [change.text for change in there.changes if change.name == row.name]
    if not any(row.words in text for text in texts):
        yield f"{row.title}: {row.words!r} isn't said: {texts}"
    if not {change.name for change in there.changes} <= {row.name, *row.others}:
        yield f"{row.title}: {[(c.name, c.text) for c in there.changes]}"
