"""What a stream adds up to where the server leaves things out, or repeats them."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

from assistants_client._events.catch_up import catch_up
from assistants_client._events.parse import ERROR, ParsedEvent, parse_event
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
