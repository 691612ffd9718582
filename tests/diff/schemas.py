"""Schemas to edit."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

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
from tests.diff.rows import INTEGER, Row, body

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Change = Callable[[Document], None]


def row(
    title: str,
    change: Change,
    name: str,
    due: str,
    words: str = "",
    *,
    others: Collection[str] = (),
) -> Row:
    """Return a change of the schemas, with what it means for the class `name`.

    Args:
        title: what it is.
        change: how the schemas become others.
        name: the class.
        due: the verdicts there and back.
        words: what a text about the class has to say.
        others: of what else changes are reported.
    """
    there, back = due.split()
    return Row(
        *(title, made(), made(change), {name: (there, back)}, (words, ""), name),
        frozenset({name, *others}),
    )


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
    """Return the document with its schemas changed."""
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
    """Rename a schema, wherever it is used."""

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
