"""Streams: the order of events, what they add up to, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.api import JSON, Api, function, outputs_for, path_of
from tests.server.streams import (
    BEGINNING,
    CALLING,
    END,
    WRITTEN,
    accumulated,
    names,
    run_in,
    same_as_kept,
)

if TYPE_CHECKING:
    from tests.server.conformance import Event

TOOLS = [function("height"), function("place"), {"type": "file_search"}]
CALL = {"call": "height", "arguments": {"of": "Mount Everest, in metres"}}
HOLD = {"wait": 3600}
INCLUDE = "step_details.tool_calls[*].file_search.results[*].content"


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=TOOLS)


@pytest.fixture
def thread(api: Api) -> str:
    return api.thread("How high is Everest?")


def test_an_answer(api: Api, assistant: str, thread: str) -> None:
    body = {"assistant_id": assistant}
    script = [["It is ", "8849 m ", "high."]]
    events = api.events(f"/threads/{thread}/runs", body, script=script)
    assert names(events) == [*BEGINNING, *WRITTEN, *END]
    assert [name for name, _ in events].count("thread.message.delta") == 3
    same_as_kept(api, events)
    created = dict(events)["thread.message.created"]
    assert (created["content"], created["status"]) == ([], "in_progress")
    assert created["run_id"] == run_in(events)["id"]
    (part,) = dict(events)["thread.message.completed"]["content"]
    assert part["text"] == {"value": "It is 8849 m high.", "annotations": []}


def test_a_thread_comes_first_where_it_is_made(api: Api, assistant: str) -> None:
    hello = {"role": "user", "content": "Hi"}
    body = {"assistant_id": assistant, "thread": {"messages": [hello]}}
    events = api.events("/threads/runs", body, script=[["Hello."]])
    assert names(events) == ["thread.created", *BEGINNING, *WRITTEN, *END]
    same_as_kept(api, events)
    made = events[0][1]
    assert api.get(f"/threads/{made['id']}") == made
    assert run_in(events)["thread_id"] == made["id"]


def test_calls_and_their_outputs(api: Api, assistant: str, thread: str) -> None:
    body = {"assistant_id": assistant}
    script = [["Let me see.", CALL, {"call": "place", "arguments": ""}], ["8849 m"]]
    events = api.events(f"/threads/{thread}/runs", body, script=script)
    waiting = ["thread.run.requires_action", "done"]
    assert names(events) == [*BEGINNING, *WRITTEN, *CALLING, *waiting]
    same_as_kept_but_open_step(api, events)
    run = run_in(events)
    path = f"{path_of(run)}/submit_tool_outputs"
    outputs = {"tool_outputs": outputs_for(run, "8849", "Nepal")}
    events = api.events(path, outputs)
    going_on = ["thread.run.queued", "thread.run.in_progress"]
    assert names(events) == ["thread.run.step.completed", *going_on, *WRITTEN, *END]
    same_as_kept(api, events)
    (first, last) = events[0][1]["step_details"]["tool_calls"]
    assert first["function"]["output"] == "8849"
    assert last["function"]["output"] == "Nepal"


def same_as_kept_but_open_step(api: Api, events: list[Event]) -> None:
    """Assert the same of a stream that ends with calls, whose step goes on."""
    run = run_in(events)
    steps = {step["id"]: step["step_details"] for step in api.steps(run)}
    built = accumulated(events)
    assert {each: built[each] for each in steps if each in built} == {
        each: details for each, details in steps.items() if "tool_calls" in details
    }
    pieces = [
        call
        for name, data in events
        if name == "thread.run.step.delta"
        for call in data["delta"]["step_details"]["tool_calls"]
    ]
    # Each call is opened by its id and name; its arguments come in pieces.
    opening = [each for each in pieces if "id" in each]
    assert [each["index"] for each in opening] == [0, 1]
    assert [each["function"]["name"] for each in opening] == ["height", "place"]
    assert [each["function"]["arguments"] for each in opening] == ["", ""]
    assert len([each for each in pieces if "id" not in each]) > 2
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [each["id"] for each in opening] == [each["id"] for each in calls]


def test_a_turn_with_outputs_can_end_in_calls_again(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[[CALL], [CALL], ["8849 m"]])
    outputs = {"tool_outputs": outputs_for(run, "?")}
    events = api.events(f"{path_of(run)}/submit_tool_outputs", outputs)
    assert names(events) == [
        *("thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"),
        *(*CALLING, "thread.run.requires_action", "done"),
    ]
    # A stream may follow none, and none a stream.
    api.submit(run_in(events), "8849")
    assert api.wait(run)["status"] == "completed"
    assert api.answers(run) == ["8849 m"]


def test_tools_that_the_server_has_itself(
    api: Api, assistant: str, thread: str
) -> None:
    content = [{"type": "text", "text": "8849 m"}]
    score = {"file_id": "file-1", "file_name": "a.txt", "score": 1}
    code = {"code": "plot('Everest')\n" * 3, "logs": "done", "images": ["file-2"]}
    script = [[{"search": [{**score, "content": content}]}, code, "8849 m"]]
    path, body = f"/threads/{thread}/runs", {"assistant_id": assistant}
    events = api.events(path, body, script=script)
    used = [*CALLING, "thread.run.step.completed"]
    assert names(events) == [*BEGINNING, *used, *used, *WRITTEN, *END]
    same_as_kept(api, events)
    assert found_in(events) == [score]
    events = api.events(path, body, script=script, include=INCLUDE)
    same_as_kept(api, events, include=INCLUDE)
    assert found_in(events) == [{**score, "content": content}]


def found_in(events: list[Event]) -> list[JSON]:
    """Return what the search of the run found, by its step's last event."""
    done = [data for name, data in events if name == "thread.run.step.completed"]
    (call,) = done[0]["step_details"]["tool_calls"]
    results: list[JSON] = call["file_search"]["results"]
    return results


