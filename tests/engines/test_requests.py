"""What models are asked: the same turn in both protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.engines.interface import FunctionOutput, PastTurn
from assistants_server.upstream import chat_request as chat
from assistants_server.upstream import responses_request as responses
from assistants_server.upstream.inputs import Inputs
from tests.cases import each_case
from tests.engines.turns import function, message, turn

if TYPE_CHECKING:
    from assistants_server.engines.interface import Turn

JSON = dict[str, Any]
IMAGE = "data:image/png;base64,AAAA"
NUMBER = {"type": "integer"}
SCHEMA = {
    "name": "answer",
    "schema": {"type": "object", "properties": {"n": NUMBER}},
    "strict": True,
}
PAST = (
    PastTurn(
        "Let me see.",
        (
            FunctionOutput("multiply", '{"a": 6}', "42", "call_1"),
            FunctionOutput("divide", "{}", "7", "call_2"),
        ),
    ),
    PastTurn("", (FunctionOutput("multiply", "{}", "0", "call_3"),)),
)


def ask_chat(turn: Turn, **inputs: Any) -> Any:
    return chat.chat_request(Inputs(turn, "llama", **inputs))


def ask_responses(turn: Turn, *, built_in: Any = (), **inputs: Any) -> Any:
    items = turn.state.get("items", ())
    made = Inputs(turn, "llama", **inputs)
    return responses.responses_request(made, items, built_in=built_in)


def test_a_plain_question_in_chat_completions() -> None:
    assert ask_chat(turn()) == {
        "model": "llama",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "What is six times seven?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_plain_question_in_responses() -> None:
    text = {"type": "input_text", "text": "What is six times seven?"}
    assert ask_responses(turn()) == {
        "model": "llama",
        "instructions": "Be brief.",
        "input": [{"type": "message", "role": "user", "content": [text]}],
        "stream": True,
        "store": False,
        "include": ["reasoning.encrypted_content"],
    }


def test_instructions_may_be_the_developers_or_absent() -> None:
    body = chat.chat_request(Inputs(turn(), "llama"), role="developer")
    assert body["messages"][0]["role"] == "developer"
    assert [m["role"] for m in ask_chat(turn(instructions=""))["messages"]] == ["user"]
    assert "instructions" not in ask_responses(turn(instructions=""))


def test_images() -> None:
    shown = message(
        "Look:",
        "user",
        {"type": "image_url", "image_url": {"url": "http://a.test/x", "detail": "low"}},
        {"type": "image_file", "image_file": {"file_id": "file_1"}},
        {"type": "image_file", "image_file": {"file_id": "file_gone"}},
    )
    given = {"images": {"file_1": IMAGE}}
    (_, asked) = ask_chat(turn(shown), **given)["messages"]
    assert asked["content"] == [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "http://a.test/x", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": IMAGE}},
    ]
    (item,) = ask_responses(turn(shown), **given)["input"]
    assert item["content"] == [
        {"type": "input_text", "text": "Look:"},
        {"type": "input_image", "image_url": "http://a.test/x", "detail": "low"},
        {"type": "input_image", "image_url": IMAGE, "detail": "auto"},
    ]


def test_what_the_assistant_said_is_its_output() -> None:
    image = {"type": "image_file", "image_file": {"file_id": "file_1"}}
    asked = turn(message("Hello."), message("Hi.", "assistant", image), message("So?"))
    given = {"images": {"file_1": IMAGE}}
    assert ask_chat(asked, **given)["messages"][2] == {
        "role": "assistant",
        "content": "Hi.",
    }
    (text,) = (said := ask_responses(asked, **given)["input"][1]).pop("content")
    assert said == {
        "type": "message",
        "id": "msg_Hi.",
        "status": "completed",
        "role": "assistant",
    }
    assert (text["type"], text["text"]) == ("output_text", "Hi.")


def test_empty_messages_and_dropped_ones_are_not_sent() -> None:
    asked = turn(message("Old."), message("", "assistant"), message("New."))
    texts = [m["content"] for m in ask_chat(asked, dropped=1)["messages"]]
    assert texts == ["Be brief.", "New."]
    assert len(ask_responses(asked, dropped=1)["input"]) == 1


def test_functions_are_nested_here_and_flat_there() -> None:
    asked = turn(tools=[function("multiply", a=NUMBER), {"type": "code_interpreter"}])
    body = ask_chat(asked)
    assert body["tools"] == [function("multiply", a=NUMBER)]
    assert body["parallel_tool_calls"] is True
    (tool,) = ask_responses(asked)["tools"]
    assert tool == {
        "type": "function",
        "name": "multiply",
        "parameters": {"type": "object", "properties": {"a": NUMBER}},
        "strict": False,
    }


def test_a_function_without_parameters_has_empty_ones_in_responses() -> None:
    bare = {"type": "function", "function": {"name": "now", "strict": None}}
    (tool,) = ask_responses(turn(tools=[bare]))["tools"]
    assert tool["parameters"] == {"type": "object", "properties": {}}
    assert tool["strict"] is False
    assert ask_chat(turn(tools=[bare]))["tools"] == [bare]


@pytest.mark.parametrize("ask", [ask_chat, ask_responses])
@pytest.mark.parametrize("value", [True, False])
def test_calls_may_be_one_at_a_time(ask: Any, *, value: bool) -> None:
    asked = turn(tools=[function("multiply")], parallel_tool_calls=value)
    assert ask(asked)["parallel_tool_calls"] is value


@pytest.mark.parametrize("ask", [ask_chat, ask_responses])
def test_nothing_is_said_of_tools_without_tools(ask: Any) -> None:
    body = ask(turn(tool_choice="required", parallel_tool_calls=False))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & body.keys()


def test_choices_of_tools() -> None:
    tools = [function("multiply")]
    named = {"type": "function", "function": {"name": "multiply"}}
    for choice in ("none", "required"):
        asked = turn(tools=tools, tool_choice=choice)
        assert ask_chat(asked)["tool_choice"] == choice
        assert ask_responses(asked)["tool_choice"] == choice
    asked = turn(tools=tools, tool_choice=named)
    assert ask_chat(asked)["tool_choice"] == named
    flat = {"type": "function", "name": "multiply"}
    assert ask_responses(asked)["tool_choice"] == flat
    assert "tool_choice" not in ask_chat(turn(tools=tools))


def test_a_choice_binds_the_first_turn_only() -> None:
    """Else a run that has to call a function would never end."""
    asked = turn(tools=[function("f")], tool_choice="required", past=PAST, number=2)
    assert "tool_choice" not in ask_chat(asked)
    assert "tool_choice" not in ask_responses(asked)
    none = turn(tools=[function("f")], tool_choice="none", past=PAST, number=2)
    assert ask_chat(none)["tool_choice"] == "none"


def test_earlier_turns_of_the_run_in_chat_completions() -> None:
    messages = ask_chat(turn(past=PAST, number=2))["messages"]
    assert messages[2:] == [
        {
            "role": "assistant",
            "content": "Let me see.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "multiply", "arguments": '{"a": 6}'},
                },
                {
                    "id": "call_2",
                    "type": "function",
                    "function": {"name": "divide", "arguments": "{}"},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "42"},
        {"role": "tool", "tool_call_id": "call_2", "content": "7"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": "call_3",
                    "type": "function",
                    "function": {"name": "multiply", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_3", "content": "0"},
    ]


def test_earlier_turns_of_the_run_in_responses() -> None:
    """Reasoning that isn't stored is known by its content alone: vercel/ai#7543."""
    reasoning = {"type": "reasoning", "id": "rs_1", "encrypted_content": "x"}
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "m"}
    known = [reasoning, {"type": "reasoning", "id": "rs_2"}, call]
    asked = turn(past=PAST, number=2, state={"items": [known]})
    assert ask_responses(asked)["input"][1:] == [
        reasoning,
        call,
        {"type": "function_call_output", "call_id": "call_1", "output": "42"},
        {"type": "function_call_output", "call_id": "call_2", "output": "7"},
        {
            "type": "function_call",
            "call_id": "call_3",
            "name": "multiply",
            "arguments": "{}",
        },
        {"type": "function_call_output", "call_id": "call_3", "output": "0"},
    ]
    (said, *_) = ask_responses(turn(past=PAST, number=2))["input"][1:]
    assert said["content"][0]["text"] == "Let me see."


