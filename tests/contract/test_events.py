"""Events are read from text and bytes, however they are framed and cut."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants_api import streaming
from assistants_api.types import UnknownObject
from harness.contract.document import STREAMING, Operation
from harness.contract.drawn import drawn, examples
from harness.contract.each import for_each
from harness.contract.events import DONE, FRAMES, UNION, all_events, data_of, wire
from harness.contract.instances import any_json, instances, same
from harness.contract.reading import assert_read
from tests.cases import each_case, some


@for_each(STREAMING)
def test_every_event_is_parsed(operation: Operation) -> None:
    for event in some(all_events()):
        found = operation.module.parse_event(event["event"], data_of(event))
        assert_read(found, event, UNION)
        assert same(found.to_dict(), event)


def test_generated_events_are_parsed() -> None:
    for value in some(drawn(instances, "AssistantStreamEvent", number=40)):
        event = {"event": value["event"], "data": value["data"]}
        for operation in STREAMING:
            parse = operation.module.parse_event
            found = parse(event["event"], data_of(event))
            assert_read(found, event, UNION)
            assert parse("", json.dumps(value)).to_dict() == value


@examples(40)
@given(st.text(max_size=8), any_json())
def test_unknown_events_are_kept(name: str, data: Any) -> None:
    found = STREAMING[0].module.parse_event(f"x_{name}", json.dumps(data))
    assert type(found) is UnknownObject
    assert same(found.to_dict(), {"event": f"x_{name}", "data": data})


@each_case("event", ["", "done", "error", "thread.run.created", "x"])
@each_case(
    "data", ["", "text", "{", '{"id": "cut', "[" * 100_000, "1" * 5000, "NaN", "[DONE]"]
)
def test_data_that_is_not_json_is_kept(event: str, data: str) -> None:
    for operation in STREAMING:
        written = operation.module.parse_event(event, data).to_dict()
        kept = written["data"]
        assert kept == data or (data == "NaN" and math.isnan(kept))


@examples(40)
@given(st.text(max_size=5) | st.sampled_from(["error", "done"]), any_json())
def test_no_event_at_all_raises(name: str, data: Any) -> None:
    """Not a value of the wrong type, and not one that has no name."""
    found = STREAMING[0].module.parse_event(name, json.dumps(data)).to_dict()
    unnamed_object = not name and isinstance(data, dict)
    if not (unnamed_object and ("error" in data or {"event", "data"} <= data.keys())):
        assert same(found["data"], data)


def test_unnamed_errors_are_errors() -> None:
    error = {"message": "No", "type": "server_error", "param": None, "code": None}
    found = STREAMING[0].module.parse_event("", json.dumps({"error": error}))
    assert_read(found, {"event": "error", "data": error}, UNION)


@pytest.mark.parametrize("frame", FRAMES)
def test_frames_are_decoded_at_every_chunk_boundary(frame: str) -> None:
    """Cut the bytes in two at every place, and into single bytes."""
    events = [
        *all_events()[:2],
        {"event": "x", "data": "ä\u2028\u2029\x85\x0b\x0c|"},
        DONE,
    ]
    sent = wire(events, frame)
    whole = list(streaming.events([sent]))
    parse = STREAMING[0].module.parse_event
    assert [parse(*event).to_dict() for event in whole] == events
    for at in range(len(sent)):
        assert list(streaming.events([sent[:at], sent[at:]])) == whole
    assert list(streaming.events(sent[at : at + 1] for at in range(len(sent)))) == whole


def test_lines_of_data_are_joined_by_line_feeds() -> None:
    """Take off one space at the most, and count lines that are empty."""
    sent = b"event: x\ndata: a\ndata:  b\ndata\ndata:\ndata:c\n\n"
    assert list(streaming.events([sent])) == [("x", "a\n b\n\n\nc")]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    whole = list(streaming.events([b"\xef\xbb\xbf" + wire(all_events())]))
    assert whole == list(streaming.events([wire(all_events())]))


def test_events_end_at_done() -> None:
    found = list(streaming.events([wire([all_events()[0], DONE, all_events()[1]])]))
    assert [event.event for event in found] == [all_events()[0]["event"], "done"]
