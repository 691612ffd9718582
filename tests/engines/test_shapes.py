"""Models that can't read a request as it is, and are asked in another shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import Fail
from harness.scripted_server import Response
from tests.cases import each_case
from tests.engines.asking import ANSWER, QUICK, ask, failure
from tests.engines.test_requests import PAST
from tests.engines.turns import function, message, outputs_of, told, turn
from tests.engines.upstreams import chat, refusal, upstream

if TYPE_CHECKING:
    from assistants_server.engines.interface import Turn

JSON = dict[str, Any]
ALTERNATE = "conversation roles must alternate user/assistant/user/assistant/..."


def twice(*refused: Response, asked: Turn, **options: Any) -> list[Any]:
    """Ask for two turns, and return the requests that were no refusals."""
    with upstream(*refused, chat()) as server:
        engine = ChatEngine(server.url, **QUICK, **options)
        for _ in range(2):
            assert told(outputs_of(engine, asked)) == ANSWER
        first, second = (r.json() for r in server.requests[len(refused) :])
        assert first == second
        return [r.json() for r in server.requests[: len(refused)]] + [first]


def roles(body: JSON) -> list[tuple[str, Any]]:
    return [(each["role"], each["content"]) for each in body["messages"]]


@each_case("status", [400, 500])
def test_messages_of_one_role_in_a_row_become_one(status: int) -> None:
    """As templates want it: vllm-project/vllm#6862; llama.cpp's status is 500."""
    picture: JSON = {"type": "image_url", "image_url": {"url": "http://a.test/a.png"}}
    asked = turn(
        message("One"),
        message("Two"),
        message("Three", "assistant"),
        message("Four", "assistant"),
        message("Five", "user", picture),
        message("Six"),
    )
    refused = refusal(status, f"After the optional system message, {ALTERNATE}")
    sent = twice(refused, asked=asked)[-1]
    assert roles(sent) == [
        ("system", "Be brief."),
        ("user", "One\n\nTwo"),
        ("assistant", "Three\n\nFour"),
        (
            "user",
            [
                {"type": "text", "text": "Five"},
                {"type": "image_url", "image_url": {"url": "http://a.test/a.png"}},
                {"type": "text", "text": "Six"},
            ],
        ),
    ]


@each_case(
    "text",
    [
        # huggingface/chat-ui#1386
        "System role not supported",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "'messages[0].role' does not support 'system' with this model.",
        # microsoft/autogen#1037
        ALTERNATE,
    ],
)
def test_instructions_may_have_to_be_the_users(text: str) -> None:
    sent = twice(refusal(400, text), asked=turn(message("Hello")))[-1]
    assert roles(sent) == [("user", "Be brief.\n\nHello")]


def test_both_may_be_so(caplog: pytest.LogCaptureFixture) -> None:
    refused = refusal(400, ALTERNATE)
    sent = twice(refused, refused, asked=turn(message("One"), message("Two")))
    assert [record.getMessage() for record in caplog.records] == [
        (
            "the upstream refuses messages of one role in a row; "
            "they are sent as one from now on"
        ),
        (
            "the upstream refuses the role system; "
            "instructions begin the first message from now on"
        ),
    ]
    assert roles(sent[1]) == [("system", "Be brief."), ("user", "One\n\nTwo")]
    assert roles(sent[2]) == [("user", "Be brief.\n\nOne\n\nTwo")]


def test_a_thread_may_begin_with_the_assistant() -> None:
    asked = turn(message("Hi", "assistant"), message("Hello"))
    sent = twice(refusal(400, "System role not supported"), asked=asked)[-1]
    assert roles(sent)[:2] == [("user", "Be brief."), ("assistant", "Hi")]


def test_results_of_calls_stay_apart() -> None:
    """Two in a row have one role, but each belongs to a call of its own."""
    asked = turn(message("One"), message("Two"), past=PAST, number=2)
    first, sent = twice(refusal(400, ALTERNATE), asked=asked)
    assert roles(sent)[1] == ("user", "One\n\nTwo")
    assert sent["messages"][2:] == first["messages"][3:]
    assert [role for role, _ in roles(sent)].count("tool") == 3


def test_developers_may_have_to_be_the_system() -> None:
    refused = refusal(422, "unknown variant `developer`, expected `system` or `user`")
    sent = twice(refused, asked=turn(message("Hello")), role="developer")
    assert [roles(each)[0][0] for each in sent] == ["developer", "system"]


