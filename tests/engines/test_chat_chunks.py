"""Chunks of chat completions, as servers of many kinds send them."""

from __future__ import annotations

from typing import Any

import pytest

from assistants_server.engines.turn_events import Incomplete, ToolCallDelta, Usage
from assistants_server.engines.upstream_errors import (
    PassingError,
    UpstreamError,
)
from assistants_server.upstream.chat_chunks import ChatChunks
from tests.cases import each_case
from tests.engines.turns import END, event, read_all

HOST = "127.0.0.1:11434"
JSON = dict[str, Any]


def chunk(finish: str | None = None, /, **delta: Any) -> Any:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return event({"object": "chat.completion.chunk", "choices": [choice]})


def call(arguments: Any = None, **rest: Any) -> JSON:
    function = {"name": rest.pop("name", None), "arguments": arguments}
    return {**rest, "function": {k: v for k, v in function.items() if v is not None}}


def usage(prompt: int, completion: int, **rest: Any) -> Any:
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, **rest}
    return event({"object": "chat.completion.chunk", "choices": [], "usage": counts})


def read(*events: Any, taken: tuple[str, ...] = ()) -> list[Any]:
    return read_all(ChatChunks(HOST, taken), events)


def test_text_comes_piece_by_piece_and_usage_after_it() -> None:
    events = (
        chunk(role="assistant", content=None),
        chunk(content="4"),
        chunk(content="2"),
        chunk("stop"),
        usage(7, 2, prompt_tokens_details={"cached_tokens": 5}),
        END,
    )
    assert read(*events) == ["42", Usage(7, 2, 5)]


def test_refusals_are_told_apart_from_text() -> None:
    assert read(chunk(refusal="No."), chunk("stop"), END) == [("refused", "No.")]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
def test_what_a_model_thinks_is_no_text(name: str) -> None:
    events = chunk(**{name: "Six sevens..."}), chunk(content="42"), chunk("stop")
    assert read(*events) == ["42"]


def test_content_may_be_a_list_of_parts() -> None:
    """Mistral's models that reason send it so."""
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    parts = [thought, {"type": "text", "text": "42"}]
    assert read(chunk(content=parts), chunk("stop")) == ["42"]
    assert read(chunk(content=parts[1]), chunk("stop")) == ["42"]


# --- Calls --------------------------------------------------------------------------

ONE = ["a", "multiply", '{"a": 6}']
TWO = ["b", "divide", '{"b": 7}']

CALLS: dict[str, tuple[list[JSON], list[Any]]] = {
    "by index, as OpenAI": (
        [
            call("", index=0, id="a", name="multiply"),
            call('{"a"', index=0),
            call(": 6}", index=0),
            call("", index=1, id="b", name="divide"),
            call('{"b": 7}', index=1),
        ],
        [ONE, TWO],
    ),
    # As Gemini's: BerriAI/litellm#16194, NousResearch/hermes-agent#101654.
    "a new id at a used index": (
        [
            call('{"a": 6}', index=0, id="a", name="multiply"),
            call('{"b": 7}', index=0, id="b", name="divide"),
        ],
        [ONE, TWO],
    ),
    "the id again in each piece": (
        [
            call('{"a"', index=0, id="a", name="multiply"),
            call(": 6}", index=0, id="a", name="multiply"),
        ],
        [ONE],
    ),
    # langchain-ai/langchain#40562
    "no index at all": (
        [
            call('{"a": 6}', id="a", name="multiply"),
            call('{"b": 7}', id="b", name="divide"),
        ],
        [ONE, TWO],
    ),
    # huggingface/text-generation-inference#2136, ggml-org/llama.cpp#20198
    "arguments as an object": (
        [call({"a": 6}, index=0, id="a", name="multiply")],
        [ONE],
    ),
    "a name in pieces": (
        [
            call("", index=0, id="a", name="multi"),
            call("", index=0, name="ply"),
            call('{"a": 6}', index=0),
        ],
        [ONE],
    ),
    # All begin before any goes on, and go on in any order.
    "interleaved": (
        [
            call("", index=0, id="a", name="multiply"),
            call("", index=1, id="b", name="divide"),
            call('{"b"', index=1),
            call('{"a"', index=0),
            call(": 7}", index=1),
            call(": 6}", index=0),
        ],
        [ONE, TWO],
    ),
    "an id that comes after the name": (
        [call("", index=0, name="multiply"), call('{"a": 6}', index=0, id="a")],
        [[None, "multiply", '{"a": 6}']],
    ),
    "the same call once more at its end": (
        [
            call('{"a"', index=0, id="a", name="multiply"),
            call(": 6}", index=0),
            call('{"a": 6}', index=0, id="a", name="multiply"),
        ],
        [ONE],
    ),
    "no arguments": (
        [call(None, index=0, id="a", name="now")],
        [["a", "now", "{}"]],
    ),
    "null for an index": (
        [call('{"a": 6}', index=None, id="a", name="multiply")],
        [ONE],
    ),
}


