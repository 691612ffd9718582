"""Changes of operations, each with the right verdicts in both directions."""

from __future__ import annotations

import copy

from tests.codegen.specs import JSON, TEXT, Document, array, ref
from tests.diff.edits import (
    POST,
    argument,
    at_path,
    base,
    getting,
    in_document,
    new_parameter,
    other,
    posting,
    put,
    row,
    together,
)
from tests.diff.rows import INTEGER, Row, judged, report


def _swap(document: Document) -> None:
    found = getting(document)["parameters"]
    found[0], found[1] = found[1], found[0]


def _method(document: Document) -> None:
    item = document["paths"]["/{owner_id}/things/{thing_id}"]
    item["patch"] = item.pop("get")


def _asking_for_nothing(document: Document) -> None:
    del document["security"]


def _without_body(document: Document) -> None:
    del posting(document)["requestBody"]


_FORM = "application/x-www-form-urlencoded"
_ENUM = {**TEXT, "enum": ["a", "b"]}
_MEDIA = ("requestBody", "content")
_NEW = {"schema": ref("New")}

ROWS = [
    # --- The operation --------------------------------------------------------------
    row(
        "elsewhere",
        at_path("/new", "/things"),
        "B- B-",
        "goes to `/new` now, went to `/things`",
        "to `/things` now",
        name=POST,
    ),
    row(
        "new",
        in_document("paths", "/all", value=other()),
        "CC BB",
        "the operation is new",
        "the operation is gone",
        name="things.get_all",
    ),
    row(
        "name",
        put("operationId", value="readThing"),
        "BB BB",
        "the module `things.read_thing` was called `things.get_thing`",
        "things.",
        name="things.read_thing",
    ),
    row(
        "spelling",
        put("operationId", value="get_thing"),
        "C- C-",
        "the operationId is `get_thing` now, was `getThing`",
    ),
    row(
        "tag",
        put("tags", value=["others"]),
        "BB BB",
        "the module `others.get_thing` has moved from `things.get_thing`",
        "moved",
        name="others.get_thing",
    ),
    row("second tag", put("tags", value=["things", "others"]), "C- C-"),
    row(
        "deprecated",
        put("deprecated", value=True),
        "M- C-",
        "the operation is deprecated now",
        "is no longer deprecated",
    ),
    row("method", _method, "B- B-", "the request is a `PATCH` now, was a `GET`"),
    row("path", at_path("/{owner_id}/all/{thing_id}"), "B- B-", "the request goes to"),
    row(
        "the arguments of the path swapped",
        at_path("/{thing_id}/things/{owner_id}"),
        "B- B-",
        "the request goes to `/{thing_id}/things/{owner_id}` now",
        "went to",
    ),
    # --- Arguments ------------------------------------------------------------------
    row(
        "optional",
        new_parameter("after"),
        "C- B-",
        "argument `after` is new",
        "argument `after` is gone",
    ),
    row(
        "required",
        new_parameter("after", required=True),
        "B- B-",
        "argument `after` is new and required",
        "argument `after` is gone",
    ),
    row(
        "required now",
        argument(2, required=True),
        "B- C-",
        "argument `limit` became required",
        "argument `limit` became optional",
    ),
    row(
        "renamed",
        argument(2, name="limits"),
        "B- B-",
        "argument `limits` was called `limit`",
        "`limit` was called `limits`",
    ),
    row(
        "another",
        argument(2, name="per_page"),
        "B- B-",
        "argument `limit` is gone",
        "argument `limit` is new",
    ),
    row(
        "sent as",
        argument(3, name="include"),
        "B- B-",
        "argument `include` is sent as `include` now, was `include[]`",
        "include[]",
    ),
    row(
        "place",
        argument(2, **{"in": "header"}),
        "B- B-",
        "`limit` is in the `header` now, was in the `query`",
        "`query`",
    ),
    row(
        "renamed in path",
        together(argument(1, name="it"), at_path("/{owner_id}/things/{it}")),
        "B- B-",
        "argument `it` was called `thing_id`",
    ),
    row(
        "order",
        _swap,
        "B- B-",
        "the arguments by position are `thing_id` and `owner_id` now",
        "`owner_id` and",
    ),
    row("type", argument(2, schema=TEXT), "B- B-", "`limit` is `str` now"),
    row("null", argument(2, schema={**INTEGER, "nullable": True}), "C- B-"),
    row("wider", argument(2, schema={"anyOf": [INTEGER, TEXT]}), "C- B-"),
    row("any", argument(2, schema={}), "C- B-"),
    row("default", argument(2, schema={**INTEGER, "default": 1}), "M- M-"),
    row("limit", argument(2, schema={**INTEGER, "maximum": 100}), "B- C-"),
    row("items", argument(3, schema=array(_ENUM)), "B- C-", "an item of"),
    row("style", argument(3, explode=False), "B- B-", "`joined` now, was `form`"),
    row("deprecated argument", argument(2, deprecated=True), "M- C-"),
    row(
        "described",
        argument(2, allowReserved=True),
        "C- C-",
        "but the code for it is the same",
    ),
    # --- The body -------------------------------------------------------------------
    row(
        "body",
        _without_body,
        "B- B-",
        "argument `body` is gone",
        "argument `body` is new and required",
        name=POST,
    ),
    row(
        "body left out",
        put("requestBody", "required", value=False, of=posting),
        "C- B-",
        "argument `body` became optional",
        "became required",
        name=POST,
    ),
    row(
        "a proof where nothing was asked for",
        put("security", value=[{"Key": []}]),
        "B- C-",
        "is authenticated by `Key` now, was by nothing",
        "is authenticated by nothing now, was by `Key`",
        first=_asking_for_nothing,
    ),
    row(
        "no proof where one is asked of all",
        put("security", value=[]),
        "C- B-",
        "is authenticated by nothing now, was by `Key`",
        "is authenticated by `Key` now, was by nothing",
    ),
    row(
        "another body",
        put(*_MEDIA, JSON, "schema", value=ref("Thing"), of=posting),
        "B- B-",
        "argument `body` is `Thing` now, was `New`",
        name=POST,
    ),
    row(
        "forms",
        put(*_MEDIA, _FORM, value={"schema": ref("New")}, of=posting),
        "C- B-",
        "may now also be sent as",
        "`media_type` is gone",
        name=POST,
    ),
    row(
        "encoding",
        put(*_MEDIA, _FORM, "encoding", value={"name": {"explode": True}}, of=posting),
        "M- M-",
        "is encoded differently as",
        name=POST,
        first=put(*_MEDIA, _FORM, value=_NEW, of=posting),
    ),
    row(
        "form",
        put(*_MEDIA, value={_FORM: {"schema": ref("New")}}, of=posting),
        "B- B-",
        "is sent as",
        "is sent as",
        name=POST,
    ),
]


@judged(ROWS)
def test_each_change_of_an_operation_is_judged_right(row: Row, way: str) -> None:
    row.check(way)


def test_a_repaired_name_is_that_of_the_same_operation() -> None:
    old, new = base(), base()
    posting(old)["operationId"] = "makeTing"
    at_path("/others", "/things")(new)
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
    new["paths"]["/all"] = other()
    old = copy.deepcopy(new)
    first, second = new["paths"]["/things"], new["paths"]["/all"]
    new["paths"] |= {"/things": second, "/all": first}
    assert {(c.name, c.text) for c in report(old, new).changes} == {
        ("things.get_all", "the request goes to `/things` now, went to `/all`"),
        ("things.make_thing", "the request goes to `/all` now, went to `/things`"),
    }
