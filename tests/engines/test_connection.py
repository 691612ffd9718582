"""What goes to an upstream and what becomes of its refusals, over real sockets."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from typing import Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import Incomplete
from harness.scripted_server import HOLD, Response, ScriptedServer
from tests.engines.asking import ANSWER, QUICK, answered, ask, begun, failure
from tests.engines.turns import message, outputs_of, told, turn
from tests.engines.upstreams import EVENTS, KEY, chat, chunk, refusal, stream, upstream


def test_the_key_goes_along_and_the_path_is_below_the_url() -> None:
    found, server = answered(chat(), key=KEY)
    assert found == ANSWER
    (request,) = server.requests
    assert request.target == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"


def test_responses_have_their_own_path() -> None:
    response = {"object": "response", "status": "completed", "output": []}
    with upstream(Response.of(response)) as server:
        assert outputs_of(ResponsesEngine(f"{server.url}/v1/"), turn()) == []
        assert server.requests[0].target == "/v1/responses"


def test_models_are_named_as_the_table_has_them() -> None:
    found, server = answered(chat(), models={"gpt-4o": "llama", "*": "other"})
    assert (found, server.requests[0].json()["model"]) == (ANSWER, "llama")
    with upstream(chat()) as server:
        ask(server, turn(model="gpt-3.5-turbo"), models={"*": "other"})
        assert server.requests[0].json()["model"] == "other"


# --- Refused ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_names_the_upstream_and_never_the_key(status: int) -> None:
    found, server = failure(refusal(status, f"bad key {KEY}"), key=KEY)
    assert found.code == "server_error"
    assert f"127.0.0.1:{server.port} answered {status}: bad key [key]" in found.message


def test_a_request_that_is_wrong_is_an_invalid_prompt() -> None:
    found, server = failure(refusal(400, "no such thing"))
    assert (found.code, len(server.requests)) == ("invalid_prompt", 1)


@pytest.mark.parametrize(
    "refused",
    [
        # As Ollama, vLLM, OpenAI and LiteLLM say it.
        refusal(404, 'model "gpt-4o" not found, try pulling it first'),
        refusal(404, "The model `gpt-4o` does not exist.", type="NotFoundError"),
        refusal(404, "No access.", code="model_not_found"),
        refusal(400, "Invalid model name passed in model=gpt-4o. Call `/v1/models`"),
    ],
)
def test_a_model_that_is_not_there(refused: Response) -> None:
    hint = "(start the server with --model gpt-4o=NEW to name one)"
    for models in ({}, {"gpt-4o": "llama"}, {"*": "llama"}):
        found, server = failure(refused, models=models)
        assert (found.code, len(server.requests)) == ("server_error", 1)
        assert found.message.endswith(hint) is not bool(models)


def test_a_path_that_is_not_there_is_no_lack_of_a_model() -> None:
    found, _ = failure(refusal(404, "Not found: /v2/models"))
    assert found.message.endswith("answered 404: Not found: /v2/models")


def test_a_page_of_html_is_not_shown() -> None:
    page = Response(404, b"<html><h1>Not found</h1></html>", "text/html")
    found, server = failure(page)
    where = f"127.0.0.1:{server.port}"
    assert found.message == f"The model's server at {where} answered 404"


def test_a_refusal_may_be_an_event() -> None:
    """LiteLLM's may, where a stream was asked for: BerriAI/litellm#18757."""
    data = '{"error": {"message": "no such thing", "code": "400"}}'
    found, server = failure(Response(400, f"data: {data}\n\n".encode(), EVENTS))
    assert (found.code, len(server.requests)) == ("invalid_prompt", 1)
    assert found.message.endswith("answered 400: no such thing")


