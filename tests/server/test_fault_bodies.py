"""Bodies and streams that are cut, changed or in a dialect, as a client sees them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistants_api.checking import check
from assistants_server.faults import parse
from assistants_server.faults.bodies import Changes
from tests.server.faulty_server import (
    COMMENT,
    ENDLESS,
    EVENTS,
    FRAMES,
    LIST,
    OBJECT,
    RUN_OBJECTS,
    RUNS,
    WHOLE,
    Bench,
    body_of,
    event,
    events,
    get,
    stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.storeless

LS = rb"\u2028"


@pytest.fixture(scope="module")
def running() -> Iterator[Bench]:
    with Bench() as bench:
        yield bench


@pytest.fixture
def bench(running: Bench) -> Iterator[Bench]:
    with running.in_one_test():
        yield running


@pytest.mark.parametrize(
    ("fault", "pieces"),
    [
        ("cut-stream=0", []),
        ("cut-stream=1", [COMMENT, *FRAMES[:1]]),
        ("cut-stream=3", [COMMENT, *FRAMES[:3]]),
        ("cut-stream=5", [COMMENT, *FRAMES]),
        ("cut-stream=99", [COMMENT, *FRAMES]),
        ("cut-body", [COMMENT, FRAMES[0][: len(FRAMES[0]) // 2]]),
        ("cut-body=0", []),
        ("cut-body=20", [COMMENT, FRAMES[0][: 20 - len(COMMENT)]]),
    ],
)
def test_stream_is_cut(bench: Bench, fault: str, pieces: list[bytes]) -> None:
    assert stream(bench, fault) == (pieces, False)


@pytest.mark.parametrize(
    "fault", ["cut-stream=5", "cut-body=20", "end-stream=4", "error-event=1"]
)
def test_stream_that_would_go_on_ends_at_once(bench: Bench, fault: str) -> None:
    pieces, whole = stream(bench, fault, path=ENDLESS)
    assert pieces
    assert whole is not fault.startswith("cut")


@pytest.mark.parametrize(("count", "events"), [(0, 0), (2, 2), (4, 4), (5, 4), (9, 4)])
def test_stream_ends_early(bench: Bench, count: int, events: int) -> None:
    pieces, whole = stream(bench, f"end-stream={count}")
    assert pieces == ([COMMENT, *FRAMES[:events]] if count else [])
    assert whole


@pytest.mark.parametrize(("count", "events"), [(0, 0), (2, 2), (4, 4), (9, 4)])
def test_error_comes_as_an_event(bench: Bench, count: int, events: int) -> None:
    pieces, whole = stream(bench, f"error-event={count}")
    assert pieces[:-1] == ([COMMENT, *FRAMES[:events]] if count else [])
    name, data = event(pieces[-1])
    assert name == "error"
    assert check({"event": name, "data": data}, "ErrorEvent") == []
    assert whole


def test_error_in_a_stream_may_look_like_a_body(bench: Bench) -> None:
    pieces, _ = stream(bench, "error-event=0 shape=wrapped")
    name, data = event(pieces[0])
    assert name == "error"
    assert check(data, "ErrorResponse") == []


def test_body_is_malformed(bench: Bench) -> None:
    response = get(bench, "malformed")
    assert response.content == WHOLE[:-1]
    assert response.headers["content-length"] == str(len(WHOLE) - 1)
    with pytest.raises(json.JSONDecodeError):
        response.json()


@pytest.mark.parametrize(("option", "index"), [("", 0), ("event=1", 0), ("event=3", 2)])
def test_event_is_malformed(bench: Bench, option: str, index: int) -> None:
    pieces, whole = stream(bench, f"malformed {option}")
    expected = [*FRAMES]
    expected[index] = expected[index][:-3] + b"\n\n"
    assert pieces == [COMMENT, *expected]
    assert whole


def test_fields_are_missing(bench: Bench) -> None:
    fault = "drop=id,usage.total_tokens,content.text.value,nothing.there"
    assert get(bench, fault).json() == {
        "object": "thread",
        "usage": {"prompt_tokens": 3},
        "content": [{"text": {}}, {"text": {}}],
    }
    assert get(bench, "drop=id,has_more", path=RUNS).json() == {
        "object": "list",
        "data": [{"status": "queued"}, {"status": "failed"}],
        "first_id": "run_1",
    }
    assert events(stream(bench, "drop=id,delta.text")[0])[1:3] == [
        ("thread.run.step.created", {"status": "in_progress"}),
        ("thread.message.delta", {"delta": {}}),
    ]


def test_nulls_are_left_out(bench: Bench) -> None:
    nulls = {"a": None, "b": [{"c": None, "d": [None]}], "e": {"f": {"g": None}}}
    for fault in ("omit-nulls", "null=h; omit-nulls"):
        body = json.dumps({**nulls, "h": 1, "data": [nulls]}).encode()
        found = json.loads(Changes(parse(fault)).of_body(body))
        left = {"b": [{"d": [None]}], "e": {"f": {}}}
        assert found == {
            **left,
            **({"h": 1} if fault == "omit-nulls" else {}),
            "data": [left],
        }
    given = get(bench, "null=status; omit-nulls", path=RUNS).json()
    assert [each.keys() & {"status"} for each in given["data"]] == [set(), set()]


def test_fields_are_null(bench: Bench) -> None:
    assert get(bench, "null=usage,id,status").json() == OBJECT | {
        "usage": None,
        "id": None,
    }
    assert get(bench, "null=status,has_more", path=RUNS).json() == LIST | {
        "data": [{"id": "run_1", "status": None}, {"id": "run_2", "status": None}],
        "has_more": None,
    }
    data = [data for _, data in events(stream(bench, "null=id")[0])]
    assert [each["id"] for each in data[:-1]] == [None] * 4


def test_objects_have_an_unknown_field(bench: Bench) -> None:
    more = {"x_local": {"anything": [1, 2]}}
    assert get(bench, "extra").json() == OBJECT | more
    answer = LIST | {"data": [item | more for item in RUN_OBJECTS]} | more
    assert get(bench, "extra", path=RUNS).json() == answer
    expected = [(name, data | more) for name, data in EVENTS[:-1]]
    assert events(stream(bench, "extra")[0]) == [*expected, EVENTS[-1]]


def test_text_survives_a_change_of_fields(bench: Bench) -> None:
    assert get(bench, "drop=usage").json()["content"] == OBJECT["content"]
    assert "Grüße".encode() in get(bench, "drop=usage").content


def test_only_line_feeds_end_a_line_of_an_event() -> None:
    event = 'event: a\ndata: {"id":"1","text":"\u2028\x85"}\n\n'.encode()
    changed = Changes(parse("drop=id; frames=unescaped")).of_event(event, 1)
    assert changed == 'event: a\ndata: {"text":"\u2028\x85"}\n\n'.encode()


def test_events_speak_dialects(bench: Bench) -> None:
    crlf = [each.replace(b"\n", b"\r\n") for each in FRAMES]
    assert stream(bench, "frames=crlf")[0] == [COMMENT, *crlf]
    assert stream(bench, "frames=no-done")[0] == [COMMENT, *FRAMES[:-1]]
    unnamed = [
        b"data: " + body_of({"event": name, "data": data}).replace(b"\xe2\x80\xa8", LS)
        for name, data in EVENTS[:-1]
    ]
    assert stream(bench, "frames=unnamed")[0] == [
        COMMENT,
        *(each + b"\n\n" for each in unnamed),
        b"data: [DONE]\n\n",
    ]
    raw = stream(bench, "frames=unescaped")[0]
    assert raw == [COMMENT, *(each.replace(LS, b"\xe2\x80\xa8") for each in FRAMES)]
    assert raw != [COMMENT, *FRAMES]


def test_names_of_events_contradict_their_data(bench: Bench) -> None:
    assert events(stream(bench, "frames=misnamed")[0]) == [
        ("thread.run.completed", EVENTS[0][1]),
        *EVENTS[1:3],
        ("thread.run.completed", EVENTS[3][1]),
        EVENTS[4],
    ]


def test_changes_apply_to_what_stands_instead(bench: Bench) -> None:
    error = get(bench, "400; drop=error.code; null=error.type").json()["error"]
    assert error.keys() == {"message", "type", "param"}
    assert error["type"] is None
    assert get(bench, "500; malformed").content.endswith(b"}")
    html = get(bench, "html; extra")
    assert html.text.endswith("</html>\n")


def test_changes_of_a_stream_combine(bench: Bench) -> None:
    fault = "drop=status; null=id; frames=unnamed; frames=crlf; malformed event=2"
    pieces, whole = stream(bench, fault, "error-event=2")
    assert whole
    assert pieces[:3] == [
        COMMENT,
        b'data: {"event":"thread.run.created","data":{"id":null}}\r\n\r\n',
        b'data: {"event":"thread.run.step.created","data":{"id":null}\r\n\r\n',
    ]
    assert pieces[3].startswith(b'data: {"event":"error","data":{"message":')
    assert pieces[3].endswith(b"}}\r\n\r\n")
    assert len(pieces) == 4
