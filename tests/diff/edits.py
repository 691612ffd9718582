"""A document to edit: its operations, and what they send and return."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

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
from tests.diff.rows import INTEGER, Row, body

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[Document], None]
    Part = Callable[[Document], Document]


def row(
    title: str,
    change: Change,
    due: str,
    words: str = "",
    words_back: str = "",
    *,
    name: str = "things.get_thing",
    first: Change = lambda _: None,
) -> Row:
    """Return a change of the document, with its verdicts there and back.

    Args:
        title: what it is.
        change: how the document becomes another one.
        due: the verdicts there and back, those on changes of models aside.
        words: what a text has to say.
        words_back: the same for the reverse.
        name: of what changes are reported.
        first: how both documents differ from the base.
    """
    old = base()
    first(old)
    new = copy.deepcopy(old)
    change(new)
    there, back = due.split()
    return Row(
        *(title, old, new, {"": (there, back)}, (words, words_back), ""),
        *(frozenset({name}), None),
        models=False,
    )


def response(schema: Any = None, kind: str = JSON) -> Document:
    content = {} if schema is None else {"content": {kind: {"schema": schema}}}
    return {"description": "", **content}


def base() -> Document:
    """Return the document that each row changes."""
    read = operation(
        "getThing",
        parameter("owner_id", "path"),
        parameter("thing_id", "path"),
        parameter("limit", schema=INTEGER),
        parameter("include[]", schema=array(TEXT)),
        parameter("x-trace", "header"),
        responses={"200": response(ref("Thing")), "4XX": response(ref("Problem"))},
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
