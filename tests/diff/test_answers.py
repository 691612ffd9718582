"""Changes of answers and of what proves a request, with the verdicts on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.codegen.specs import JSON, TEXT, Document, ref
from tests.diff.editing import (
    POST,
    Row,
    answer,
    getting,
    in_document,
    misjudged,
    posting,
    put,
    together,
)

if TYPE_CHECKING:
    from tests.diff.editing import Change


def _without_answers(*codes: str) -> Change:
    def change(document: Document) -> None:
        for code in codes:
            del getting(document)["responses"][code]

    return change


def _streams(schema: Any) -> Change:
    content = {JSON: {"schema": ref("Thing")}, "text/event-stream": {"schema": schema}}
    answer = {"description": "", "content": content}
    return put("responses", "200", value=answer, of=posting)


_SECURITY = "security"

_NEW, _THING = {"schema": ref("New")}, {"schema": ref("Thing")}

ROWS = [
    # --- Answers --------------------------------------------------------------------
    Row(
        "another answer",
        put("responses", "200", value=answer(ref("New"))),
        "-B",
        "-B",
        ("the answer `200` is `New` now, was `Thing`", ""),
    ),
    Row(
        "null answer",
        put(
            "responses",
            "200",
            value=answer({"anyOf": [ref("Thing"), {"type": "null"}]}),
        ),
        "-B",
        "-C",
        ("the answer `200` may now be `None`", "is never `None`"),
    ),
    Row("no answer", put("responses", "200", value=answer()), "-B", "-B"),
    Row("text", put("responses", "200", value=answer(TEXT, "text/plain")), "-B", "-B"),
    Row(
        "text too",
        put("responses", "200", "content", "text/plain", value={"schema": TEXT}),
        "-B",
        "-C",
        ("the answer `200` is `Thing | str` now, was `Thing`", "is `Thing` now"),
    ),
    Row(
        "another JSON besides",
        put("responses", "200", "content", "application/a+json", value=_NEW),
        "-B",
        "-C",
        ("the answer `200` is `Thing | New` now, was `Thing`", "is `Thing` now"),
    ),
    Row(
        "the same JSON by another name",
        put("responses", "200", "content", value={"application/a+json": _THING}),
        "-C",
        "-C",
        ("is described otherwise, but read the same", ""),
    ),
    Row(
        "status",
        together(
            put("responses", "201", value=answer(ref("Thing"))), _without_answers("200")
        ),
        "-C",
        "-C",
        ("the answer has status `201`, was `200`", "`200`, was `201`"),
    ),
    Row("status too", put("responses", "201", value=answer(ref("Thing"))), "-C", "-C"),
    Row(
        "another too",
        put("responses", "202", value=answer(ref("New"))),
        "-B",
        "-C",
        ("the answer `202` is new: `New`", "the answer `202` is gone: `New`"),
    ),
    Row(
        "error",
        put("responses", "5XX", value=answer(ref("Problem"))),
        "-M",
        "-B",
        ("the error `5XX` is documented now", "raises `UnexpectedStatus`"),
    ),
    Row("another error", put("responses", "5XX", value=answer(ref("New"))), "-B", "-B"),
    Row(
        "error by name",
        put("responses", "404", value=answer(ref("Problem"))),
        "-C",
        "-C",
    ),
    Row(
        "error of its own",
        put("responses", "404", value=answer(ref("New"))),
        "-B",
        "-B",
    ),
    Row(
        "any error",
        put("responses", "default", value=answer(ref("Problem"))),
        "-M",
        "-B",
    ),
    Row(
        "header",
        put("responses", "200", "headers", value={"x-n": {"schema": TEXT}}),
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
        POST,
    ),
    # --- Security -------------------------------------------------------------------
    Row(
        "all",
        in_document(_SECURITY, value=[{"Id": []}]),
        "B-",
        "B-",
        ("every request proves itself by `Id` now, was by `Key`", ""),
        "security",
    ),
    Row(
        "one way more",
        in_document(_SECURITY, value=[{"Key": []}, {"Id": []}]),
        "C-",
        "B-",
        ("by `Key` or `Id` now", ""),
        "security",
    ),
    Row(
        "both",
        in_document(_SECURITY, value=[{"Key": [], "Id": []}]),
        "B-",
        "C-",
        ("by `Id` with `Key` now", ""),
        "security",
    ),
    Row(
        "one",
        put(_SECURITY, value=[{"Id": []}]),
        "B-",
        "B-",
        ("the request proves", ""),
    ),
    Row("nothing", put(_SECURITY, value=[]), "C-", "B-", ("by nothing now", "")),
    Row("scopes", put(_SECURITY, value=[{"Key": ["a"]}]), "M-", "M-", ("scopes", "")),
    Row(
        "scheme",
        in_document("components", "securitySchemes", "Key", "scheme", value="basic"),
        "B-",
        "B-",
        ("the security scheme `Key` is another one now", ""),
        "security",
    ),
]


def test_each_change_of_an_answer_is_judged_right_and_so_is_its_reverse() -> None:
    assert "\n".join(line for row in ROWS for line in misjudged(row)) == ""
