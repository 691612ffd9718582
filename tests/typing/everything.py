"""A document of what the zoo lacks: odd unions, bodies, answers, streams."""

from __future__ import annotations

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

CALLING = """\
from of_everything import Client, File
from of_everything.api.things import wide
from of_everything.models import Page


def call(
    client: Client,
    files: list[File],
    numbers: list[int],
    labels: dict[str, str],
    states: list[str],
) -> None:
    wide.sync(client=client, numbers=numbers, body={
        "files": files,
        "file": files[0],
        "labels": labels,
        "states": states,
        "grid": [numbers],
        "pages": [{"picture": "AA=="}, {"picture": b""}],
        "pets": [{"kind": "dog", "bark": "w"}, {"kind": "cat", "lives": 9}],
    })
    print(Page.from_dict({"picture": "AA=="}).picture.encode())
"""
"""A program with arguments of narrower types, bytes in JSON, and children of a base.
"""


def everything() -> Document:
    """Return the document."""
    part = ref("Part")
    text_or_enum = {"anyOf": [TEXT, {**TEXT, "enum": ["a", "b"]}]}
    schemas = {
        "Part": obj("n", n={"type": "integer"}, more=array(part)),
        "Other": obj("m", m=TEXT),
        "Either": {"anyOf": [part, ref("Other"), TEXT, array(part), {"type": "null"}]},
        "Values": {"anyOf": [TEXT, array(ref("Values"))]},
        "Names": {"type": "object", "additionalProperties": array(part)},
        "Choice": text_or_enum,
        "Codes": {"type": "integer", "enum": [1, 2]},
        "Odd": obj(
            "class",
            "kind",
            **{
                "class": part,
                "kind": const("odd"),
                "x-y": ref("Either"),
                "names": ref("Names"),
                "values": ref("Values"),
                "choice": ref("Choice"),
                "codes": ref("Codes"),
                "at": {**TEXT, "format": "date-time"},
                "free": {},
                "list": array(array(part)),
            },
        ),
    }
    file = {**TEXT, "format": "binary"}
    nullable = {"anyOf": [TEXT, {"type": "null"}]}
    labels = {"type": "object", "additionalProperties": nullable}
    schemas["Wide"] = obj(
        files=array(file),
        file={**TEXT, "contentEncoding": "binary"},
        labels=labels,
        states=array({"anyOf": [ref("Choice"), {"type": "null"}]}),
        grid=array(array({"type": "number"})),
        pages=array(ref("Page")),
        pets=array(ref("Pet")),
    )
    schemas["Pet"] = {
        **obj("kind", kind=TEXT),
        "discriminator": {
            "propertyName": "kind",
            "mapping": {"dog": ref("Dog")["$ref"], "cat": ref("Cat")["$ref"]},
        },
    }
    schemas["Dog"] = {"allOf": [ref("Pet"), obj("bark", bark=TEXT)]}
    schemas["Cat"] = {"allOf": [ref("Pet"), obj(lives={"type": "integer"})]}
    schemas["Page"] = obj("picture", picture=file)
    numbers = parameter("numbers", schema=array({"type": "number"}))
    wide = {"multipart/form-data": {"schema": ref("Wide")}}
    bodies = {
        JSON: {"schema": ref("Odd")},
        "multipart/form-data": {"schema": obj(f={**TEXT, "format": "binary"})},
        "application/x-www-form-urlencoded": {"schema": part},
        "application/octet-stream": {"schema": {**TEXT, "format": "binary"}},
        "text/plain": {"schema": TEXT},
    }

    def answer(schema: Document, media_type: str = JSON) -> Document:
        return {"description": "Said.", "content": {media_type: {"schema": schema}}}

    answers = {
        "200": answer(ref("Either")),
        "201": answer(array(part)),
        "202": answer(TEXT, "text/plain"),
        "204": {"description": "Nothing."},
        "206": answer({**TEXT, "format": "binary"}, "image/png"),
        "404": answer(ref("Odd")),
        "5XX": answer(ref("Names")),
        "default": answer(ref("Values")),
    }
    stream = {"200": answer(part, "text/event-stream")}
    both = {"200": {**answer(part), "content": {}}}
    for code in (answer(part), answer(ref("Either"), "text/event-stream")):
        both["200"]["content"] |= code["content"]
    # What code needs for itself: builtins, helpers, and names of its own.
    named = [
        parameter(name, schema={"type": "integer"})
        for name in (
            *("str", "int", "list", "dict", "bool", "bytes", "object", "property"),
            *("deep", "form", "texts", "to_json", "success", "result", "request"),
            *("client", "body", "models", "self", "class", "type", "response"),
        )
    ]
    query = [
        parameter("deep", schema=part, style="deepObject"),
        parameter("form", schema=array(TEXT), explode=False, required=True),
        parameter("x-header", "header"),
        parameter("cookie", "cookie"),
    ]
    return document(
        {
            "/send/{id}": {
                "parameters": [parameter("id", "path")],
                "post": operation("send", *query, body=bodies, responses=answers),
                "get": operation("watch", responses=stream),
                "put": operation("both", body={JSON: {"schema": part}}, responses=both),
                "patch": operation("named", *named, schema=TEXT),
                "delete": operation("drop", responses={"204": {"description": "Ok."}}),
            },
            "/wide": {"post": operation("wide", numbers, body=wide)},
        },
        **schemas,
    )