def test_strict_is_left_out() -> None:
    function = {"name": "f", "strict": True, "parameters": {"type": "object"}}
    asked = turn(tools=[{"type": "function", "function": function}])
    refused = refusal(400, "tools.0.custom.strict: Extra inputs are not permitted")
    first, sent = twice(refused, asked=asked)
    assert first["tools"][0]["function"]["strict"] is True
    rest = {"name": "f", "parameters": {"type": "object"}}
    assert sent["tools"][0]["function"] == rest


@each_case("status", [400, 422])
def test_a_choice_of_one_function_may_have_to_be_a_word(status: int) -> None:
    """As for LM Studio: lmstudio-ai/lmstudio-bug-tracker#670."""
    tools = [function("multiply"), function("divide")]
    choice = {"type": "function", "function": {"name": "divide"}}
    text = "Invalid tool_choice type: 'object'. Supported string values: none, auto"
    refused = Response.of({"error": text}, status)
    first, sent = twice(refused, asked=turn(tools=tools, tool_choice=choice))
    assert (first["tools"], first["tool_choice"]) == (tools, choice)
    assert (sent["tools"], sent["tool_choice"]) == (tools[1:], "required")


def test_a_word_that_is_refused_ends_the_turn() -> None:
    asked = turn(tools=[function("divide")], tool_choice="required")
    with upstream(refusal(400, "does not support this tool_choice")) as server:
        (found,) = ask(server, asked)
        assert (found.code, len(server.requests)) == ("invalid_prompt", 1)


def test_what_no_shape_helps_ends_the_turn() -> None:
    found, server = failure(refusal(400, ALTERNATE))
    # The instructions are the first thing that is tried, and the last.
    assert (found.code, len(server.requests)) == ("invalid_prompt", 2)
    assert ALTERNATE in found.message


# --- Limits -------------------------------------------------------------------------

TOO_MUCH = "`max_completion_tokens` must be less than or equal to `8`, the maximum"


def test_a_limit_that_is_too_high_is_not_sent() -> None:
    """The server keeps it, and no message has to be dropped."""
    asked = turn(message("One"), message("Two"), completion_room=50)
    with upstream(refusal(400, TOO_MUCH), chat()) as server:
        assert ask(server, asked) == ANSWER
        first, second = (each.json() for each in server.requests)
    assert first.pop("max_completion_tokens") == 50
    assert first == second


def test_so_it_is_in_responses() -> None:
    whole = Response.of({"object": "response", "status": "completed", "output": []})
    text = "max_output_tokens: 50 > 8, which is the maximum allowed"
    with upstream(refusal(400, text), whole) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        assert outputs_of(engine, turn(completion_room=50)) == []
        first, second = (each.json() for each in server.requests)
    assert first.pop("max_output_tokens") == 50
    assert first == second


def test_without_one_the_messages_are_too_long() -> None:
    asked = turn(message("One"), message("Two"))
    with upstream(refusal(400, TOO_MUCH), chat()) as server:
        assert ask(server, asked) == ANSWER
        assert [len(each.json()["messages"]) for each in server.requests] == [3, 2]


@pytest.mark.parametrize(
    "text",
    [
        "Unsupported: the vector store was not found",
        "Messages that include audio are not supported",
        "Unknown parameter: 'vector_store_ids'.",
    ],
)
def test_only_what_is_refused_is_left_out(text: str) -> None:
    """Answers are not to be stored, whatever else is refused."""
    with upstream(refusal(400, text)) as server:
        (found,) = outputs_of(ResponsesEngine(server.url, **QUICK), turn())
        (request,) = server.requests
    assert isinstance(found, Fail)
    assert text in found.message
    assert request.json()["store"] is False


def test_several_are_left_out_one_after_another() -> None:
    """As Mistral says it: dnakov/anon-kode#53, editor-code-assistant/eca#231."""

    def extra(*names: str) -> Response:
        found = [
            {"type": "extra_forbidden", "loc": ["body", name], "msg": "Extra inputs"}
            for name in names
        ]
        return Response.of({"object": "error", "message": {"detail": found}}, 422)

    names = "stream_options", "max_completion_tokens"
    with upstream(extra(*names), extra(*names[1:]), chat()) as server:
        assert ask(server, turn(completion_room=50)) == ANSWER
        last = server.requests[-1].json()
    assert [name in last for name in (*names, "max_tokens")] == [False, False, True]
