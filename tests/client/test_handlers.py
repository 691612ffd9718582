"""Callbacks of event handlers: which are called, with what, in order, how often."""

from __future__ import annotations

import asyncio
import inspect
import json
import operator
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import (
    Client,
    StreamInterrupted,
    ToolSet,
)
from assistants_client.streaming.stream import AsyncStream, Stream
from assistants_server import (
    CodeCall,
    FileSearch,
    Image,
    LocalServer,
    Text,
    ToolCall,
    scripted,
)
from tests.cases import some
from tests.client.story import (
    CALLED,
    DONE,
    FIRST,
    KEY,
    SECOND,
    WHOLE,
    Story,
    add,
    asking,
    awaited,
    called,
    growth,
    handler_for,
    part,
    run_as,
    text,
    to_the_end,
)

if TYPE_CHECKING:
    pass


def test_methods_are_called_in_order_with_what_they_name(follow: Any) -> None:
    story = Story(FIRST, SECOND)
    handler = story.handler(handler_for(follow))
    follow(story, to_the_end, tools=ToolSet([add]), event_handler=handler)
    assert story.names == CALLED.split()
    events = story.all("on_event")
    assert events == [
        [{"event": name, "data": data}]
        for name, data in [*FIRST, *SECOND]
        if name != "done"
    ]
    submitted = json.loads(story.requests[1].content)["tool_outputs"]
    assert [each["output"] for each in submitted] == ["1", "2"]


def test_functions_are_called_as_methods_are(follow: Any) -> None:
    story, other = Story(FIRST, SECOND), Story(FIRST, SECOND)
    follow(story, to_the_end, **asking(story))
    handler = other.handler(handler_for(follow))
    follow(other, to_the_end, tools=ToolSet([add]), event_handler=handler)
    assert story.heard == other.heard


def test_callbacks_have_snapshots_of_that_moment(follow: Any) -> None:
    story = Story(FIRST, SECOND)
    follow(story, to_the_end, **asking(story))
    texts = story.all("on_text_created", "on_text_delta", "on_text_done")
    assert [each[-1]["value"] for each in texts] == [
        *("Sun", "Sun", "Sunny", "Sunny"),
        *("?", "?", "?", "Bye", "Bye", "Bye"),
    ]
    pieces = [each[0]["value"] for each in story.all("on_text_delta")]
    assert pieces == ["Sun", "ny", "?", "Bye"]
    calls = [each[-1]["function"] for each in story.all("on_tool_call_delta")]
    wanted = ["", '{"a":0}', '{"a":1}', '{"a":0}']
    assert [each["arguments"] for each in calls] == wanted
    assert {each["name"] for each in calls} == {"add"}
    assert [each[0]["id"] for each in story.all("on_tool_call_done")] == [
        *("call_0", "call_1", "call_0"),
    ]
    assert [each[-1]["content"] for each in story.all("on_message_delta")] == [
        [text("Sun")],
        [text("Sunny")],
        WHOLE[:2],
        WHOLE,
        [text("Bye")],
    ]
    completed = dict(SECOND[13:14])["thread.message.completed"]
    assert story.all("on_message_done")[0] == [completed]
    assert story.all("on_image_file_done") == [[{"file_id": "file_1"}]]
    steps = [each[0] for each in story.all("on_run_step_done")]
    assert [each["id"] for each in steps] == [f"step_{n}" for n in (1, 2, 3, 4)]
    assert steps[0]["step_details"] == called("1", "2")


CITATION = {
    "type": "file_citation",
    "text": "two",
    "start_index": 6,
    "end_index": 9,
    "file_citation": {"file_id": "file_9"},
}
SCRIPT: list[Any] = [
    CodeCall("1 + 1", logs="2", images=("file_2",)),
    FileSearch(),
    Text("It is "),
    Text("two", (CITATION,)),
    Image("file_3"),
    "See above.",
]


