"""What a stream adds up to where the server leaves things out, or repeats them."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

from assistants_client._events.catch_up import catch_up, remainder
from assistants_client._events.parse import ERROR, ParsedEvent, parse_event, parse_value
from assistants_client._events.snapshots import RunSnapshot, Snapshots
from tests.cases import each_case
from tests.client.streams import message, message_delta, run_event, step

Json = dict[str, Any]


def taken(*events: tuple[str, Any], into: type[Snapshots] = Snapshots) -> Snapshots:
    """Apply events."""
    snapshots = into()
    for name, data in events:
        snapshots.apply(ParsedEvent(name, data))
    return snapshots


def text_of(snapshots: Snapshots, key: str = "msg_1") -> Any:
    """Return the text of a message."""
    return snapshots.messages[key].part("content", 0, "text", "value")


def part(index: Any, value: str) -> tuple[str, Json]:
    """Return a delta of one part of the message."""
    name, data = message_delta(value)
    data["delta"]["content"][0]["index"] = index
    return name, data


def test_what_is_whole_does_not_begin_again() -> None:
    events = [message("Hello", "completed"), message(None, "in_progress")]
    again = taken(*events, message("Bye", "in_progress", "created"))
    assert again.messages["msg_1"].snapshot() == message("Hello", "completed")[1]
    assert again.closed == {"msg_1"}


def test_what_is_sent_again_with_less_keeps_what_there_was() -> None:
    name, again = message(None, "in_progress")
    again["metadata"] = {"a": "b"}
    snapshots = taken(message_delta("He"), (name, again), message_delta("llo"))
    assert text_of(snapshots) == "Hello"
    assert snapshots.messages["msg_1"].snapshot()["metadata"] == {"a": "b"}
    whole = message("Hello, you", "in_progress")
    assert text_of(taken(message_delta("Hello"), whole)) == "Hello, you"


def test_so_do_the_calls_of_a_step() -> None:
    def with_calls(*calls: Json) -> tuple[str, Json]:
        name, data = step("in_progress")
        return name, {
            **data,
            "step_details": {"type": "tool_calls", "tool_calls": [*calls]},
        }

    _, created = with_calls()
    call = {"index": 0, "type": "function", "id": "call_1"}
    details = {"type": "tool_calls", "tool_calls": [call]}
    delta = {"id": created["id"], "delta": {"step_details": details}}
    events = ("thread.run.step.created", created), ("thread.run.step.delta", delta)
    key = ("step_details", "tool_calls", 0, "id")
    poorer = taken(*events, with_calls())
    assert poorer.steps[created["id"]].part(*key) == "call_1"
    richer = taken(*events, with_calls({"type": "function", "id": "call_2"}))
    assert richer.steps[created["id"]].part(*key) == "call_2"


def test_a_text_in_many_pieces_is_whole() -> None:
    pieces = [f"{number} " for number in range(1500)]
    snapshots = taken(*map(message_delta, pieces))
    assert text_of(snapshots) == "".join(pieces)


def test_what_is_new_between_two_values() -> None:
    # Only texts that deltas append to are gone on with; others are new as they are.
    before = {"type": "x", "name": "ab", "logs": "ab", "same": "s", "list": ["a"]}
    now = {"type": "x", "name": "abc", "logs": "abc", "same": "s", "list": ["a", "b"]}
    assert remainder(before, now) == {"type": "x", "name": "abc", "logs": "c"}
    # A delta can't take anything back.
    assert remainder({"logs": "abc"}, {"logs": "ab"}) is None
    # What is no object has no index, and an empty one says nothing.
    assert remainder([], ["b", 7, {}, {"type": "x"}]) == [{"index": 3, "type": "x"}]
    assert remainder(None, []) == []
    assert remainder([{"type": "x", "a": 1}], [{"type": "x", "a": 2}]) == [
        {"index": 0, "type": "x", "a": 2}
    ]


@each_case(
    ("event", "data", "name"),
    [
        ("", "[DONE]", "done"),
        ("thread.run.completed", "[DONE]", "done"),
        ("done", "", "done"),
        ("", '{"event": "done", "data": "[DONE]"}', "done"),
        ("", '{"event": "x"}', ""),
        ("", '{"data": 1}', ""),
        ("", '{"error": "no"}', "error"),
        ("", '{"error": null, "object": "thread"}', "thread.created"),
        ("x", '{"object": ["thread"]}', "x"),
    ],
)
def test_events_that_lack_something(event: str, data: str, name: str) -> None:
    assert parse_event(event, data).name == name


def test_only_text_in_the_place_of_an_object_was_cut() -> None:
    assert parse_event("thread.run.created", '{"id": "ru').is_truncated
    assert not parse_event("thread.run.created", '{"id": "run_1"}').is_truncated
    assert not parse_event("done", "[DONE").is_truncated


@each_case(
    ("value", "name"),
    [
        ({"status": "completed"}, "thread.run.completed"),
        ({"status": "completed", "object": "other"}, ""),
        ({"status": 7}, ""),
        ({"status": "x", "event": "thread.created", "data": {}}, "thread.created"),
    ],
)
def test_an_object_in_place_of_a_stream(value: Json, name: str) -> None:
    assert parse_value(value).name == name


def test_a_delta_without_an_id_belongs_to_the_last_message() -> None:
    name, data = message_delta("llo")
    del data["id"]
    snapshots = taken(message_delta("He"), (name, data))
    assert text_of(snapshots) == "Hello"
    assert [*snapshots.messages] == ["msg_1"]
    # There is no message yet that it could belong to.
    assert not taken((name, data)).messages


def test_a_message_that_begins_with_a_delta_is_one() -> None:
    held = taken(message_delta("Hello")).messages["msg_1"].snapshot()
    assert (held["id"], held["object"]) == ("msg_1", "thread.message")


def test_snapshots_are_copied_and_pickled_as_they_are_so_far() -> None:
    snapshots = taken(message_delta("He"), message_delta("l"))
    before = snapshots.data()
    for again in (copy.deepcopy(snapshots), pickle.loads(pickle.dumps(snapshots))):
        assert again.data() == before
        again.apply(ParsedEvent(*message_delta("lo")))
        assert text_of(again) == "Hello"
    assert snapshots.data() == before


def test_a_run_without_a_status_has_that_of_the_event() -> None:
    queued = run_event("queued", "created")
    left_out = ("thread.run.completed", {"id": "run_1", "usage": None})
    snapshots = taken(queued, left_out)
    assert snapshots.ended
    assert snapshots.run == {**queued[1], "usage": None, "status": "completed"}
    assert taken(("thread.run.created", {"id": "run_1"})).status == "queued"


def test_what_a_run_says_of_its_status_goes_before_the_name_of_the_event() -> None:
    name, run = run_event("requires_action", "in_progress")
    snapshots = taken((name, run))
    assert (snapshots.status, snapshots.run) == ("requires_action", run)
    snapshots.outputs_submitted()
    assert snapshots.run == {**run, "status": "queued"}
    assert run["status"] == "requires_action"


def test_only_its_own_event_holds_the_thread() -> None:
    thread = {"id": "thread_1", "object": "thread"}
    events = [("thread.created", thread), ("thread.updated", {}), ("odd", {"id": "x"})]
    assert taken(*events).thread == thread


def test_of_a_stream_that_is_only_iterated_the_run_is_kept_alone() -> None:
    events = [run_event("queued", "created"), step("in_progress", "created")]
    events += [message_delta("Hello"), run_event("completed")]
    snapshots = taken(*events, into=RunSnapshot)
    assert snapshots.ended
    assert not snapshots.messages
    assert not snapshots.steps


@each_case("index", [True, "0", 0.0, None, [0], {}])
def test_an_index_that_is_no_whole_number_says_nothing(index: Any) -> None:
    snapshots = taken(part(index, "He"), part(0, "llo"))
    assert text_of(snapshots) == "Hello"


def test_parts_that_came_out_of_order_are_gone_on_with() -> None:
    known = taken(part(1, "wor"))
    whole = message("Hello", "completed")[1]
    whole["content"] = [
        {"type": "text", "text": {"value": text, "annotations": []}}
        for text in ("Hello", "world")
    ]
    (delta, *rest) = catch_up(known, run_event("completed")[1], [], [whole])
    assert delta.name == "thread.message.delta"
    values = {
        each["index"]: each["text"]["value"] for each in delta.data["delta"]["content"]
    }
    assert values == {0: "Hello", 1: "ld"}
    known.apply(delta)
    assert known.messages["msg_1"].snapshot()["content"] == whole["content"]
    names = [each.name for each in rest]
    assert names == ["thread.message.completed", "thread.run.completed"]


def test_a_message_of_a_server_without_statuses_is_a_whole_one() -> None:
    whole = message("Hello", "completed")[1]
    del whole["status"]
    events = [*catch_up(Snapshots(), run_event("completed")[1], [], [whole])]
    assert [each.name for each in events] == [
        *("thread.message.created", "thread.message.delta"),
        *("thread.message.completed", "thread.run.completed"),
    ]


@each_case("error", ["no more", None, 17, {"message": "no more"}])
@each_case("name", ["", "error"])
def test_an_error_is_one_whatever_it_holds(name: str, error: Any) -> None:
    found = parse_event(name, json.dumps({"error": error}))
    assert found.name == ERROR
    assert found.data in (error, {"error": error})


@each_case(
    ("name", "kind", "status", "right"),
    [
        ("thread.run.created", "thread.run", "queued", "thread.run.created"),
        ("thread.run.completed", "thread.run", "queued", "thread.run.queued"),
        ("thread.run.completed", "thread.run", "napping", "thread.run.completed"),
        (
            *("thread.message.delta", "thread.run.step.delta", None),
            "thread.run.step.delta",
        ),
        ("thread.run.queued", "thread.message.delta", None, "thread.message.delta"),
        ("thread.run.queued", "thread", None, "thread.created"),
        ("thread.created", "thread.run.step", "failed", "thread.run.step.failed"),
        ("thread.created", "thread.message", None, "thread.message.created"),
        # Of messages and steps, the name is more reliable than the status.
        (
            *("thread.message.completed", "thread.message", "in_progress"),
            "thread.message.completed",
        ),
        ("news", "something", "else", "news"),
    ],
)
def test_an_event_is_named_after_the_object_in_its_data(
    name: str, kind: str, status: str | None, right: str
) -> None:
    data: Json = {"object": kind, "status": status, "delta": {}}
    assert parse_event(name, json.dumps(data)) == ParsedEvent(right, data)


def test_a_message_that_was_missed_begins_empty() -> None:
    _, whole = message("Hello", "completed")
    events = [*catch_up(Snapshots(), run_event("completed")[1], [], [whole])]
    name, created, _ = events[0]
    assert (name, created["content"]) == ("thread.message.created", [])


def test_so_do_the_calls_of_a_step_that_was_missed() -> None:
    call = {"type": "function", "id": "call_1", "function": {"arguments": "{}"}}
    whole = step("completed")[1]
    whole["step_details"] = {"type": "tool_calls", "tool_calls": [call]}
    created, delta, done = catch_up(Snapshots(), None, [whole], [])
    assert created.name == "thread.run.step.created"
    assert created.data["step_details"] == {"type": "tool_calls", "tool_calls": []}
    assert created.data["status"] == "in_progress"
    assert delta.data["delta"]["step_details"]["tool_calls"] == [{"index": 0, **call}]
    assert (done.name, done.data) == ("thread.run.step.completed", whole)