def test_settings() -> None:
    asked = turn(
        temperature=0.2,
        top_p=0.5,
        reasoning_effort="low",
        completion_room=300,
        response_format={"type": "json_schema", "json_schema": SCHEMA},
        metadata={"a": "b"},
    )
    body = ask_chat(asked)
    schema = {"type": "json_schema", "json_schema": SCHEMA}
    assert body["response_format"] == schema
    assert body["max_completion_tokens"] == 300
    assert body["reasoning_effort"] == "low"
    other = ask_responses(asked)
    assert other["text"] == {"format": {"type": "json_schema", **SCHEMA}}
    assert "response_format" not in other
    not_original = responses.responses_request(
        Inputs(asked, "llama"), [], is_the_original=False
    )
    assert not_original == {**other, "response_format": schema}
    assert other["max_output_tokens"] == 300
    assert other["reasoning"] == {"effort": "low"}
    for each in (body, other):
        assert (each["temperature"], each["top_p"]) == (0.2, 0.5)
        assert "metadata" not in each


@each_case("ask", [ask_chat, ask_responses])
@each_case("value", [None, 1, 1.0])
def test_the_defaults_of_sampling_are_not_sent(ask: Any, value: Any) -> None:
    """Reasoning models refuse them."""
    body = ask(turn(temperature=value, top_p=value, response_format="auto"))
    assert not {"temperature", "top_p", "response_format", "text"} & body.keys()