@each_case(("pieces", "calls"), CALLS.values(), ids=CALLS)
@each_case("finish", ["tool_calls", "stop", "function_call"])
def test_calls_are_put_together(
    pieces: list[JSON], calls: list[Any], finish: str
) -> None:
    """Whatever the reason is: vllm-project/vllm#9209, ollama/ollama#7963."""
    # All in one chunk is the same.
    for events in (
        [chunk(tool_calls=[piece]) for piece in pieces],
        [chunk(tool_calls=pieces)],
    ):
        found = read(*events, chunk(finish), END)
        for each, expected in zip(found, calls, strict=True):
            assert each[1:] == expected[1:]
            assert expected[0] in (each[0], None)


@each_case("indexes", [(), (0, 0), (0, 1)])
@each_case("id", [None, ""])
@each_case("second", ["divide", "multiply"])
def test_a_call_without_an_id_gets_one(
    indexes: tuple[int, ...], id: str | None, second: str
) -> None:
    """sgl-project/sglang#7048, lmstudio-ai/lmstudio-bug-tracker#830"""
    pieces = [
        call('{"a": 6}', name="multiply", id=id),
        call('{"b": 7}', name=second, id=id),
    ]
    for piece, index in zip(pieces, indexes, strict=False):
        piece["index"] = index
    one, two = read(*[chunk(tool_calls=[p]) for p in pieces], chunk("stop"))
    assert [one[1:], two[1:]] == [ONE[1:], [second, '{"b": 7}']]
    assert len({one[0], two[0], "", None}) == 4


@each_case("index", [None, 1])
def test_calls_of_one_id_are_told_apart(index: int | None) -> None:
    pieces = [
        call('{"a": 6}', index=index and 0, id="a", name="multiply"),
        call('{"b": 7}', index=index, id="a", name="divide"),
    ]
    one, two = read(*[chunk(tool_calls=[p]) for p in pieces], chunk("stop"))
    assert (one, two[1:]) == (ONE, TWO[1:])
    assert two[0] not in ("a", "")


@each_case(
    "name",
    [
        # vllm-project/vllm#32587, ollama/ollama#12132
        "multiply<|channel|>commentary",
        "functions.multiply",
        "default_api:multiply",
        " multiply ",
    ],
)
def test_names_with_something_around_them(name: str) -> None:
    piece = call('{"a": 6}', index=0, id="a", name=name)
    names = "multiply", "divide"
    reader = ChatChunks(HOST, names=names)
    assert read_all(reader, [chunk(tool_calls=[piece]), chunk("stop")]) == [ONE]
    # What may be several, or none, is left as it is.
    for other in ("multiply.divide", "a.b"):
        piece = call('{"a": 6}', index=0, id="a", name=other)
        reader = ChatChunks(HOST, names=names)
        ((_, found, _),) = read_all(reader, [chunk(tool_calls=[piece]), chunk("stop")])
        assert found == other


