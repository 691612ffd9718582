"""Changes of operations, each with the right verdicts in both directions."""

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


def _answer(schema: Any = None, kind: str = JSON) -> Document:
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
        responses={"200": _answer(ref("Thing")), "4XX": _answer(ref("Problem"))},
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


def _other() -> Document:
    return {"get": operation("getAll", schema=ref("Thing"))}


def _get(document: Document) -> Document:
    item: Document = document["paths"]["/{owner_id}/things/{thing_id}"]["get"]
    return item


def _post(document: Document) -> Document:
    item: Document = document["paths"]["/things"]["post"]
    return item


def _put(*steps: str | int, value: Any, of: Part = _get) -> Change:
    """Put a value into an operation."""

    def change(document: Document) -> None:
        holder: Any = of(document)
        for step in steps[:-1]:
            holder = holder[step]
        holder[steps[-1]] = value

    return change


def _in_document(*steps: str, value: Any) -> Change:
    return _put(*steps, value=value, of=lambda document: document)


def _parameter(index: int, **more: Any) -> Change:
    def change(document: Document) -> None:
        _get(document)["parameters"][index].update(more)

    return change


def _new_parameter(*given: Any, **more: Any) -> Change:
    def change(document: Document) -> None:
        _get(document)["parameters"].append(parameter(*given, **more))

    return change


def _at(path: str, was: str = "/{owner_id}/things/{thing_id}") -> Change:
    def change(document: Document) -> None:
        document["paths"][path] = document["paths"].pop(was)

    return change


def _all(*changes: Change) -> Change:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


def _swap(document: Document) -> None:
    found = _get(document)["parameters"]
    found[0], found[1] = found[1], found[0]


def _method(document: Document) -> None:
    item = document["paths"]["/{owner_id}/things/{thing_id}"]
    item["patch"] = item.pop("get")


def _without_body(document: Document) -> None:
    del _post(document)["requestBody"]


def _without_answers(*codes: str) -> Change:
    def change(document: Document) -> None:
        for code in codes:
            del _get(document)["responses"][code]

    return change


def _streams(schema: Any) -> Change:
    content = {JSON: {"schema": ref("Thing")}, "text/event-stream": {"schema": schema}}
    answer = {"description": "", "content": content}
    return _put("responses", "200", value=answer, of=_post)


_POST = "things.make_thing"
_FORM = "application/x-www-form-urlencoded"
_ENUM = {**TEXT, "enum": ["a", "b"]}
_SECURITY = "security"
_MEDIA = ("requestBody", "content")

