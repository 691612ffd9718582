"""A document to edit, and how to judge what is said of its operations then."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.codegen.specs import (
    JSON,
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
)
from tests.diff.judging import INTEGER, body, letters, report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Change = Callable[[Document], None]
    Part = Callable[[Document], Document]


class Row(NamedTuple):
    """A change of a document, with its verdicts for callers and readers.

    Attributes:
        title: what it is.
        change: how the document becomes another one.
        there: the verdicts; "-" stands for those whom it doesn't concern.
        back: those on the reverse change.
        words: what is said of the change, and of its reverse.
        name: the module that it is told of.
    """

    title: str
    change: Change
    there: str
    back: str
    words: tuple[str, str] = ("", "")
    name: str = "things.get_thing"


def answer(schema: Any = None, kind: str = JSON) -> Document:
    content = {} if schema is None else {"content": {kind: {"schema": schema}}}
    return {"description": "", **content}


def base() -> Document:
    """Give the document that each row changes."""
    read = operation(
        "getThing",
        parameter("owner_id", "path"),
        parameter("thing_id", "path"),
        parameter("limit", schema=INTEGER),
        parameter("include[]", schema=array(TEXT)),
        parameter("x-trace", "header"),
        responses={"200": answer(ref("Thing")), "4XX": answer(ref("Problem"))},
    )
    write = operation("makeThing", body=body("New"), schema=ref("Thing"))
    key = {"type": "http", "scheme": "bearer"}
    result = document(
        {"/{owner_id}/things/{thing_id}": {"get": read}, "/things": {"post": write}},
        Thing=obj("id", id=TEXT),
        New=obj(name=TEXT, stream={"type": "boolean"}),
        Problem=obj(message=TEXT),
        Event=obj("event", "data", event=const("made"), data=ref("Thing")),
    )
    result["components"]["securitySchemes"] = {"Key": key, "Other": {**key}}
    result["components"]["securitySchemes"]["Id"] = {
        "type": "apiKey",
        "in": "header",
        "name": "x-id",
    }
    result["security"] = [{"Key": []}]
    return result


def other() -> Document:
    return {"get": operation("getAll", schema=ref("Thing"))}


def getting(document: Document) -> Document:
    item: Document = document["paths"]["/{owner_id}/things/{thing_id}"]["get"]
    return item


def posting(document: Document) -> Document:
    item: Document = document["paths"]["/things"]["post"]
    return item


def put(*steps: str | int, value: Any, of: Part = getting) -> Change:
    """Put a value into an operation."""

    def change(document: Document) -> None:
        holder: Any = of(document)
        for step in steps[:-1]:
            holder = holder[step]
        holder[steps[-1]] = value

    return change


def in_document(*steps: str, value: Any) -> Change:
    return put(*steps, value=value, of=lambda document: document)


def argument(index: int, **more: Any) -> Change:
    def change(document: Document) -> None:
        getting(document)["parameters"][index].update(more)

    return change


def new_parameter(*given: Any, **more: Any) -> Change:
    def change(document: Document) -> None:
        getting(document)["parameters"].append(parameter(*given, **more))

    return change


def at_path(path: str, was: str = "/{owner_id}/things/{thing_id}") -> Change:
    def change(document: Document) -> None:
        document["paths"][path] = document["paths"].pop(was)

    return change


def together(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


POST = "things.make_thing"


def misjudged(row: Row) -> Iterator[str]:
    old = base()
    new = copy.deepcopy(old)
    row.change(new)
    for way, found, due, words in (
        ("there", report(old, new), row.there, row.words[0]),
        ("back", report(new, old), row.back, row.words[1]),
    ):
        # What models have to do with it is told besides.
        found = replace(
            found, changes=tuple(c for c in found.changes if c.kind != "model")
        )
        told = [(c.callers.name, c.readers.name, c.text) for c in found.changes]
        if letters(found) != due:
            yield f"{row.title}, {way}: due {due}, got {letters(found)}: {told}"
        if not any(words in change.text for change in found.changes):
            yield f"{row.title}, {way}: {words!r} isn't said: {told}"
        names = {change.name for change in found.changes}
        if way == "there" and names != {row.name}:
            yield f"{row.title}, {way}: told of {names}"
