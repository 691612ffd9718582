"""What the refusals of upstreams stand for, however they are put."""

from __future__ import annotations

from typing import Any

from assistants_server.engines.upstream_errors import (
    ContextTooLongError,
    NoModelError,
    PassingError,
    RefusedParameterError,
    UpstreamError,
    error_of,
)
from tests.cases import each_case

NAME = "The model's server at a.test"
REFUSED = {"message": "No.", "code": "unsupported_parameter", "param": "top_p"}
LONG = "The prompt is too long: 900 tokens."

CASES: dict[str, tuple[int, Any, type[UpstreamError], str]] = {
    "nothing": (400, None, UpstreamError, " answered 400"),
    "a text": (500, "Out of order", PassingError, " answered 500: Out of order"),
    "a page": (502, " <html>", PassingError, " answered 502"),
    "an event of nothing": (0, {"error": {}}, UpstreamError, " reports an error"),
    "by its code alone": (
        *(400, {"error": REFUSED}, RefusedParameterError),
        " answered 400: No. (top_p)",
    ),
    "an unknown one": (
        *(400, {"error": {**REFUSED, "code": "unknown_parameter"}}),
        *(RefusedParameterError, " answered 400: No. (top_p)"),
    ),
    "the parameter in the text": (
        *(422, {"message": "top_p: extra fields", "param": "top_p"}),
        *(RefusedParameterError, " answered 422: top_p: extra fields"),
    ),
    "an empty message, and a detail": (
        *(400, {"message": "", "detail": {"a": 1}}, UpstreamError),
        " answered 400: {'a': 1}",
    ),
    "nothing left to spend": (
        *(429, {"error": {"type": "billing_hard_limit_reached"}}, UpstreamError),
        " answered 429",
    ),
    "too much asked": (429, {}, PassingError, " answered 429"),
    "too long, in words": (413, {"error": LONG}, ContextTooLongError, f" 413: {LONG}"),
    "words of that by a broken server": (500, LONG, PassingError, f" 500: {LONG}"),
    "no such model": (
        *(404, {"error": {"code": "model_not_found", "message": "No."}}),
        *(NoModelError, " answered 404: No."),
    ),
    "a long text": (400, "x" * 600, UpstreamError, f": {'x' * 500}..."),
    "lines": (400, "a\n\n b", UpstreamError, ": a b"),
}


@each_case(("status", "body", "kind", "ending"), CASES.values(), ids=CASES)
def test_kinds(status: int, body: Any, kind: type[UpstreamError], ending: str) -> None:
    found = error_of(NAME, body, status)
    assert type(found) is kind
    assert str(found).startswith(NAME)
    assert str(found).endswith(ending)


def test_counts_and_pauses_are_kept() -> None:
    details = {"code": "context_length_exceeded", "n_prompt_tokens": 9, "n_ctx": True}
    found = error_of(NAME, {"error": details}, 400)
    assert isinstance(found, ContextTooLongError)
    assert (found.prompt, found.room) == (9, None)
    busy = error_of(NAME, {}, 503, pause=7)
    assert isinstance(busy, PassingError)
    assert (busy.pause, busy.is_limit, busy.code) == (7, False, "server_error")
    limit = error_of(NAME, {}, 429, pause=7)
    assert isinstance(limit, PassingError)
    assert (limit.is_limit, limit.code) == (True, "rate_limit_exceeded")