ROWS = [
    # --- The operation --------------------------------------------------------------
    Row(
        "elsewhere",
        _at("/new", "/things"),
        "B-",
        "B-",
        ("goes to `/new` now, went to `/things`", "to `/things` now"),
        _POST,
    ),
    Row(
        "new",
        _in_document("paths", "/all", value=_other()),
        "CC",
        "BB",
        ("the operation is new", "the operation is gone"),
        "things.get_all",
    ),
    Row(
        "name",
        _put("operationId", value="readThing"),
        "B-",
        "B-",
        ("the module `things.read_thing` was called `things.get_thing`", "things."),
        "things.read_thing",
    ),
    Row(
        "spelling",
        _put("operationId", value="get_thing"),
        "C-",
        "C-",
        ("the operationId is `get_thing` now, was `getThing`", ""),
    ),
    Row(
        "tag",
        _put("tags", value=["others"]),
        "B-",
        "B-",
        ("the module `others.get_thing` has moved from `things.get_thing`", "moved"),
        "others.get_thing",
    ),
    Row("second tag", _put("tags", value=["things", "others"]), "C-", "C-"),
    Row(
        "deprecated",
        _put("deprecated", value=True),
        "M-",
        "C-",
        ("the operation is deprecated now", "is no longer deprecated"),
    ),
    Row(
        "method", _method, "B-", "B-", ("the request is a `PATCH` now, was a `GET`", "")
    ),
    Row(
        "path",
        _at("/{owner_id}/all/{thing_id}"),
        "B-",
        "B-",
        ("the request goes to", ""),
    ),
    # --- Arguments ------------------------------------------------------------------
    Row(
        "optional",
        _new_parameter("after"),
        "C-",
        "B-",
        ("argument `after` is new", "argument `after` is gone"),
    ),
    Row(
        "required",
        _new_parameter("after", required=True),
        "B-",
        "B-",
        ("argument `after` is new and required", "argument `after` is gone"),
    ),
    Row(
        "required now",
        _parameter(2, required=True),
        "B-",
        "C-",
        ("argument `limit` became required", "argument `limit` became optional"),
    ),
    Row(
        "renamed",
        _parameter(2, name="limits"),
        "B-",
        "B-",
        ("argument `limits` was called `limit`", "`limit` was called `limits`"),
    ),
    Row(
        "another",
        _parameter(2, name="per_page"),
        "B-",
        "B-",
        ("argument `limit` is gone", "argument `limit` is new"),
    ),
    Row(
        "sent as",
        _parameter(3, name="include"),
        "B-",
        "B-",
        ("argument `include` is sent as `include` now, was `include[]`", "include[]"),
    ),
    Row(
        "place",
        _parameter(2, **{"in": "header"}),
        "B-",
        "B-",
        ("`limit` stands in the `header` now, stood in the `query`", "`query`"),
    ),
    Row(
        "renamed in path",
        _all(_parameter(1, name="it"), _at("/{owner_id}/things/{it}")),
        "B-",
        "B-",
        ("argument `it` was called `thing_id`", ""),
    ),
    Row(
        "order",
        _swap,
        "B-",
        "B-",
        (
            "the arguments by position are `thing_id` and `owner_id` now",
            "`owner_id` and",
        ),
    ),
    Row("type", _parameter(2, schema=TEXT), "B-", "B-", ("`limit` is `str` now", "")),
    Row("null", _parameter(2, schema={**INTEGER, "nullable": True}), "C-", "B-"),
    Row("wider", _parameter(2, schema={"anyOf": [INTEGER, TEXT]}), "C-", "B-"),
    Row("any", _parameter(2, schema={}), "C-", "B-"),
    Row("default", _parameter(2, schema={**INTEGER, "default": 1}), "M-", "M-"),
    Row("limit", _parameter(2, schema={**INTEGER, "maximum": 100}), "B-", "C-"),
    Row("items", _parameter(3, schema=array(_ENUM)), "B-", "C-", ("an item of", "")),
    Row(
        "style",
        _parameter(3, explode=False),
        "B-",
        "B-",
        ("`joined` now, was by `form`", ""),
    ),
    Row("deprecated argument", _parameter(2, deprecated=True), "M-", "C-"),
    Row(
        "described",
        _parameter(2, allowReserved=True),
        "C-",
        "C-",
        ("but the code for it is the same", ""),
    ),
    # --- The body -------------------------------------------------------------------
    Row(
        "body",
        _without_body,
        "B-",
        "B-",
        ("argument `body` is gone", "argument `body` is new and required"),
        _POST,
    ),
    Row(
        "body left out",
        _put("requestBody", "required", value=False, of=_post),
        "C-",
        "B-",
        ("argument `body` became optional", "became required"),
        _POST,
    ),
    Row(
        "another body",
        _put(*_MEDIA, JSON, "schema", value=ref("Thing"), of=_post),
        "B-",
        "B-",
        ("argument `body` is `Thing` now, was `New`", ""),
        _POST,
    ),
    Row(
        "forms",
        _put(*_MEDIA, _FORM, value={"schema": ref("New")}, of=_post),
        "C-",
        "B-",
        ("may now also be sent as", "`media_type` is gone"),
        _POST,
    ),
    Row(
        "form",
        _put(*_MEDIA, value={_FORM: {"schema": ref("New")}}, of=_post),
        "B-",
        "B-",
        ("is sent as", "is sent as"),
        _POST,
    ),
    # --- Answers --------------------------------------------------------------------
    Row(
        "another answer",
        _put("responses", "200", value=_answer(ref("New"))),
        "-B",
        "-B",
        ("the answer `200` is `New` now, was `Thing`", ""),
    ),
    Row(
        "null answer",
        _put(
            "responses",
            "200",
            value=_answer({"anyOf": [ref("Thing"), {"type": "null"}]}),
        ),
        "-B",
        "-C",
        ("the answer `200` may now be `None`", "is never `None`"),
    ),
    Row("no answer", _put("responses", "200", value=_answer()), "-B", "-B"),
    Row(
        "text", _put("responses", "200", value=_answer(TEXT, "text/plain")), "-B", "-B"
    ),
    Row(
        "status",
        _all(
            _put("responses", "201", value=_answer(ref("Thing"))),
            _without_answers("200"),
        ),
        "-C",
        "-C",
        ("the answer has status `201`, was `200`", "`200`, was `201`"),
    ),
    Row(
        "status too", _put("responses", "201", value=_answer(ref("Thing"))), "-C", "-C"
    ),
    Row(
        "another too",
        _put("responses", "202", value=_answer(ref("New"))),
        "-B",
        "-C",
        ("the answer `202` is new: `New`", "the answer `202` is gone: `New`"),
    ),
    Row(
        "error",
        _put("responses", "5XX", value=_answer(ref("Problem"))),
        "-M",
        "-B",
        ("the error `5XX` is documented now", "raises `UnexpectedStatus`"),
    ),
    Row(
        "another error", _put("responses", "5XX", value=_answer(ref("New"))), "-B", "-B"
    ),
    Row(
        "error by name",
        _put("responses", "404", value=_answer(ref("Problem"))),
        "-C",
        "-C",
    ),
    Row(
        "error of its own",
        _put("responses", "404", value=_answer(ref("New"))),
        "-B",
        "-B",
    ),
    Row(
        "any error",
        _put("responses", "default", value=_answer(ref("Problem"))),
        "-M",
        "-B",
    ),
    Row(
        "header",
        _put("responses", "200", "headers", value={"x-n": {"schema": TEXT}}),
        "-C",
        "-M",
        ("has the header `x-n` now", "has no header `x-n` any more"),
    ),
    # --- Streams --------------------------------------------------------------------
    Row(
        "stream",
        _streams(ref("Event")),
        "CC",
        "BB",
        ("`stream` and `stream_async` are new", "`stream` and `stream_async` are gone"),
        _POST,
    ),
    # --- Security -------------------------------------------------------------------
    Row(
        "all",
        _in_document(_SECURITY, value=[{"Id": []}]),
        "B-",
        "B-",
        ("every request proves itself by `Id` now, was by `Key`", ""),
        "security",
    ),
    Row(
        "one way more",
        _in_document(_SECURITY, value=[{"Key": []}, {"Id": []}]),
        "C-",
        "B-",
        ("by `Key` or `Id` now", ""),
        "security",
    ),
    Row(
        "both",
        _in_document(_SECURITY, value=[{"Key": [], "Id": []}]),
        "B-",
        "C-",
        ("by `Id` with `Key` now", ""),
        "security",
    ),
    Row(
        "one",
        _put(_SECURITY, value=[{"Id": []}]),
        "B-",
        "B-",
        ("the request proves", ""),
    ),
    Row("nothing", _put(_SECURITY, value=[]), "C-", "B-", ("by nothing now", "")),
    Row("scopes", _put(_SECURITY, value=[{"Key": ["a"]}]), "M-", "M-", ("scopes", "")),
    Row(
        "scheme",
        _in_document("components", "securitySchemes", "Key", "scheme", value="basic"),
        "B-",
        "B-",
        ("the security scheme `Key` is another one now", ""),
        "security",
    ),
]


