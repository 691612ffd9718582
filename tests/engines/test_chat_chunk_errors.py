"""Chunks of chat completions that say that something is wrong, or are none."""

from __future__ import annotations

from typing import Any

import pytest

from assistants_server.engines.upstream_errors import (
    ContextTooLongError,
    PassingError,
    RefusedParameterError,
    UpstreamError,
)
from assistants_server.upstream.chat_chunks import ChatChunks
from tests.cases import each_case
from tests.engines.test_chat_chunks import HOST, JSON, chunk, read, usage
from tests.engines.turns import END, event


@pytest.mark.parametrize("events", [(), (END,), (usage(3, 0), END)])
def test_an_answer_of_nothing_is_an_error(events: tuple[Any, ...]) -> None:
    with pytest.raises(UpstreamError, match=f"{HOST} answered with no word"):
        read(*events)


def test_a_stream_without_an_end_is_an_error() -> None:
    with pytest.raises(UpstreamError, match="broke off in the middle"):
        read(chunk(content="4"))
    assert read(chunk(content="42"), END) == ["42"]


ERRORS: dict[str, tuple[Any, type[UpstreamError], str]] = {
    "an object": (
        {"error": {"message": "out of memory", "code": 500}},
        PassingError,
        "server_error",
    ),
    # BerriAI/litellm#22793
    "a status as text, as LiteLLM": (
        {"error": {"message": "out of memory", "code": "500", "type": None}},
        PassingError,
        "server_error",
    ),
    "a limit as text, as LiteLLM": (
        {"error": {"message": "out of memory", "code": "429", "type": "throttling"}},
        PassingError,
        "rate_limit_exceeded",
    ),
    "a refusal as text, as LiteLLM": (
        {"error": {"message": "out of memory", "code": "400"}},
        UpstreamError,
        "invalid_prompt",
    ),
    "a code that is no status": (
        {"error": {"message": "out of memory", "code": "5000"}},
        UpstreamError,
        "server_error",
    ),
    "a text": ({"error": "out of memory"}, UpstreamError, "server_error"),
    # diegosouzapw/OmniRoute#8210, vercel/ai#2720
    "in a chunk, as OpenRouter": (
        {
            "object": "chat.completion.chunk",
            "error": {"message": "out of memory", "code": 502},
            "choices": [{"index": 0, "delta": {}, "finish_reason": "error"}],
        },
        PassingError,
        "server_error",
    ),
    "as vLLM": (
        {"object": "error", "message": "out of memory", "code": 400},
        UpstreamError,
        "invalid_prompt",
    ),
    "as DashScope": (
        {"code": "InternalError", "message": "out of memory", "request_id": "x"},
        UpstreamError,
        "server_error",
    ),
    # SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter#3
    "a list, as Google": (
        [{"error": {"code": 503, "message": "out of memory"}}],
        PassingError,
        "server_error",
    ),
    "as FastAPI": ({"detail": "out of memory"}, UpstreamError, "server_error"),
    "too much asked": (
        {"error": {"message": "out of memory", "code": 429}},
        PassingError,
        "rate_limit_exceeded",
    ),
    "too long, as OpenAI": (
        {"error": {"message": "out of memory", "code": "context_length_exceeded"}},
        ContextTooLongError,
        "invalid_prompt",
    ),
    "an unknown parameter": (
        {"error": {"message": "unsupported: out of memory", "code": 400}},
        RefusedParameterError,
        "invalid_prompt",
    ),
}


@each_case(("body", "kind", "code"), ERRORS.values(), ids=ERRORS)
def test_errors_in_the_middle_end_the_turn(
    body: JSON, kind: type[UpstreamError], code: str
) -> None:
    reader = ChatChunks(HOST)
    reader.feed(chunk(content="4"))
    with pytest.raises(UpstreamError, match="out of memory") as caught:
        reader.feed(event(body))
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert HOST in str(caught.value)


def test_an_error_may_be_text() -> None:
    with pytest.raises(UpstreamError, match="reports an error: out of memory"):
        read(event("out of memory", "error"))


@each_case("data", ["<html>", "3", '"text"', "[]", "null", "{"])
def test_what_is_no_chunk_is_an_error(data: str) -> None:
    with pytest.raises(UpstreamError, match="in place of a chunk"):
        read(event(data))


@each_case(
    "odd",
    [
        {"choices": None},
        {"choices": [None]},
        {"choices": [{"index": 0, "delta": None}]},
        {"choices": [{"index": 0, "delta": {"content": 3, "tool_calls": None}}]},
        {"choices": [{"index": 0, "delta": {"tool_calls": [None, 3]}}]},
        {"choices": [], "usage": None},
        {"choices": [], "usage": {"prompt_tokens": None}},
        {"id": 3},
    ],
)
def test_odd_chunks_do_no_harm(odd: JSON) -> None:
    assert read(chunk(content="42"), event(odd), chunk("stop"), END) == ["42"]
