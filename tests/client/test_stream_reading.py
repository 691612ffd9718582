"""Streams as they are framed in the wild, in whatever pieces their bytes come."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    APIError,
    DecodeError,
    FalseSuccessError,
    StreamInterrupted,
)
from assistants_client._effects import NoResponse
from assistants_client._events.parse import ParsedEvent, parse_event, to_model
from harness.contract.document import SCHEMAS
from tests.cases import each_case, some
from tests.client.streams import (
    RUN,
    SAMPLE,
    TEXT,
    Followed,
    body,
    follow,
    frame,
    message,
    message_delta,
    run_event,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN = body(SAMPLE)
KINDS = [*SCHEMAS["AssistantStreamEvent"]["discriminator"]["mapping"]]
EVENTS = "text/event-stream"
ERROR = {"message": "too much of it", "code": "rate_limit_exceeded", "type": None}


def pretty(name: str, data: Any) -> str:
    """Return an event whose data takes several lines."""
    lines = json.dumps(data, indent=1).split("\n")
    return f"event: {name}\n" + "".join(f"data: {each}\n" for each in lines) + "\n"


def unnamed(done: str) -> bytes:
    """Return events without names, both name and data in the data."""
    frames = [frame("", {"event": n, "data": d}) for n, d in SAMPLE]
    return "".join([*frames, done]).encode()


def misnamed() -> bytes:
    """Return events of which all that tell of the run have one name."""
    return body(
        [
            ("thread.run.completed" if data["object"] == "thread.run" else name, data)
            for name, data in SAMPLE
        ]
    )


COMPLETE = {
    "as usual": PLAIN,
    "crlf": PLAIN.replace(b"\n", b"\r\n"),
    "cr": PLAIN.replace(b"\n", b"\r"),
    "byte order mark": b"\xef\xbb\xbf" + PLAIN,
    "unescaped": body(SAMPLE, ascii_only=False),
    "unescaped crlf": body(SAMPLE, ascii_only=False).replace(b"\n", b"\r\n"),
    "no done": body(SAMPLE, done=False),
    "no empty line at the end": body(SAMPLE, done=False).rstrip(b"\n"),
    "unnamed": unnamed(frame("", "[DONE]")),
    "unnamed, done as an event": unnamed(
        frame("", {"event": "done", "data": "[DONE]"})
    ),
    "unnamed, no done": unnamed(""),
    "named by what runs end with": misnamed(),
    "no spaces": PLAIN.replace(b"event: ", b"event:").replace(b"data: ", b"data:"),
    "comments": PLAIN.replace(b"event", b": still here\n\nid: 5\nretry: 7\nevent"),
    "lines": "".join(pretty(*each) for each in SAMPLE).encode(),
    "something after done": PLAIN + body([run_event("failed")]),
}


def splits(content: bytes) -> list[int]:
    """Return where to split: everywhere around what means anything to who reads lines.

    That is the ends of lines, the names of fields, what is no ASCII, and both ends of
    the whole. In the middle of the data, every 16th byte stands for the others.
    """
    found = {*range(5), *range(len(content) - 4, len(content) + 1)}
    found.update(range(0, len(content), 16 if len(content) > 200 else 1))
    for mark in re.finditer(rb"[\r\n]+(?:\w+:?|:) ?|[\x80-\xff]+|\\u", content):
        found.update(range(mark.start() - 1, mark.end() + 2))
    return sorted(found & {*range(len(content) + 1)})


def at_every_split(content: bytes, **how: Any) -> Iterator[Followed]:
    """Follow a stream whose bytes come in two pieces, and one by one."""
    for cut in splits(content):
        yield follow([content[:cut], content[cut:]], **how)
    yield follow((bytes([each]) for each in content), **how)
    yield follow((part for each in content for part in (bytes([each]), b"")), **how)


def same_at_every_split(content: bytes, **how: Any) -> Followed:
    """Return what came of a stream, when that is the same at every split."""
    whole = follow([content], **how)
    expected = whole.outcome()
    for split in some(at_every_split(content, **how)):
        assert split.outcome() == expected
    return whole


@pytest.mark.parametrize("content", COMPLETE.values(), ids=COMPLETE)
def test_dialects_say_the_same(content: bytes) -> None:
    found = same_at_every_split(content)
    assert found.error is None
    assert found.state() == (
        {**RUN, "status": "completed"},
        {"msg_1": {**message(TEXT, "completed")[1], "status": "completed"}},
        {"step_1": step("completed")[1]},
    )
    pieces = [e.data for e in found.events if e.event == "thread.message.delta"]
    texts = [each.delta.content[0].text.value for each in pieces]
    assert texts == [TEXT[:4], TEXT[4:]]


@pytest.mark.parametrize("status", ["completed", "requires_action"])
def test_a_run_that_waits_is_not_completed_by_a_bogus_event(status: str) -> None:
    bogus = ("thread.run.completed", {**RUN, "status": status})
    events = [run_event("queued", "created"), run_event("requires_action"), bogus]
    for done in (True, False):
        found = same_at_every_split(body(events, done=done))
        assert found.error is None
        assert found.snapshots.requires_action
        assert not found.snapshots.ended
        assert found.events[-1].data.status == status


def test_what_a_run_ends_with_is_its_status_whatever_the_name() -> None:
    events = [run_event("queued", "created"), run_event("failed", "completed")]
    found = same_at_every_split(body(events))
    assert found.snapshots.status == "failed"
    assert type(found.events[-1]).__name__ == "ThreadRunFailedEvent"


def test_a_step_with_the_name_of_the_run_is_a_step() -> None:
    _, data = step("completed")
    found = follow([body([*SAMPLE[:2], ("thread.run.completed", data)])])
    assert found.snapshots.steps["step_1"].snapshot() == data
    assert found.snapshots.status == "queued"


@pytest.mark.parametrize(
    "error",
    [
        frame("", {"error": ERROR}),
        frame("error", ERROR),
        frame("error", {"error": ERROR}),
        frame("thread.message.delta", {"error": ERROR}),
        frame("thread.run.failed", {"error": ERROR}),
        frame("", {"event": "error", "data": ERROR}),
        frame("error", {"error": ERROR}).replace("\n", "\r\n"),
        frame("error", "too much of it"),
    ],
    ids=range(8),
)
def test_errors_among_the_events_are_raised_after_what_came(error: str) -> None:
    content = body(SAMPLE[:4], done=False) + error.encode() + body(SAMPLE[-1:])
    found = same_at_every_split(content)
    assert isinstance(found.error, APIError)
    assert not isinstance(found.error, StreamInterrupted)
    assert "too much of it" in str(found.error)
    assert "threads.runs.create" in str(found.error)
    assert len(found.events) == 4
    assert found.snapshots.messages["msg_1"].part("content", 0, "text") == {
        "value": TEXT[:4]
    }


@each_case("position", range(len(SAMPLE)))
def test_malformed_data_is_a_stream_that_broke_off(position: int) -> None:
    name, data = SAMPLE[position]
    cut = [(name, json.dumps(data)[:-1])]
    content = body([*SAMPLE[:position], *cut, *SAMPLE[position + 1 :]])
    found = follow([content])
    assert found.outcome() == follow(bytes([each]) for each in content).outcome()
    assert isinstance(found.error, StreamInterrupted)
    assert f"a {name} came whose data is no JSON" in str(found.error)
    assert len(found.events) == position
    assert found.state() == follow([body(SAMPLE[:position])]).state()


@pytest.mark.parametrize("breaks", [True, False], ids=["broken", "closed"])
def test_a_body_that_is_cut_anywhere_gives_all_that_came(breaks: bool) -> None:
    content = body(SAMPLE, done=False, ascii_only=False)
    ends = [len(body(SAMPLE[:n], done=False, ascii_only=False)) for n in range(9)]
    states = [follow([body(SAMPLE[:n])]).state() for n in range(9)]
    for cut in range(len(content)):
        found = follow([content[:cut]], breaks=breaks)
        # The last empty line may be missing, and so may the line feed before it.
        whole = max(n for n, end in enumerate(ends) if end - (2 if n else 0) <= cut)
        assert len(found.events) == whole
        assert found.state() == states[whole]
        if whole == len(SAMPLE):
            assert found.error is None
            continue
        error = found.error
        assert isinstance(error, StreamInterrupted)
        why = "the cable was cut" if breaks else "it ended before the run did"
        assert why in str(error)
        assert isinstance(error.__cause__, NoResponse) == breaks
        said = f"run run_1 was {error.run.status}" if whole else "nothing is known"
        assert said in str(error)
        assert (error.run is None, len(error.messages), len(error.steps)) == (
            *(whole < 1, int(whole >= 3), int(whole >= 2)),
        )


def test_a_body_that_is_cut_is_read_the_same_at_every_split() -> None:
    content = body(SAMPLE[:4], done=False)[:-9]
    for breaks in (True, False):
        found = same_at_every_split(content, breaks=breaks)
        assert isinstance(found.error, StreamInterrupted)
        assert len(found.events) == 3


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=x"])
def test_json_that_is_cut_is_no_run(kind: str) -> None:
    cut = json.dumps(run_event("completed")[1]).encode()[:-4]
    broken = same_at_every_split(cut, kind=kind, breaks=True)
    assert isinstance(broken.error, StreamInterrupted)
    assert "the cable was cut" in str(broken.error)


@each_case(
    ("content", "kind"),
    [
        *((b"", "application/json"), (b"{}", "application/json")),
        *((b"[1]", "application/json"), (b'{"status": 5}', "application/json")),
        *((b'{"status"', "application/json"), (b"<html>no</html>", "text/html")),
        (b"", "text/html"),
        (b"[" * 5000, "application/json"),
    ],
)
def test_what_is_no_stream_can_t_be_read(content: bytes, kind: str) -> None:
    found = (
        same_at_every_split(content, kind=kind)
        if len(content) < 100
        else follow([content], kind=kind)
    )
    assert isinstance(found.error, DecodeError)
    assert "no stream of events" in str(found.error)
    assert found.events == []


def test_an_error_in_place_of_a_stream_is_one() -> None:
    found = same_at_every_split(b'{"detail": "no"}', kind="application/problem+json")
    assert isinstance(found.error, FalseSuccessError)
    assert found.error.message == "no"
    assert found.events == []
    # Whatever else is said beside what was asked for.
    run = run_event("completed")[1]
    content = json.dumps({"data": [run], "code": 200, "message": "ok"}).encode()
    found = follow([content], kind="application/json")
    assert "steps was asked for" in str(found.error)


@each_case("kind", [EVENTS, "", "text/plain"])
@each_case("content", [b"", b"\n\n\r\n", b": nothing\n\n", b"event: x\n"])
def test_an_empty_body_is_a_stream_that_broke_off(content: bytes, kind: str) -> None:
    found = same_at_every_split(content, kind=kind)
    assert isinstance(found.error, StreamInterrupted)
    assert "it ended before the run did; nothing is known of its run" in str(
        found.error
    )
    assert (found.error.run, found.error.messages, found.error.steps) == (None, [], [])


def test_what_was_written_stays_when_it_is_told_of_with_less() -> None:
    events = [*SAMPLE[:-1], message(None, "in_progress"), SAMPLE[-1]]
    found = follow([body(events)])
    assert found.snapshots.messages["msg_1"].part("content", 0, "text", "value") == TEXT


def test_done_before_the_run_has_ended_ends_it_all_the_same() -> None:
    found = follow([body(SAMPLE[:5])])
    assert found.snapshots.done
    assert found.snapshots.status == "queued"
    assert found.error is None


def object_of(kind: str) -> str:
    """Return what the object of an event calls itself."""
    return kind if kind.endswith(".delta") else kind.rpartition(".")[0]


def test_all_kinds_of_events_come_typed() -> None:
    assert len(KINDS) == 25
    models = {
        "thread": "ThreadObject",
        "thread.run": "RunObject",
        "thread.run.step": "RunStepObject",
        "thread.message": "MessageObject",
        "thread.run.step.delta": "RunStepDeltaObject",
        "thread.message.delta": "MessageDeltaObject",
    }
    for kind in KINDS:
        words = kind.replace("_", ".").split(".")
        name = "".join(each.title() for each in words) + "Event"
        family = object_of(kind)
        if kind in ("done", "error"):
            found = to_model(parse_event(kind, "[DONE]" if kind == "done" else "{}"))
        else:
            status = {} if family.endswith("delta") else {"status": kind.split(".")[-1]}
            data = {"id": "x", "object": family, **status, "delta": {}}
            (found,) = follow([frame(kind, data).encode()]).events
            assert type(found.data).__name__ == models[family]
            assert found.to_dict()["data"] == data
        assert type(found).__name__ == name
        assert found.to_dict()["event"] == kind


@each_case("data", ['{"a": 1}', "[1]", "5", "null", "plain", '"done"'])
@each_case("name", ["x.new", "thread.napped", "ping"])
def test_events_that_nobody_knows_come_as_they_are(name: str, data: str) -> None:
    found = follow([body([*SAMPLE[:4], (name, data), *SAMPLE[4:]])])
    if name.startswith("thread.") and data in ("plain", '"done"'):
        assert isinstance(found.error, StreamInterrupted)
        return
    assert found.error is None
    value = data if data == "plain" else json.loads(data)
    assert found.events[4].to_dict() == {"event": name, "data": value}
    assert found.state() == follow([PLAIN]).state()


def test_what_came_around_an_event_stays_with_it() -> None:
    name, data = message_delta("x")
    what = parse_event("", json.dumps({"event": name, "data": data, "seq": 7}))
    assert what == ParsedEvent(name, data, {"seq": 7})
    assert to_model(what).to_dict() == {"event": name, "data": data, "seq": 7}