def test_a_call_of_nothing_is_an_error() -> None:
    piece = call('{"a": 6}', index=0, id="a", name="")
    with pytest.raises(UpstreamError, match="without saying which"):
        read(chunk(tool_calls=[piece]), chunk("tool_calls"))


@each_case("finish", ["tool_calls", "function_call"])
@each_case("delta", [{"content": ""}, {"content": "<think>Hm.</think>"}])
def test_calls_that_are_announced_and_do_not_come(finish: str, delta: JSON) -> None:
    with pytest.raises(PassingError, match="calls none"):
        read(chunk(**delta), chunk(finish))
    # What was said is an answer all the same.
    assert read(chunk(content="42"), chunk(finish)) == ["42"]
    assert read(chunk(refusal="No."), chunk(finish)) == [("refused", "No.")]


def test_an_id_of_an_earlier_turn_is_not_used_again() -> None:
    piece = call("{}", index=0, id="a", name="multiply")
    events = chunk(tool_calls=[piece]), chunk("tool_calls")
    ((found, name, _),) = read(*events, taken=("a",))
    assert (found != "a", name) == (True, "multiply")


def test_the_first_piece_of_a_call_is_passed_on_at_once() -> None:
    reader = ChatChunks(HOST)
    reader.feed(chunk(tool_calls=[call("", index=0, id="a", name="multiply")]))
    found = reader.feed(chunk(tool_calls=[call('{"a"', index=0)]))
    assert found == [ToolCallDelta("a", "multiply", '{"a"')]


def test_a_call_of_the_old_kind_is_one_too() -> None:
    function = {"name": "multiply", "arguments": '{"a": 6}'}
    ((_, *rest),) = read(chunk(function_call=function), chunk("function_call"))
    assert rest == ONE[1:]
    # Also where all of it comes once more.
    said = {"role": "assistant", "content": None, "function_call": function}
    choice = {"index": 0, "message": said, "finish_reason": "function_call"}
    last = event({"object": "chat.completion", "choices": [choice]})
    assert [each[1:] for each in read(chunk(function_call=function), last)] == [rest]


# --- Endings ------------------------------------------------------------------------


@each_case("reason", ["length", "model_length", "max_tokens", "MAX_TOKENS"])
def test_what_was_cut_off_is_incomplete(reason: str) -> None:
    cut = Incomplete("max_completion_tokens")
    assert read(chunk(content="4"), chunk(reason), END) == ["4", cut]


def test_a_call_that_was_cut_off_is_incomplete() -> None:
    cut = Incomplete("max_completion_tokens")
    half = call('{"a": ', index=0, id="a", name="multiply")
    found = read(chunk(tool_calls=[half]), chunk("length"), END)
    assert found == [["a", "multiply", '{"a": '], cut]
    # Whichever of several it is.
    whole = call('{"b": 7}', index=1, id="b", name="divide")
    found = read(chunk(tool_calls=[half, whole]), chunk("length"), END)
    assert found == [["a", "multiply", '{"a": '], TWO, cut]


def test_a_whole_call_is_one_even_where_the_limit_was_hit() -> None:
    whole = call('{"a": 6}', index=0, id="a", name="multiply")
    assert read(chunk(tool_calls=[whole]), chunk("length"), END) == [ONE]


@each_case(
    "reason",
    # OpenAI's; Google's, epam/ai-dial-adapter-vertexai#85; Zhipu's.
    ["content_filter", "content_filter: RECITATION", "SAFETY", "sensitive"],
)
def test_a_filter_of_contents_ends_the_turn(reason: str) -> None:
    found = read(chunk(content="4"), chunk(reason), END)
    assert found == ["4", Incomplete("content_filter")]


@pytest.mark.parametrize(
    "reason",
    [
        "error",
        "insufficient_system_resource",
        "network_error",
        "abort",
        # googleapis/python-genai#1836
        "function_call_filter: MALFORMED_FUNCTION_CALL",
    ],
)
def test_a_reason_may_be_that_it_broke(reason: str) -> None:
    """OpenRouter's: damianvtran/local-operator#223; DeepSeek's, by its manual."""
    with pytest.raises(
        PassingError, match=f"in the middle of its answer .{reason[:9]}"
    ):
        read(chunk(content="4"), chunk(reason), END)


