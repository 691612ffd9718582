"""Events of the Responses API, as servers of several kinds send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistants_server.engines.turn_events import (
    CodeCall,
    FileSearch,
    Incomplete,
    Text,
    ToolCallDelta,
    Usage,
)
from assistants_server.engines.upstream_errors import ContextTooLongError, UpstreamError
from assistants_server.upstream.response_events import ResponseEvents
from tests.cases import each_case
from tests.engines.turns import END, event, read_all

HOST = "api.example.test"
JSON = dict[str, Any]
REASONING = {"type": "reasoning", "id": "rs_1", "encrypted_content": "x", "summary": []}
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "multiply",
    "arguments": '{"a": 6}',
}


def said(text: str, *annotations: JSON, id: str = "msg_1") -> JSON:
    part = {"type": "output_text", "text": text, "annotations": [*annotations]}
    return {"type": "message", "id": id, "role": "assistant", "content": [part]}


def delta(text: str, id: str = "msg_1", **rest: Any) -> Any:
    data = {"type": "response.output_text.delta", "item_id": id, "delta": text}
    return event({**data, **rest})


def added(item: JSON) -> Any:
    return event({"type": "response.output_item.added", "item": item})


def done(item: JSON) -> Any:
    return event({"type": "response.output_item.done", "item": item})


def argument(piece: str, id: str = "fc_1") -> Any:
    kind = "response.function_call_arguments.delta"
    return event({"type": kind, "item_id": id, "delta": piece})


def ended(kind: str = "completed", *output: JSON, **rest: Any) -> Any:
    response = {"object": "response", "status": kind, "output": [*output], **rest}
    return event({"type": f"response.{kind}", "response": response})


def usage(read: int, written: int, cached: int = 0) -> JSON:
    return {
        "input_tokens": read,
        "output_tokens": written,
        "input_tokens_details": {"cached_tokens": cached},
    }


def read(*events: Any, **options: Any) -> list[Any]:
    return read_all(ResponseEvents(HOST, **options), events)


def test_text_comes_piece_by_piece_and_once() -> None:
    events = (
        event({"type": "response.created", "response": {"status": "in_progress"}}),
        added({"type": "message", "id": "msg_1", "content": []}),
        delta("4", content_index=0),
        delta("2", content_index=0),
        event({"type": "response.output_text.done", "text": "42"}),
        done(said("42")),
        ended("completed", said("42"), usage=usage(7, 2, 5)),
        END,
    )
    assert read(*events) == ["42", Usage(7, 2, 5)]


def test_what_no_event_said_is_read_from_the_items() -> None:
    assert read(delta("4"), done(said("42")), ended()) == ["42"]
    assert read(ended("completed", said("42"), CALL)) == [
        "42",
        ["call_1", "multiply", '{"a": 6}'],
    ]


def test_llama_cpp_numbers_nothing() -> None:
    """Neither events nor items or parts have an index, and names come as `event:`."""
    events = (
        event({"item": {**CALL, "arguments": ""}}, "response.output_item.added"),
        event({"item_id": "fc_1", "delta": '{"a": 6}'}, argument_event()),
        event({"item": CALL}, "response.output_item.done"),
        event({"response": {"status": "completed"}}, "response.completed"),
    )
    assert read(*events) == [["call_1", "multiply", '{"a": 6}']]


def argument_event() -> str:
    return "response.function_call_arguments.delta"


def test_arguments_come_as_they_are_written() -> None:
    reader = ResponseEvents(HOST)
    begun = reader.feed(added({**CALL, "arguments": ""}))
    piece = reader.feed(argument('{"a"'))
    assert begun == [ToolCallDelta("call_1", "multiply")]
    assert piece == [ToolCallDelta("call_1", "", '{"a"')]
    events = argument(": 6}"), done(CALL), ended("completed", CALL)
    assert read_all(reader, events) == [["call_1", "", ": 6}"]]


def test_parallel_calls_are_told_apart_by_their_items() -> None:
    other = {**CALL, "id": "fc_2", "call_id": "call_2", "arguments": '{"b": 7}'}
    events = (
        added({**CALL, "arguments": ""}),
        added({**other, "arguments": ""}),
        argument('{"b"', "fc_2"),
        argument('{"a"'),
        argument(": 7}", "fc_2"),
        argument(": 6}"),
        ended("completed", CALL, other),
    )
    assert read(*events) == [
        ["call_1", "multiply", '{"a": 6}'],
        ["call_2", "multiply", '{"b": 7}'],
    ]


@pytest.mark.parametrize(
    ("arguments", "read_as"),
    [("", "{}"), (None, "{}"), ({"a": 6}, '{"a": 6}')],
)
def test_odd_arguments(arguments: Any, read_as: str) -> None:
    events = done({**CALL, "arguments": arguments}), ended()
    assert read(*events) == [["call_1", "multiply", read_as]]


def test_an_id_of_an_earlier_turn_is_changed_in_the_item_as_well() -> None:
    reader = ResponseEvents(HOST, taken=("call_1",))
    ((found, *_),) = read_all(reader, [done(CALL), ended("completed", CALL)])
    assert found != "call_1"
    assert [item["call_id"] for item in reader.items] == [found]


def test_reasoning_is_kept_for_the_next_turn_and_shown_to_nobody() -> None:
    reader = ResponseEvents(HOST)
    summary = {"type": "response.reasoning_summary_text.delta", "delta": "Hm."}
    events = (
        added(REASONING),
        event(summary),
        done(REASONING),
        done(said("42")),
        done(CALL),
        ended("completed", REASONING, said("42"), CALL),
    )
    assert read_all(reader, events) == ["42", ["call_1", "multiply", '{"a": 6}']]
    assert reader.items == [REASONING, said("42"), CALL]


def test_refusals() -> None:
    data = {"type": "response.refusal.delta", "item_id": "msg_1", "delta": "No."}
    part = {"type": "refusal", "refusal": "No."}
    item = {"type": "message", "id": "msg_1", "content": [part]}
    assert read(event(data), done(item), ended()) == [("refused", "No.")]
    assert read(ended("completed", item)) == [("refused", "No.")]


def citation(number: int, file: str = "file_1", name: str = "a.txt") -> JSON:
    return {"type": "file_citation", "index": number, "file_id": file, "filename": name}


def test_citations_get_a_mark_of_ours_where_they_stand() -> None:
    cited = {"type": "response.output_text.annotation.added", "item_id": "msg_1"}
    events = (
        delta("So it is."),
        event({**cited, "annotation_index": 0, "annotation": citation(9)}),
        delta(" Yes."),
        done(said("So it is. Yes.", citation(9))),
        ended(),
    )
    mark = "\u30100\u2020a.txt\u3011"
    annotation = {
        "type": "file_citation",
        "text": mark,
        "start_index": 9,
        "end_index": 9 + len(mark),
        "file_citation": {"file_id": "file_1"},
    }
    assert read(*events) == ["So it is.", Text(mark, (annotation,)), " Yes."]


def test_several_citations_at_one_place_and_other_annotations() -> None:
    link = {"type": "url_citation", "url": "http://a.test"}
    item = said("So.", citation(3), link, citation(3, "file_2", "b.txt"))
    text, first, second = read(ended("completed", item))
    assert text == "So."
    (one,), (two,) = first.annotations, second.annotations
    assert (one["start_index"], two["start_index"]) == (3, one["end_index"])
    assert two["file_citation"] == {"file_id": "file_2"}


def test_code_and_searches_of_the_upstream_are_steps() -> None:
    code = {
        "type": "code_interpreter_call",
        "id": "ci_1",
        "code": "6 * 7",
        "outputs": [{"type": "logs", "logs": "42"}, {"type": "image", "url": "x"}],
    }
    result = {"file_id": "file_1", "filename": "a.txt", "score": 0.5, "text": "42"}
    search = {"type": "file_search_call", "id": "fs_1", "results": [result, None]}
    found = {
        "file_id": "file_1",
        "file_name": "a.txt",
        "score": 0.5,
        "content": [{"type": "text", "text": "42"}],
    }
    events = done(code), done(search), delta("42"), ended("completed", code, search)
    assert read(*events) == [CodeCall("6 * 7", "42"), FileSearch((found,)), "42"]


@pytest.mark.parametrize(
    ("score", "shown"),
    [
        ("1", 1.0),
        ("12.5", 1.0),
        ("-1", 0.0),
        ("NaN", 0.0),
        ("1e999", 1.0),
        ("9" * 400, 1.0),
        ('"x"', 0.0),
        ("null", 0.0),
    ],
)
def test_scores_are_those_of_the_api(score: str, shown: float) -> None:
    """From 0 to 1; nothing else can be written into a response."""
    item = '{"type": "file_search_call", "id": "a", "results": [{"score": %s}]}'
    item %= score
    name = "response.output_item.done"
    (found,) = ResponseEvents(HOST).feed(
        event(f'{{"type": "{name}", "output_index": 0, "item": {item}}}')
    )
    assert isinstance(found, FileSearch)
    (result,) = found.results
    assert (result["score"], type(result["score"])) == (shown, float)


# --- Endings ------------------------------------------------------------------------


def incomplete(reason: str) -> Any:
    return ended("incomplete", incomplete_details={"reason": reason})


def test_incomplete_turns() -> None:
    cut = Incomplete("max_completion_tokens")
    assert read(delta("4"), incomplete("max_output_tokens")) == ["4", cut]
    assert read(delta("4"), incomplete("content_filter")) == [
        "4",
        Incomplete("content_filter"),
    ]


def test_a_limit_that_was_hit_counts_whatever_the_status_says() -> None:
    """llama.cpp says `completed`."""
    end = ended("completed", said("4 2"), usage=usage(7, 3))
    assert read(end, limit=3)[-1] == Incomplete("max_completion_tokens")
    assert read(end, limit=4) == ["4 2", Usage(7, 3)]
    with_call = ended("completed", CALL, usage=usage(7, 3))
    assert read(with_call, limit=3)[-1] == Usage(7, 3)


@pytest.mark.parametrize(
    "failed",
    [
        ended("failed", error={"code": "server_error", "message": "out of memory"}),
        event({"type": "error", "code": None, "message": "out of memory"}),
        event({"type": "error", "error": {"message": "out of memory"}}),
        event({"error": {"message": "out of memory"}}),
    ],
)
def test_failures_end_the_turn(failed: Any) -> None:
    with pytest.raises(UpstreamError, match="out of memory") as caught:
        read(delta("4"), failed)
    assert caught.value.code == "server_error"


def test_what_is_too_long_is_known_as_that() -> None:
    error = {"code": "context_length_exceeded", "message": "out of memory"}
    with pytest.raises(ContextTooLongError):
        read(ended("failed", error=error))


def test_a_rate_limit_is_known_as_that() -> None:
    event_ = event({"type": "error", "code": "rate_limit_exceeded", "message": "Wait."})
    with pytest.raises(UpstreamError, match="Wait") as caught:
        read(event_)
    assert caught.value.code == "rate_limit_exceeded"


@pytest.mark.parametrize("events", [(), (END,), (delta("4"),)])
def test_a_stream_without_an_end_is_an_error(events: tuple[Any, ...]) -> None:
    with pytest.raises(UpstreamError, match="broke off"):
        read(*events)


@pytest.mark.parametrize("status", ["queued", "in_progress", "cancelled"])
def test_a_response_that_is_not_at_its_end_is_no_answer(status: str) -> None:
    response = {"object": "response", "status": status, "output": [said("4")]}
    with pytest.raises(UpstreamError, match=f"left its answer {status}"):
        read(event(response))


def test_a_response_that_is_not_streamed_is_read_as_a_whole() -> None:
    response = {
        "object": "response",
        "status": "completed",
        "output": [said("42")],
        "usage": usage(7, 2),
    }
    assert read(event(response)) == ["42", Usage(7, 2)]


@each_case("data", ["<html>", "3", '"text"', "[]", "null", "{"])
def test_what_is_no_event_is_an_error(data: str) -> None:
    with pytest.raises(UpstreamError, match="in place of an event"):
        read(event(data))


@each_case(
    "odd",
    [
        {"type": "response.of_the_future"},
        {"type": 3},
        {"type": "response.output_text.delta", "delta": None},
        {"type": "response.output_item.done", "item": None},
        {"type": "response.output_item.added", "item": "x"},
        {"type": "response.output_text.annotation.added", "annotation": None},
        {"type": "response.function_call_arguments.delta", "item_id": 3, "delta": "x"},
    ],
)
def test_odd_events_do_no_harm(odd: JSON) -> None:
    assert read(delta("42"), event(odd), ended()) == ["42"]


ODD: list[Any] = [
    None, True, 3, "x", [], {}, [None], [{}], {"id": 3}, {"type": None},
    {"type": "message", "content": 3},
    {"type": "message", "content": [None, {"type": "output_text", "text": 4}]},
    said("", {"type": "file_citation", "file_id": 3}),
    {"type": "function_call", "id": 4, "call_id": []},
    {"type": "code_interpreter_call", "outputs": 3, "code": 7},
    {"type": "file_search_call", "results": [None, 3, {"score": "x"}]},
    {"status": [], "output": 4, "usage": 3, "incomplete_details": "x"},
    {"status": "completed", "output": [None], "usage": {"input_tokens": "x"}},
]  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        "output_text.delta",
        "refusal.delta",
        "function_call_arguments.delta",
        "output_item.added",
        "output_item.done",
        "output_text.annotation.added",
        "completed",
        "incomplete",
    ],
)
def test_values_of_other_types_do_no_harm(kind: str) -> None:
    names = ("item", "item_id", "delta", "content_index", "response", "annotation")
    for name in (*names, "annotation_index"):
        for value in ODD:
            reader = ResponseEvents(HOST)
            data = {"type": f"response.{kind}", "item_id": "a", "delta": "x"}
            reader.feed(event({**data, name: value}))
            assert json.dumps(reader.items)
            assert reader.feed(ended("completed", said("42", id="msg_2")))
            assert reader.end() == []