def test_redirects_are_not_followed() -> None:
    with upstream(chat()) as other:
        target = f"{other.url}/v1/chat/completions?secret=x"
        moved = Response(307, b"", headers={"Location": target})
        found, _ = failure(moved, key=KEY)
        assert f"redirects to {other.url}/v1/chat/completions," in found.message
        assert "secret" not in found.message
        assert other.requests == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # Azure's, with parameters of its own: openai/openai-python#2296. Databricks
        # refuses it as well: anomalyco/opencode#4698.
        ("stream_options", "Unrecognized request argument supplied: stream_options"),
        ("stream_options", "#/stream_options: Extra inputs are not permitted"),
        ("parallel_tool_calls", "Unknown parameter: 'parallel_tool_calls'."),
        ("reasoning_effort", "Unsupported parameter: reasoning_effort"),
        # microsoft/vscode#255504
        ("temperature", "'temperature' does not support 0.2 with this model."),
    ],
)
def test_what_a_server_does_not_know_is_left_out_from_then_on(
    name: str, text: str
) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    asked = turn(temperature=0.2, reasoning_effort="low", tools=tools)
    with upstream(refusal(400, text), chat(), chat()) as server:
        engine = ChatEngine(server.url, **QUICK)
        for _ in range(2):
            assert told(outputs_of(engine, asked)) == ANSWER
        assert [name in each.json() for each in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        # OpenHands/software-agent-sdk#1208
        (
            "include",
            refusal(400, "Encrypted content is not supported", param="include"),
        ),
        ("store", refusal(422, "body.store: Extra inputs are not permitted")),
        ("reasoning", refusal(400, "Unsupported parameter: 'reasoning.effort'")),
    ],
)
def test_the_same_in_responses(name: str, refused: Response) -> None:
    whole = Response.of({"object": "response", "status": "completed", "output": []})
    with upstream(refused, whole, whole) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        for _ in range(2):
            assert outputs_of(engine, turn(reasoning_effort="low")) == []
        assert [name in each.json() for each in server.requests] == [True, False, False]


def test_a_format_said_twice_is_said_once_where_that_is_refused() -> None:
    response = {"object": "response", "status": "completed", "output": []}
    text = "Unsupported parameter: 'response_format' has moved to 'text.format'."
    form = {"type": "json_object"}
    with upstream(refusal(400, text), Response.of(response)) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        assert outputs_of(engine, turn(response_format=form)) == []
        first, second = (request.json() for request in server.requests)
    assert first["text"] == second["text"] == {"format": form}
    assert (first["response_format"], "response_format" in second) == (form, False)
    with upstream(refusal(400, text)) as server:
        (found,) = ask(server, turn(response_format=form))
        assert (found.code, len(server.requests)) == ("invalid_prompt", 1)


def test_the_old_name_of_the_limit_takes_the_place_of_the_new_one() -> None:
    """As older vLLM says it: voideditor/void#128."""
    where = "'loc': ('body', 'max_completion_tokens')"
    text = f"[{{{where}, 'msg': 'Extra inputs are not permitted'}}]"
    with upstream(refusal(400, text, code=400), chat()) as server:
        assert ask(server, turn(completion_room=50)) == ANSWER
        assert server.requests[1].json()["max_tokens"] == 50