def test_a_response_that_is_not_streamed_is_read_as_a_whole() -> None:
    said = {"role": "assistant", "content": "42", "tool_calls": None}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    counts = {"prompt_tokens": 7, "completion_tokens": 2}
    whole = {"object": "chat.completion", "choices": [choice], "usage": counts}
    assert read(event(whole)) == ["42", Usage(7, 2)]


def test_a_response_that_is_not_streamed_may_have_calls() -> None:
    """Some stop streaming where there are tools: sgl-project/sglang#2810."""
    calls = [call('{"a": 6}', id="a", name="multiply", type="function")]
    said = {"role": "assistant", "content": None, "tool_calls": calls}
    choice = {"index": 0, "message": said, "finish_reason": "tool_calls"}
    assert read(event({"object": "chat.completion", "choices": [choice]})) == [ONE]


@pytest.mark.parametrize(
    "rest",
    [
        # ROCm/ATOM#1711
        {},
        {"choices": None},
        # As LiteLLM's proxy has it, of version 1.106.
        {"choices": [{"index": 0, "delta": {}}]},
    ],
)
def test_tokens_may_come_with_or_without_choices(rest: JSON) -> None:
    counts = {"prompt_tokens": 7, "completion_tokens": 2}
    last = event({"object": "chat.completion.chunk", "usage": counts, **rest})
    assert read(chunk(content="42"), chunk("stop"), last, END) == ["42", Usage(7, 2)]


@pytest.mark.parametrize(
    "delta", [{"content": ""}, {"reasoning": "Hm."}, {"content": "<think>Hm."}]
)
def test_an_answer_of_thoughts_alone_is_told_the_operator(
    delta: JSON, caplog: pytest.LogCaptureFixture
) -> None:
    assert read(chunk(content="42"), chunk("stop")) == ["42"]
    assert caplog.records == []
    assert read(chunk(**delta), chunk("stop")) == []
    (record,) = caplog.records
    assert record.getMessage() == f"{HOST} answered without a word for its user"


def test_a_reason_may_be_none_in_words() -> None:
    reader = ChatChunks(HOST)
    reader.feed(chunk("null", content="4"))
    assert reader.patience is None
    with pytest.raises(UpstreamError, match="broke off"):
        reader.end()


@each_case("rest", [{}, {"prompt_tokens": 0, "completion_tokens": 0}])
def test_tokens_that_were_not_counted_say_nothing(rest: JSON) -> None:
    last = event({"choices": [], "usage": rest})
    found = read(chunk(content="42"), chunk("stop"), usage(7, 2), last, END)
    assert found == ["42", Usage(7, 2)]
    assert read(chunk(content="42"), chunk("stop"), last, END) == ["42"]


def test_an_answer_that_comes_once_more_as_a_whole_is_said_once() -> None:
    """MiniMax ends a stream so: GCWing/OpenBitFun#792."""
    piece = call('{"a": 6}', index=0, id="a", name="multiply")
    said = {"role": "assistant", "content": "42", "tool_calls": [piece]}
    choice = {"index": 0, "message": said, "finish_reason": "tool_calls"}
    counts = {"prompt_tokens": 7, "completion_tokens": 2}
    last = event({"object": "chat.completion", "choices": [choice], "usage": counts})
    events = chunk(role="assistant"), chunk(content="42"), chunk(tool_calls=[piece])
    assert read(*events, last, END) == ["42", ONE, Usage(7, 2)]
    assert read(chunk(role="assistant"), last, END) == ["42", ONE, Usage(7, 2)]


def test_a_second_choice_is_left_aside() -> None:
    other = {"index": 1, "delta": {"content": "43"}, "finish_reason": None}
    both = event({"choices": [{"index": 0, "delta": {"content": "42"}}, other]})
    assert read(both, chunk("stop")) == ["42"]