def _misjudged(row: Row) -> Iterator[str]:
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


def test_each_change_of_an_operation_is_judged_right_and_so_is_its_reverse() -> None:
    assert "\n".join(line for row in ROWS for line in _misjudged(row)) == ""


def test_a_repaired_name_is_that_of_the_same_operation() -> None:
    old, new = base(), base()
    _post(old)["operationId"] = "makeTing"
    _at("/others", "/things")(new)
    moved = new["paths"]["/others"]["post"]
    moved["x-original-operation-id"] = "makeTing"
    assert {c.text for c in report(old, new).changes} == {
        "the module `things.make_thing` was called `things.make_ting`",
        "the request goes to `/others` now, went to `/things`",
    }
    del moved["x-original-operation-id"]
    assert {c.text for c in report(old, new).changes} == {
        "the operation is gone",
        "the operation is new",
    }


def test_two_operations_that_change_places_keep_their_names() -> None:
    new = base()
    new["paths"]["/all"] = _other()
    old = copy.deepcopy(new)
    first, second = new["paths"]["/things"], new["paths"]["/all"]
    new["paths"] |= {"/things": second, "/all": first}
    assert {(c.name, c.text) for c in report(old, new).changes} == {
        ("things.get_all", "the request goes to `/things` now, went to `/all`"),
        ("things.make_thing", "the request goes to `/all` now, went to `/things`"),
    }
