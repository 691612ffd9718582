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

FORBIDDEN = {"loc": ["body", "top_p"], "msg": "Extra inputs are not permitted"}
PASSED = {"message": "Provider returned error", "code": 400}

CASES: dict[str, tuple[int, Any, type[UpstreamError], str]] = {
    # Gage-Technologies/mistral-go#2
    "an object for a message, as Mistral": (
        *(422, {"message": {"detail": [FORBIDDEN]}}, RefusedParameterError),
        " 422: body.top_p: Extra inputs are not permitted",
    ),
    # partITech/php-mistral#76
    "a list for a message, as Mistral": (
        *(422, {"message": [FORBIDDEN], "code": 3001}, RefusedParameterError),
        " 422: body.top_p: Extra inputs are not permitted",
    ),
    # mistralai/platform-docs-public#7, lbjlaq/Antigravity-Manager#1942
    "an error as the text of a message": (
        *(400, {"error": {"message": '{"error": {"message": "No."}}'}}, UpstreamError),
        " answered 400: No.",
    ),
    # diegosouzapw/OmniRoute#3044
    "passed on, as OpenRouter": (
        *(400, {"error": {**PASSED, "metadata": {"raw": f'{{"message": "{LONG}"}}'}}}),
        *(ContextTooLongError, f" 400: Provider returned error: {LONG}"),
    ),
    "passed on as a text": (
        *(400, {"error": {**PASSED, "metadata": {"raw": "Busy."}}}, UpstreamError),
        " 400: Provider returned error: Busy.",
    ),
    # SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter#3
    "a list, as Google": (
        *(400, [{"error": {"message": 'Unknown name "top_p": Cannot find field.'}}]),
        *(RefusedParameterError, 'Unknown name "top_p": Cannot find field.'),
    ),
    "several, as Cloudflare": (
        *(400, {"errors": [{"message": "No.", "code": 7003}]}, UpstreamError),
        " answered 400: No.",
    ),
    "as MiniMax": (
        *(
            0,
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
        ),
        *(UpstreamError, " reports an error: insufficient balance"),
    ),
    "throttled, as DashScope": (
        *(0, {"code": "Throttling.RateQuota", "message": "No."}, PassingError),
        " reports an error: No.",
    ),
    "of Cloudflare": (520, "<html>", PassingError, " answered 520"),
    "not made for it": (501, {}, UpstreamError, " answered 501"),
    "no such version": (505, {}, UpstreamError, " answered 505"),
    "too early": (425, {}, PassingError, " answered 425"),
    "at its capacity, as Groq": (498, {}, PassingError, " answered 498"),
    "a finding without words": (
        *(422, {"detail": [{"loc": ["body"], "type": "x"}]}, UpstreamError),
        " 422: {'loc': ['body'], 'type': 'x'}",
    ),
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


@each_case(
    "text",
    [
        "The input token count (9) exceeds the maximum number of tokens allowed (8).",
        "input length and `max_tokens` exceed context limit: 9 + 9 > 8",
        "The decoder prompt (length 9) is longer than the maximum model length of 8.",
        "This model's maximum prompt length is 8 but the request contains 9 tokens.",
        "`inputs` tokens + `max_new_tokens` must be <= 8. Given: 9 `inputs` tokens",
        "`inputs` must have less than 8 tokens. Given: 9",
        "Invalid request: Your request exceeded model token limit: 8",
        "InternalError.Algo.InvalidParameter: Range of input length should be [1, 8]",
        "Prompt exceeds max length",
        "Request body too large for gpt-4o model. Max size: 8 tokens.",
        "litellm.ContextWindowExceededError: no",
        "max_tokens must be at least 1, got -3.",
    ],
)
def test_too_long_in_the_words_of_each(text: str) -> None:
    found = error_of(NAME, {"error": {"message": text}}, 400)
    assert type(found) is ContextTooLongError
    assert found.code == "invalid_prompt"


def test_what_else_is_too_long_is_no_matter_of_messages() -> None:
    """To drop some would help nobody."""
    text = "The name of the function exceeds max length 64."
    assert type(error_of(NAME, {"error": {"message": text}}, 400)) is UpstreamError


@each_case(
    "text",
    [
        "max_tokens is too large: 9. This model supports at most 8 completion tokens",
        "'max_completion_tokens' is too large: 9. The maximum context length is 8",
        "`max_completion_tokens` must be less than or equal to `8`, the maximum value",
        "Invalid max_tokens value, the valid range of max_tokens is [1, 8]",
        "max_tokens: 9 > 8, which is the maximum allowed number of output tokens",
        "maximum context length is 8, not 9 (1 in the messages, 8 in the completion)",
    ],
)
def test_too_long_for_what_may_be_written(text: str) -> None:
    found = error_of(NAME, {"error": {"message": text}}, 400)
    assert type(found) is ContextTooLongError
    assert found.blames_limit


@each_case("status", [413, 429])
def test_more_than_the_tokens_of_a_minute_is_too_long(status: int) -> None:
    """continuedev/continue#10218, DrShushen/climb#13"""
    text = "Request too large for m on tokens per minute (TPM): Limit 8, Requested 9"
    body = {"error": {"message": text, "code": "rate_limit_exceeded"}}
    found = error_of(NAME, body, status)
    assert isinstance(found, ContextTooLongError)
    assert (found.code, found.prompt, found.room) == ("rate_limit_exceeded", 9, 8)
    # Numbers without end say nothing.
    text = text.replace("9", "9" * 5000)
    found = error_of(NAME, {"error": {"message": text}}, status)
    assert isinstance(found, ContextTooLongError)
    assert (found.prompt, found.room) == (None, None)
    # What another minute has room for is not.
    text = "Rate limit reached: Limit 8, Used 7, Requested 2. Try again in 4.77s."
    body = {"error": {"message": text, "code": "rate_limit_exceeded"}}
    assert type(error_of(NAME, body, status)) is PassingError


@each_case(
    ("status", "body"),
    [
        (402, {"error": {"message": "Insufficient Balance"}}),
        (402, {"error": {"message": "This request requires more credits"}}),
        (429, {"error": {"message": "No.", "type": "exceeded_current_quota_error"}}),
        (400, {"error": {"message": "Your credit balance is too low"}}),
    ],
)
def test_what_has_to_be_paid_first_is_not_waited_for(status: int, body: Any) -> None:
    found = error_of(NAME, body, status)
    assert type(found) is UpstreamError
    assert found.code == "rate_limit_exceeded"