def test_a_message_of_several_parts(api: Api, assistant: str, thread: str) -> None:
    cited = {
        "type": "file_citation",
        "text": "[1]",
        "start_index": 3,
        "end_index": 6,
        "file_citation": {"file_id": "file-1"},
    }
    path = {**cited, "type": "file_path", "file_path": {"file_id": "file-2"}}
    del path["file_citation"]
    script = [
        [
            "It ",
            {"text": "[1]", "annotations": [cited, path]},
            {"text": " is", "annotations": [{**cited, "text": "[2]"}]},
            *({"image": "file-3"}, {"image": "file-4"}, "this high", "."),
            *({"refuse": "I won't "}, {"refuse": "say more."}),
        ]
    ]
    body = {"assistant_id": assistant}
    events = api.events(f"/threads/{thread}/runs", body, script=script)
    assert names(events) == [*BEGINNING, *WRITTEN, *END]
    same_as_kept(api, events)
    assert dict(events)["thread.message.completed"]["content"] == [
        {
            "type": "text",
            "text": {
                "value": "It [1] is",
                "annotations": [cited, path, {**cited, "text": "[2]"}],
            },
        },
        {"type": "image_file", "image_file": {"file_id": "file-3"}},
        {"type": "image_file", "image_file": {"file_id": "file-4"}},
        {"type": "text", "text": {"value": "this high.", "annotations": []}},
        {"type": "refusal", "refusal": "I won't say more."},
    ]


def test_words_that_could_break_the_frames(
    api: Api, assistant: str, thread: str
) -> None:
    texts = ["a\n\nevent: done\n", "data: [DONE]\r\n\r\n", "\u2028\x85\x00\u2029é😀"]
    body = {"assistant_id": assistant}
    events = api.events(f"/threads/{thread}/runs", body, script=[texts])
    assert names(events) == [*BEGINNING, *WRITTEN, *END]
    same_as_kept(api, events)
    (part,) = dict(events)["thread.message.completed"]["content"]
    assert part["text"]["value"] == "".join(texts)