def test_the_fewest_tokens_that_responses_take() -> None:
    assert ask_responses(turn(completion_room=3))["max_output_tokens"] == 16
    assert ask_chat(turn(completion_room=3))["max_completion_tokens"] == 3


def test_files_are_searched_by_a_function_of_ours() -> None:
    asked = turn(tools=[{"type": "file_search"}], tool_choice={"type": "file_search"})
    body = ask_chat(asked, search="file_search")
    (tool,) = body["tools"]
    assert tool["function"]["name"] == "file_search"
    assert tool["function"]["parameters"]["required"] == ["query"]
    named = {"type": "function", "function": {"name": "file_search"}}
    assert body["tool_choice"] == named
    other = ask_responses(asked, search="file_search")
    assert other["tools"][0]["type"] == "function"
    assert other["tool_choice"] == {"type": "function", "name": "file_search"}


def test_or_in_the_stores_of_the_upstream() -> None:
    given = {"max_num_results": 3, "ranking_options": {"score_threshold": 0.5}}
    asked = turn(
        tools=[{"type": "file_search", "file_search": given}],
        vector_stores=("vs_1",),
        tool_choice={"type": "file_search"},
    )
    body = ask_responses(asked, built_in=("file_search",))
    assert body["tools"] == [
        {"type": "file_search", "vector_store_ids": ["vs_1"], **given}
    ]
    assert body["tool_choice"] == {"type": "file_search"}
    assert "file_search_call.results" in body["include"]


def test_without_stores_the_upstream_is_not_asked_to_search() -> None:
    """It would refuse to: the list may not be empty."""
    asked = turn(tools=[{"type": "file_search"}], tool_choice={"type": "file_search"})
    body = ask_responses(asked, built_in=("file_search",))
    assert not {"tools", "tool_choice"} & body.keys()
    assert body["include"] == ["reasoning.encrypted_content"]


def test_code_runs_where_the_upstream_can() -> None:
    asked = turn(tools=[{"type": "code_interpreter"}])
    body = ask_responses(asked, built_in=("code_interpreter",))
    assert body["tools"] == [
        {"type": "code_interpreter", "container": {"type": "auto"}}
    ]
    assert "code_interpreter_call.outputs" in body["include"]


def test_searches_of_this_turn_come_last() -> None:
    found = FunctionOutput("file_search", '{"query": "x"}', "It says 42.", "call_9")
    rounds = [[], [], chat.calling_round("Hm.", [found])]
    messages = ask_chat(turn(past=PAST, number=2), rounds=rounds)["messages"]
    assert messages[-2:] == [
        {
            "role": "assistant",
            "content": "Hm.",
            "tool_calls": [
                {
                    "id": "call_9",
                    "type": "function",
                    "function": {"name": "file_search", "arguments": '{"query": "x"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_9", "content": "It says 42."},
    ]
    items = responses.calling_round([], "Hm.", [found])
    asked = turn(past=PAST, number=2)
    assert ask_responses(asked, rounds=[[], [], items])["input"][-3:] == items
