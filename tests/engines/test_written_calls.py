"""Calls that models write into their text, each family in its way."""

from __future__ import annotations

import json
from typing import Any

from assistants_server.engines.turn_events import Incomplete
from assistants_server.upstream.chat_chunks import ChatChunks
from assistants_server.upstream.written_calls import WrittenCalls
from tests.cases import each_case
from tests.engines.asking import ask
from tests.engines.test_chat_chunks import ONE, call, chunk
from tests.engines.turns import END, function, read_all, turn
from tests.engines.upstreams import chunk as chunk_of
from tests.engines.upstreams import stream, upstream

NAMES = "multiply", "now"
SIX: dict[str, Any] = {"a": 6, "b": "x y"}
JSON_CALL = json.dumps({"name": "multiply", "arguments": SIX})
NOW = json.dumps({"name": "now", "arguments": {}})
BEGIN = "<\uff5ctool\u2581call\u2581begin\uff5c>function<\uff5ctool\u2581sep\uff5c>"

WRITTEN: dict[str, tuple[str, list[Any]]] = {
    "Qwen and Hermes": (f"<tool_call>\n{JSON_CALL}\n</tool_call>", [SIX]),
    "several of theirs": (
        f"<tool_call>{JSON_CALL}</tool_call>\n<tool_call>{NOW}</tool_call>",
        [SIX, {}],
    ),
    "as Python writes it": (
        f"<tool_call>{{'name': 'multiply', 'arguments': {SIX}}}</tool_call>",
        [SIX],
    ),
    "without its end": (f"<tool_call>{JSON_CALL}", [SIX]),
    "Qwen Coder": (
        (
            "<tool_call>\n<function=multiply>\n<parameter=a>\n6\n</parameter>\n"
            "<parameter=b>\nx y\n</parameter>\n</function>\n</tool_call>"
        ),
        [SIX],
    ),
    "GLM": (
        (
            "<tool_call>multiply\n<arg_key>a</arg_key>\n<arg_value>6</arg_value>\n"
            "<arg_key>b</arg_key>\n<arg_value>x y</arg_value>\n</tool_call>"
        ),
        [SIX],
    ),
    "Mistral": (f"[TOOL_CALLS][{JSON_CALL}, {NOW}]", [SIX, {}]),
    "Mistral, later": (
        f"[TOOL_CALLS]multiply[ARGS]{json.dumps(SIX)}[TOOL_CALLS]now[ARGS]{{}}",
        [SIX, {}],
    ),
    "Llama": (
        f'<|python_tag|>{{"name": "multiply", "parameters": {json.dumps(SIX)}}}',
        [SIX],
    ),
    "several of Llama": (f"<|python_tag|>{JSON_CALL}; {NOW}", [SIX, {}]),
    "Llama, by a tag": (f"<function=multiply>{json.dumps(SIX)}</function>", [SIX]),
    "nothing but JSON": (JSON_CALL, [SIX]),
    "in a fence": (f"```json\n{JSON_CALL}\n```", [SIX]),
    "a list": (f"[{JSON_CALL}, {NOW}]", [SIX, {}]),
    "with its type": (
        json.dumps({"type": "function", "name": "multiply", "parameters": SIX}),
        [SIX],
    ),
    "as Python": ("[multiply(a=6, b='x y'), now()]", [SIX, {}]),
    "DeepSeek": (
        (
            f"<\uff5ctool\u2581calls\u2581begin\uff5c>{BEGIN}multiply\n```json\n"
            f"{json.dumps(SIX)}\n```<\uff5ctool\u2581call\u2581end\uff5c>"
        ),
        [SIX],
    ),
    "gpt-oss": (
        (
            "<|channel|>commentary to=functions.multiply <|constrain|>json<|message|>"
            f"{json.dumps(SIX)}<|call|>"
        ),
        [SIX],
    ),
}
THOUGHT = "<|channel|>analysis<|message|>Six...<|end|><|start|>assistant"


def read(text: str, size: int, finish: str = "stop") -> list[Any]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    events = [*(chunk(content=each) for each in pieces), chunk(finish), END]
    return read_all(ChatChunks("a.test", names=NAMES), events)


def arguments_of(calls: list[Any]) -> list[Any]:
    assert [name for _, name, _ in calls] == [*NAMES][: len(calls)]
    assert len({each[0] for each in calls}) == len(calls)
    return [json.loads(arguments) for _, _, arguments in calls]


@each_case("size", [1, 3, 7, 1000])
@each_case(("text", "expected"), WRITTEN.values(), ids=WRITTEN)
def test_they_become_calls(text: str, expected: list[Any], size: int) -> None:
    assert arguments_of(read(text, size)) == expected
    for before in ("<think>I could <tool_call> it.</think>\n", "\n"):
        if not text.startswith("<|channel|>"):
            assert arguments_of(read(before + text, size)) == expected