def test_a_detail_of_fastapi_is_understood() -> None:
    where = {"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
    found, server = answered(Response.of({"detail": [where]}, 422), chat())
    assert (found, len(server.requests)) == (ANSWER, 2)


def test_a_refusal_of_something_else_ends_the_turn() -> None:
    found, server = failure(refusal(400, "Unsupported value: 'messages'"))
    assert (found.code, len(server.requests)) == ("invalid_prompt", 1)


# --- Too long -----------------------------------------------------------------------

TOO_LONG = [
    refusal(400, "This model's maximum context length is 512 tokens."),
    refusal(400, "x", code="context_length_exceeded"),
    # ggml-org/llama.cpp#15780; by a proxy, or earlier, without the status:
    # oobabooga/textgen#7257.
    refusal(400, "x", type="exceed_context_size_error", n_prompt_tokens=900, n_ctx=512),
    refusal(200, "x", type="exceed_context_size_error", code=400),
    stream({"error": {"message": "x", "code": "context_length_exceeded"}}),
]


@pytest.mark.parametrize("refused", TOO_LONG)
def test_the_oldest_messages_are_dropped_until_it_fits(refused: Response) -> None:
    messages = [message(f"Number {number}.") for number in range(20)]
    with upstream(refused, refused, chat()) as server:
        assert ask(server, turn(*messages)) == ANSWER
        texts = [
            [each["content"] for each in request.json()["messages"][1:]]
            for request in server.requests
        ]
    assert len(texts[0]) == 20 > len(texts[1]) > len(texts[2]) > 0
    assert all(each[-1] == "Number 19." for each in texts)


@pytest.mark.parametrize(
    "refused",
    [
        TOO_LONG[0],
        stream(
            {
                "type": "response.failed",
                "response": {
                    "status": "failed",
                    "error": {"code": "context_length_exceeded", "message": "x"},
                },
            }
        ),
    ],
)
def test_so_they_are_in_responses(refused: Response) -> None:
    messages = [message(f"Number {number}.") for number in range(20)]
    whole = Response.of({"object": "response", "status": "completed", "output": []})
    with upstream(refused, whole) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        assert outputs_of(engine, turn(*messages)) == []
        first, second = (len(each.json()["input"]) for each in server.requests)
    assert 20 == first > second > 0


def test_the_last_message_stays() -> None:
    found, server = failure(TOO_LONG[0])
    assert (found.code, len(server.requests)) == ("invalid_prompt", 1)
    messages = [message("One."), message("Two.")]
    with upstream(TOO_LONG[0]) as server:
        ask(server, turn(*messages))
        assert len(server.requests) == 2


def test_nothing_is_dropped_where_the_run_says_what_is_sent() -> None:
    strategy = {"type": "last_messages", "last_messages": 2}
    asked = turn(message("One."), message("Two."), truncation_strategy=strategy)
    with upstream(TOO_LONG[0], chat()) as server:
        (found,) = ask(server, asked)
        assert (found.code, len(server.requests)) == ("invalid_prompt", 1)


# --- Streams ------------------------------------------------------------------------


def test_comments_and_cut_lines_are_read() -> None:
    text = b'data: {"choices": [{"index": 0, "delta": {"content": "42"}}]}\r\n\r\n'
    pieces = [b": keep-alive\n\n", *(text[i : i + 1] for i in range(len(text)))]
    end = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}'
    found, _ = answered(Response(200, [*pieces, end], EVENTS))
    assert found == ["42"]


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=x"])
def test_a_server_may_not_stream_where_there_are_tools(kind: str) -> None:
    """SGLang and Ollama did so: sgl-project/sglang#2810, ollama/ollama#9092."""
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}
    choice = {"index": 0, "message": {"content": "Hm.", "tool_calls": [call]}}
    whole = {"object": "chat.completion", "choices": [choice]}
    found, server = answered(Response(200, json.dumps(whole).encode(), kind))
    assert found[:2] == ["Hm.", ["c1", "f", "{}"]]
    assert server.requests[0].json()["stream"] is True


@pytest.mark.parametrize("kind", ["text/plain", "", EVENTS, "application/json"])
def test_types_that_are_not_true(kind: str) -> None:
    data = chat().body
    found, _ = answered(Response(200, data, kind))
    assert found == ANSWER
    choice = {"index": 0, "message": {"content": "42"}, "finish_reason": "stop"}
    whole = json.dumps({"object": "chat.completion", "choices": [choice]}).encode()
    for pieces in ([whole], [b"\r\n", whole[:9], whole[9:]]):
        found, _ = answered(Response(200, pieces, kind))
        assert found == ["42"]


def test_a_page_is_no_answer() -> None:
    found, server = failure(Response(200, b"<html>", "text/html; charset=utf-8"))
    assert found.message.endswith("answered with a page of text/html.")
    assert len(server.requests) == 1


def test_an_empty_stream_is_an_error() -> None:
    found, _ = failure(Response(200, b"", EVENTS))
    assert "answered with no word" in found.message


def test_a_limit_ends_the_run() -> None:
    found, _ = answered(stream(chunk(content="4"), chunk("length")))
    assert found == ["4", Incomplete("max_completion_tokens")]


def test_closing_the_turn_closes_the_connection() -> None:
    async def work(server: ScriptedServer) -> None:
        engine = ChatEngine(server.url)
        outputs: Any = engine(turn())
        async with aclosing(outputs):
            await anext(outputs)
        await asyncio.to_thread(server.hung_up.wait, 5)
        assert server.hung_up.is_set()
        await engine.aclose()

    with upstream(begun(HOLD)) as server:
        asyncio.run(work(server))
