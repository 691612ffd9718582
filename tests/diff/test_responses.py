"""Changes of responses and of authentication, with the verdicts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.codegen.specs import JSON, TEXT, Document, ref
from tests.diff.edits import (
    POST,
    base,
    getting,
    in_document,
    posting,
    put,
    response,
    row,
    together,
)
from tests.diff.rows import INTEGER, Row, judged, report

if TYPE_CHECKING:
    from tests.diff.edits import Change


def _without_responses(*codes: str) -> Change:
    def change(document: Document) -> None:
        for code in codes:
            del getting(document)["responses"][code]

    return change


def _streams(schema: Any) -> Change:
    content = {JSON: {"schema": ref("Thing")}, "text/event-stream": {"schema": schema}}
    response = {"description": "", "content": content}
    return put("responses", "200", value=response, of=posting)


def _oauth(url: str) -> Document:
    flow = {"authorizationUrl": f"https://a.example{url}", "scopes": {}}
    return {"type": "oauth2", "flows": {"implicit": flow}}


_SECURITY = "security"
_KEY = ("components", "securitySchemes", "Key")

_NEW, _THING = {"schema": ref("New")}, {"schema": ref("Thing")}

ROWS = [
    # --- Responses ------------------------------------------------------------------
    row(
        "another response",
        put("responses", "200", value=response(ref("New"))),
        "-B -B",
        "the response `200` is `New` now, was `Thing`",
    ),
    row(
        "null response",
        put(
            "responses",
            "200",
            value=response({"anyOf": [ref("Thing"), {"type": "null"}]}),
        ),
        "-B -C",
        "the response `200` may now be `None`",
        "is never `None`",
    ),
    row("no response", put("responses", "200", value=response()), "-B -B"),
    row("text", put("responses", "200", value=response(TEXT, "text/plain")), "-B -B"),
    row(
        "text too",
        put("responses", "200", "content", "text/plain", value={"schema": TEXT}),
        "-B -C",
        "the response `200` is `Thing | str` now, was `Thing`",
        "is `Thing` now",
    ),
    row(
        "another JSON besides",
        put("responses", "200", "content", "application/a+json", value=_NEW),
        "-B -C",
        "the response `200` is `Thing | New` now, was `Thing`",
        "is `Thing` now",
    ),
    row(
        "the same JSON by another name",
        put("responses", "200", "content", value={"application/a+json": _THING}),
        "-C -C",
        "is described differently, but read the same",
    ),
    row(
        "status",
        together(
            put("responses", "201", value=response(ref("Thing"))),
            _without_responses("200"),
        ),
        "-C -C",
        "the response has status `201`, was `200`",
        "`200`, was `201`",
    ),
    row("status too", put("responses", "201", value=response(ref("Thing"))), "-C -C"),
    row(
        "another too",
        put("responses", "202", value=response(ref("New"))),
        "-B -C",
        "the response `202` is new: `New`",
        "the response `202` is gone: `New`",
    ),
    row(
        "error",
        put("responses", "5XX", value=response(ref("Problem"))),
        "-M -B",
        "the error `5XX` is documented now",
        "raises `UnexpectedStatus`",
    ),
    row("another error", put("responses", "5XX", value=response(ref("New"))), "-B -B"),
    row(
        "error by name",
        put("responses", "404", value=response(ref("Problem"))),
        "-C -C",
    ),
    row(
        "error of its own", put("responses", "404", value=response(ref("New"))), "-B -B"
    ),
    row(
        "any error",
        put("responses", "default", value=response(ref("Problem"))),
        "-M -B",
    ),
    row(
        "header",
        put("responses", "200", "headers", value={"x-n": {"schema": TEXT}}),
        "-C -M",
        "has the header `x-n` now",
        "has no header `x-n` any more",
    ),
    row(
        "another header",
        put("responses", "200", "headers", "x-n", "schema", value=INTEGER),
        "-M -M",
        "the header `x-n` of the response `200` is described differently",
        first=put("responses", "200", "headers", value={"x-n": {"schema": TEXT}}),
    ),
    row(
        "no result",
        _without_responses("200"),
        "-B -B",
        "the response `200` is gone: `Thing`",
    ),
    row(
        "error that is known from others",
        put("responses", "404", value=response(ref("New"))),
        "-M -B",
        "the error `404` is `New` now, was `Problem`",
        first=put("responses", "5XX", value=response(ref("New"))),
    ),
    # --- Streams --------------------------------------------------------------------
    row(
        "stream",
        _streams(ref("Event")),
        "CC BB",
        "`stream` and `stream_async` are new",
        "`stream` and `stream_async` are gone",
        name=POST,
    ),
    # --- Security -------------------------------------------------------------------
    row(
        "all",
        in_document(_SECURITY, value=[{"Id": []}]),
        "B- B-",
        "every request is authenticated by `Id` now, was by `Key`",
        name="security",
    ),
    row(
        "one way more",
        in_document(_SECURITY, value=[{"Key": []}, {"Id": []}]),
        "C- B-",
        "by `Key` or `Id` now",
        name="security",
    ),
    row(
        "both",
        in_document(_SECURITY, value=[{"Key": [], "Id": []}]),
        "B- C-",
        "by `Id` with `Key` now",
        name="security",
    ),
    row(
        "one",
        put(_SECURITY, value=[{"Id": []}]),
        "B- B-",
        "the request is authenticated by `Id` now",
    ),
    row("nothing", put(_SECURITY, value=[]), "C- B-", "by nothing now"),
    row(
        "scopes of another one",
        put(_SECURITY, value=[{"Other": ["a"]}]),
        "M- M-",
        "by `Other` now, was by `Key`",
        first=put(_SECURITY, value=[{"Key": []}]),
    ),
    row(
        "description of a scheme",
        in_document(*_KEY, value=_oauth("/b")),
        "M- M-",
        "the security scheme `Key` is described differently",
        name="security",
        first=in_document(*_KEY, value=_oauth("/a")),
    ),
    row("scopes", put(_SECURITY, value=[{"Key": ["a"]}]), "M- M-", "scopes"),
    row(
        "scheme",
        in_document(*_KEY, "scheme", value="basic"),
        "B- B-",
        "the security scheme `Key` is another one now",
        name="security",
    ),
]


@judged(ROWS)
def test_each_change_of_a_response_is_judged_right(row: Row, way: str) -> None:
    row.check(way)


def test_what_each_operation_says_is_as_if_it_were_said_of_all() -> None:
    old, new = base(), base()
    required = new.pop(_SECURITY)
    for each in (getting(new), posting(new)):
        each[_SECURITY] = required
    assert report(old, new).changes == report(new, old).changes == ()
    del posting(new)[_SECURITY]
    (change,) = report(old, new).changes
    # What is said of all is for those that say nothing.
    assert change.text == "every request is authenticated by nothing now, was by `Key`"