@each_case("size", [1, 3, 7, 1000])
@each_case(
    "name", ["Qwen and Hermes", "Mistral", "Llama", "Llama, by a tag", "DeepSeek"]
)
def test_text_before_them_is_shown(name: str, size: int) -> None:
    text, expected = WRITTEN[name]
    said, *calls = read(f"Let me see. {text}", size)
    assert (said, arguments_of(calls)) == ("Let me see. ", expected)


@each_case("size", [1, 3, 7, 1000])
def test_channels_of_an_answer(size: int) -> None:
    """vllm-project/vllm#32587"""
    final = "<|channel|>final<|message|>42"
    assert read(THOUGHT + final, size) == ["42"]
    assert read(final, size) == ["42"]
    text, expected = WRITTEN["gpt-oss"]
    assert arguments_of(read(THOUGHT + text, size)) == expected


@each_case("size", [1, 3, 7, 1000])
@each_case(
    "text",
    [
        '{"answer": 42, "why": "six sevens"}',
        '{"name": "Ada", "arguments": {"a": 6}}',
        '{"name": "mult',
        "[1] See the report. " + "x" * 200,
        '{"name": "multiply", "description": "Multiply.", "parameters": {}}',
        "[now, then]",
        "[",
        "```python\nprint(42)\n```",
        "`code` is short",
        "<tool_call>no call</tool_call>",
        '<tool_call>{"name": "divide", "arguments": {}}</tool_call>',
        f"[{JSON_CALL}, {JSON_CALL.replace('multiply', 'divide')}]",
        "1 <tool",
        "a < b, <function of b>",
        "<|python_tag|>import math",
        "[TOOL_CALLS]",
        "[now(1)]",
        f"<tool_call>{'[' * 5000}",
    ],
)
def test_all_else_is_text(text: str, size: int) -> None:
    assert read(text, size) == [text]


@each_case(
    "again",
    [
        *("<tool_call>", "[TOOL_CALLS]a", "<|python_tag|>a", "<function=", "to=a "),
        *(
            "<arg_key>",
            "<function=f><parameter=a>",
            "; {",
            "<\uff5ctool\u2581sep\uff5c>f {",
        ),
    ],
)
def test_a_model_that_goes_round_in_circles_calls_nothing(again: str) -> None:
    """To try each as a call would hold up everybody, for minutes if there are more."""
    text = f"<tool_call>{again * 1500}<tool_call>{JSON_CALL}</tool_call>"
    reader = WrittenCalls(NAMES)
    said = reader.feed(text)
    assert reader.end() == (text[len(said) :], [])


def test_long_arguments_are_read() -> None:
    given = {"a": "x = {1}; " * 20_000, "b": "to=y"}
    written = json.dumps({"name": "multiply", "arguments": given})
    reader = WrittenCalls(NAMES)
    text = f"<tool_call>{written}</tool_call>"
    said = "".join(map(reader.feed, text))
    ((name, arguments),) = reader.end()[1]
    assert (said, name, json.loads(arguments)) == ("", "multiply", given)


def test_without_functions_all_is_text() -> None:
    for text, _ in WRITTEN.values():
        assert WrittenCalls(()).feed(text) == text


def test_text_that_is_no_call_is_passed_on_at_once() -> None:
    reader = ChatChunks("a.test", names=NAMES)
    said = ["Six", " times <", "b>seven"]
    found = [reader.feed(chunk(content=each)) for each in said]
    assert found == [["Six"], [" times "], ["<b>seven"]]
    # So is a value, as soon as it is known that it calls nothing.
    reader = ChatChunks("a.test", names=NAMES)
    value = '{"name": "Ada", '
    assert reader.feed(chunk(content=value)) == [value]


def test_what_the_server_reads_itself_is_called_once() -> None:
    """Some leave it in the text as well."""
    piece = call('{"a": 6}', index=0, id="a", name="multiply")
    for text, _ in WRITTEN.values():
        events = chunk(content=text), chunk(tool_calls=[piece]), chunk("tool_calls")
        assert read_all(ChatChunks("a.test", names=NAMES), events) == [ONE]


@each_case("blank", ["\n", "\n\n", " "])
def test_line_breaks_before_calls_are_no_message(blank: str) -> None:
    piece = call('{"a": 6}', index=0, id="a", name="multiply")
    events = chunk(content=blank), chunk(tool_calls=[piece]), chunk("tool_calls")
    assert read_all(ChatChunks("a.test", names=NAMES), events) == [ONE]
    # Those of a text are its own.
    assert read(f"{blank}42{blank}", 1) == [f"{blank}42{blank}"]


def test_the_functions_are_those_of_the_run() -> None:
    text, expected = WRITTEN["Qwen and Hermes"]
    with upstream(stream(chunk_of(content=text), chunk_of("stop"))) as server:
        found = ask(server, turn(tools=[function("multiply")]))
        assert arguments_of(found[:1]) == expected
        assert ask(server, turn(tools=[function("divide")])) == [text]


def test_half_a_call_is_text_that_was_cut_off() -> None:
    text = f"<tool_call>{JSON_CALL[:20]}"
    cut = Incomplete("max_completion_tokens")
    assert read(text, 3, "length") == [text, cut]