def test_what_grew_is_what_a_server_completes_with() -> None:
    story = Story()
    with (
        LocalServer(engine=scripted([ToolCall("add", {"a": 1})], SCRIPT)) as server,
        Client(base_url=server.url, api_key=KEY) as client,
    ):
        tools: Any = [{"type": "code_interpreter"}, {"type": "file_search"}]
        assistant = client.assistants.create(model="m", tools=ToolSet([add, *tools]))
        given: Any = {"tools": ToolSet([add, *tools]), **story.listeners()}
        with client.threads.create_and_run_stream(
            assistant_id=assistant,
            thread={"messages": [{"role": "user", "content": "What is 1 + 1?"}]},
            **given,
        ) as stream:
            assert stream.get_final_run().status == "completed"
    (message,) = (each[0] for each in story.all("on_message_done"))
    grown = story.all("on_message_delta")[-1][1]
    assert len(message["content"]) == 3
    assert grown["content"] == message["content"]
    steps = {each[0]["id"]: each[0] for each in story.all("on_run_step_done")}
    last = {each["id"]: each for _, each in story.all("on_run_step_delta")}
    kinds = [
        call["type"]
        for each in last.values()
        for call in each["step_details"]["tool_calls"]
    ]
    assert sorted(kinds) == ["code_interpreter", "file_search", "function"]
    for key, step in some(last.items()):
        calls = step["step_details"]["tool_calls"]
        done = steps[key]["step_details"]["tool_calls"]
        for grown, each in some(zip(calls, done, strict=True)):
            if each["type"] == "function":
                # Its output is what we gave, and comes with the step that is done.
                assert each["function"].pop("output") == "2"
                assert grown["function"].pop("output") is None
            assert grown == each


def test_a_run_that_waits_for_others_leaves_its_step_open(follow: Any) -> None:
    story = Story(FIRST)
    follow(story, to_the_end, **story.listeners())
    counts = Counter(story.names)
    assert counts["on_tool_call_done"] == 2
    assert counts["on_run_step_done"] == 0
    assert counts["on_end"] == 1


def test_what_is_current_is_known_in_callbacks(follow: Any) -> None:
    story = Story(FIRST, SECOND)
    seen: list[Any] = []

    def note(handler: Any, event: Any) -> None:
        assert handler.current_event is event
        message, step = (
            handler.current_message_snapshot,
            handler.current_run_step_snapshot,
        )
        texts = message and message.text
        seen.append((handler.current_run.status, step and step.id, texts))

    async def note_async(handler: Any, event: Any) -> None:
        note(handler, event)

    base = handler_for(follow)
    chosen = note_async if follow is awaited else note
    handler: Any = type("Mine", (base,), {"on_event": chosen})()
    for name in ("event", "run", "message_snapshot", "run_step_snapshot"):
        assert getattr(handler, f"current_{name}") is None
    follow(story, to_the_end, tools=ToolSet([add]), event_handler=handler)
    assert seen[0] == ("queued", None, None)
    assert seen[2:8] == [
        *[("in_progress", "step_1", None)] * 5,
        ("requires_action", "step_1", None),
    ]
    written = [each for each in seen if each[2]]
    assert written[0] == ("in_progress", "step_3", "Sun")
    assert [t for _, _, t in written][1:3] == ["Sunny", "Sunny"]
    assert seen[-1] == ("completed", None, "Bye")
    assert handler.current_event.event == "thread.run.completed"


def test_a_step_that_ends_is_still_current_in_its_callbacks(follow: Any) -> None:
    seen: list[Any] = []

    class Seeing:
        def on_run_step_done(self: Any, run_step: Any) -> None:
            held = self.current_run_step_snapshot
            seen.append(held.to_dict() == run_step.to_dict())

        def on_message_created(self: Any) -> None:
            seen.append(self.current_run_step_snapshot.id)

        def on_end(self: Any) -> None:
            seen.append(self.current_run_step_snapshot)

    handler = type("Mine", (Seeing, handler_for(follow)), {})()
    given: Any = {"tools": ToolSet([add]), "event_handler": handler}
    follow(Story(FIRST, SECOND), to_the_end, **given)
    assert seen == [True, True, "step_3", True, "step_4", True, None]


def test_text_deltas_give_the_text_alone(follow: Any) -> None:
    async def collect(found: Any) -> list[str]:
        return [each async for each in found.text_deltas]

    use: Any = collect if follow is awaited else (lambda found: [*found.text_deltas])
    story = Story(FIRST, SECOND)
    assert follow(story, use, tools=ToolSet([add])) == ["Sun", "ny", "?", "Bye"]


