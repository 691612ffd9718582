"""Bodies of errors, in all the shapes that servers give them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.faults import delivery
from harness.faults.dialects import Dialect
from harness.faults.responses import JSON_TYPE, ApiResponse
from harness.faults.verdicts import Expected, status_error
from harness.scripted_server import CLOSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.delivery import Delivery
    from harness.faults.responses import ApiRequest

_FULL = {"message": "No such thing.", "type": "t", "param": "p", "code": "c"}
_NULL: dict[str, Any] = dict.fromkeys(_FULL)
_HTML = b"<!DOCTYPE html><html><head><title>Bad &amp; gone</title></head></html>"
_NOTHING = "without a message"
_LOC = [{"loc": ["body", "model"], "msg": "field required", "type": "missing"}]
# The body, its content type, and what the error says.
_BODIES: dict[str, tuple[Any, str | None, str]] = {
    "full": ({"error": _FULL}, JSON_TYPE, "No such thing."),
    **{
        f"{name} null": (
            {"error": {**_FULL, name: None}},
            JSON_TYPE,
            _NOTHING if name == "message" else "No such thing.",
        )
        for name in _FULL
    },
    **{
        f"no {name}": (
            {"error": {key: text for key, text in _FULL.items() if key != name}},
            JSON_TYPE,
            _NOTHING if name == "message" else "No such thing.",
        )
        for name in _FULL
    },
    "all null": ({"error": _NULL}, JSON_TYPE, _NOTHING),
    "error {}": ({"error": {}}, JSON_TYPE, _NOTHING),
    "error null": ({"error": None}, JSON_TYPE, _NOTHING),
    "error []": ({"error": []}, JSON_TYPE, _NOTHING),
    "error as text": (
        {"error": "Not Found", "message": "No such route", "statusCode": 404},
        JSON_TYPE,
        "No such route",
    ),
    "error as text alone": ({"error": "Not Found"}, JSON_TYPE, "Not Found"),
    "detail": ({"detail": "Not there."}, JSON_TYPE, "Not there."),
    "detail as a list": ({"detail": _LOC}, JSON_TYPE, "body.model: field required"),
    "message as a number": ({"error": {"message": 7}}, JSON_TYPE, ""),
    "fields of other types": (
        {"error": {"message": ["a", {"b": 1}], "type": {}, "param": [], "code": 7.5}},
        JSON_TYPE,
        "a",
    ),
    "{}": ({}, JSON_TYPE, _NOTHING),
    "[]": ([], JSON_TYPE, _NOTHING),
    "null": (None, JSON_TYPE, _NOTHING),
    "a number": (404, JSON_TYPE, ""),
    "a string": ("gone", JSON_TYPE, "gone"),
    "plain text": (b"It is gone.", "text/plain", "It is gone."),
    "plain text as JSON": (b"It is gone.", JSON_TYPE, "It is gone."),
    "JSON as plain text": (
        json.dumps({"error": _FULL}).encode(),
        "text/plain",
        "No such thing.",
    ),
    "empty": (b"", None, _NOTHING),
    "empty JSON": (b"", JSON_TYPE, _NOTHING),
    "HTML": (_HTML, "text/html; charset=utf-8", "an HTML page: Bad & gone"),
    "HTML as JSON": (_HTML, JSON_TYPE, "an HTML page: Bad & gone"),
    "cut JSON": (b'{"error": {"message": "No su', JSON_TYPE, "No su"),
    "invalid UTF-8": (b'{"detail": "\xff\xfe gone"}', JSON_TYPE, "gone"),
    "another charset": ("gr\u00f6\u00dfer".encode("latin-1"), "text/plain", "gr"),
    "very long": (b"x" * 300_000, "text/plain", "xxxx..."),
    "very deep": (b"[" * 100_000, JSON_TYPE, "[[["),
    "events": (b"event: error\ndata: {}\n\n", "text/event-stream", "event: error"),
}
_EVERYWHERE = ("detail", "empty", "HTML", "plain text")
_STATUSES = (400, 401, 403, 409, 422, 429, 500, 503, 520)


def _all() -> Iterator[Dialect]:
    for name, (body, kind, says) in _BODIES.items():
        yield _dialect(name, 404, body, kind, says)
    for name in _EVERYWHERE:
        body, kind, says = _BODIES[name]
        for status in _STATUSES:
            yield _dialect(name, status, body, kind, says)
    text, kind, says = _BODIES["plain text"]
    yield _dialect(
        *("plain text, then closed", 500, text, kind, says),
        deliver=delivery.then(CLOSE),
    )
    yield _dialect(
        *("plain text, closed a little later", 500, text, kind, says),
        deliver=delivery.then(0.0, CLOSE),
    )


def _dialect(
    name: str,
    status: int,
    body: Any,
    kind: str | None,
    says: str,
    deliver: Delivery = delivery.plain,
) -> Dialect:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def rewrite(_: ApiRequest, __: ApiResponse) -> ApiResponse:
        return ApiResponse(status, raw=raw, content_type=kind)

    expected = Expected.error(status_error(status), says=says, status=status)
    return Dialect(
        f"{status} {name}", "errors", rewrite, deliver, judge=lambda form: expected
    )


DIALECTS = tuple(_all())