@pytest.mark.parametrize(
    ("sent", "given"),
    [
        (["a", "\ud83d", "\ude00b"], ["a", "\U0001f600b"]),
        (["a\ud83d", "\ude00", "c"], ["a", "\U0001f600", "c"]),
        (["\ud83d", "\ude00\ud83d", "\ude00"], ["\U0001f600", "\U0001f600"]),
        (["a\ud83d", "b"], ["a", "\ud83db"]),
        (["\ude00", "b"], ["\ude00", "b"]),
        (["b", "\ud83d"], ["b", "\ud83d"]),
    ],
)
def test_a_text_that_is_cut_within_a_character(
    follow: Any, sent: list[str], given: list[str]
) -> None:
    async def collect(found: Any) -> Any:
        texts = [each async for each in found.text_deltas]
        return texts, found.current_message_snapshot.text

    def collect_at_once(found: Any) -> Any:
        return [*found.text_deltas], found.current_message_snapshot.text

    deltas = [growth("msg_1", part(0, "text", {"value": each})) for each in sent]
    story = Story([run_as("created"), *deltas, run_as("completed"), DONE])
    use: Any = collect if follow is awaited else collect_at_once
    assert follow(story, use) == (given, "".join(given))


def test_what_is_final_is_what_was_completed(follow: Any) -> None:
    async def collect(found: Any) -> Any:
        steps = found.get_final_run_steps()
        steps = await steps if inspect.isawaitable(steps) else steps
        messages = found.get_final_messages()
        messages = await messages if inspect.isawaitable(messages) else messages
        run = found.get_final_run()
        run = await run if inspect.isawaitable(run) else run
        return run, messages, steps

    use: Any = collect if follow is awaited else (lambda f: asyncio.run(collect(f)))
    story = Story(FIRST, SECOND)
    run, messages, steps = follow(story, use, tools=ToolSet([add]))
    last = {
        data["id"]: data for name, data in SECOND if name != "done" and "id" in data
    }
    completed = {
        data["id"]: data for name, data in SECOND if name.endswith("completed")
    }
    assert last.keys() == completed.keys()
    for each in (run, *messages, *steps):
        assert each.to_dict() == completed.pop(each.id)
    assert completed == {}


def test_without_events_nothing_is_final(follow: Any) -> None:
    for wanted in ("messages", "run_steps"):
        ask = operator.methodcaller(f"get_final_{wanted}")
        story = Story([run_as("completed"), DONE])
        said = f"the stream had no event of {wanted.removeprefix('run_')}"
        with pytest.raises(RuntimeError, match=said):
            follow(story, ask)
        failed = run_as("failed", last_error={"code": "x", "message": "No more."})
        with pytest.raises(RuntimeError, match=f"{said}; its run was failed: No more."):
            follow(Story([failed, DONE]), ask)
        told = run_as("failed", last_error={"message": f"no key {KEY} {'x' * 900}"})
        with pytest.raises(RuntimeError, match=r"no key <REDACTED> x+[.]{3}$"):
            follow(Story([told, DONE]), ask)
    ask = operator.methodcaller("get_final_run")
    with pytest.raises(RuntimeError, match="the stream had no event of a run"):
        follow(Story([("ping", {}), DONE]), ask)
    with pytest.raises(StreamInterrupted, match="nothing is known of its run"):
        follow(Story([("ping", {})]), ask)


@pytest.mark.parametrize(
    ("wanted", "made"),
    [
        ([], []),
        (["on_event"], []),
        (["on_end", "on_exception"], []),
        (["on_text_created", "on_text_delta", "on_text_done"], []),
        (["on_tool_call_created", "on_tool_call_delta", "on_tool_call_done"], []),
        (["on_message_done"], ["Message"] * 2),
        (["on_run_step_done"], ["RunStep"] * 4),
        (["on_message_delta"], ["Message"] * 5),
    ],
)
def test_nothing_is_made_for_callbacks_that_nobody_overrides(
    follow: Any, wanted: list[str], made: list[str], monkeypatch: Any
) -> None:
    kinds: list[str] = []
    for stream in (Stream, AsyncStream):
        live = stream.live

        def counted(self: Any, kind: str, data: Any, live: Any = live) -> Any:
            kinds.append(kind)
            return live(self, kind, data)

        monkeypatch.setattr(stream, "live", counted)
    story = Story(FIRST, SECOND)
    listeners = {name: story.listener(name) for name in wanted}
    follow(story, to_the_end, tools=ToolSet([add]), **listeners)
    assert kinds == made
