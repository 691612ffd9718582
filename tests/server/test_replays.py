"""Streams that are replayed: the same events, from any moment and any server."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import (
    Citation,
    CodeCall,
    FileSearch,
    Text,
    ToolCall,
    ToolCallDelta,
    Turn,
)
from assistants_server.execution import replays
from assistants_server.execution.replay import Found, Replay
from assistants_server.store import StoreAwayError
from tests.server.fleet import Fleet
from tests.server.streams import accumulated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from assistants_server.http.events import Listener
    from tests.server.conformance import Event

JSON = dict[str, Any]
ADD = {"type": "function", "function": {"name": "add", "parameters": {}}}
FOUND = {
    "file_id": "file_1",
    "file_name": "a.txt",
    "score": 0.5,
    "content": [{"type": "text", "text": "It is so."}],
}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replays, "_PAUSE", 0)


async def engine(turn: Turn) -> AsyncIterator[Any]:
    """Say and do all that there is."""
    if not turn.outputs:
        yield CodeCall("print(1)", logs="1\n", images=("file_1",))
        yield ToolCall("add", {"a": 1})
        for piece in ('{"b": "a longer argument', ', which comes in pieces"}'):
            yield ToolCallDelta("call_2", name="add", arguments=piece)
        return
    yield FileSearch((FOUND,))
    yield "It is "
    yield Citation(0)
    yield Text("d\u2028ne")


class Told:
    """The streams of a run: those of the first requests, and of those that repeat."""

    def __init__(self) -> None:
        self.first: list[Event] = []
        self.again: list[Event] = []
        # The first request repeated at the end.
        self.at_last: list[Event] = []
        self.changes = 0

    async def follow(self, fleet: Fleet, at: int, by: int) -> None:
        """Follow a run.

        Args:
            fleet: servers, the first of which is asked.
            at: after how many changes of the run the request is repeated.
            by: to which of the servers.
        """
        one, other = fleet.members[0], fleet.members[by]
        tools = [ADD, {"type": "code_interpreter"}]
        made = await one.ask("create_assistant", {"model": "m", "tools": tools})
        thread = {"messages": [{"role": "user", "content": "Hi"}]}
        name = "create_thread_and_run"
        body: JSON = {"assistant_id": made.body["id"], "thread": thread, "stream": True}
        path: dict[str, str] = {}
        requests = []
        for _ in range(2):
            fleet.begin(())
            begun = await one.ask(name, body, **path)
            requests.append((name, body, begun.body))
            await fleet.until(lambda: fleet.changes >= at or not one.is_at_work)
            listener = await other.ask_again(name, body, begun.body, **path)
            self.first += await fleet.read(begun.listener)
            self.again += await fleet.read(listener)
            self.changes = max(self.changes, fleet.changes)
            run = self.first[-2][1]
            if run["required_action"]:
                calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
                outputs = [{"tool_call_id": c["id"], "output": "2"} for c in calls]
                path = {"thread_id": run["thread_id"], "run_id": run["id"]}
                body = {"tool_outputs": outputs, "stream": True}
                name = "submit_tool_outputs_to_run"
        self.at_last = await fleet.read(await other.ask_again(*requests[0]))


@pytest.mark.parametrize("by", [0, 1], ids=["the same server", "another one"])
def test_from_any_moment_it_is_the_same(by: int) -> None:
    async def run() -> None:
        async with Fleet(engine, 2) as fleet:
            at, changes = 0, 1
            while at <= changes:
                told = Told()
                await told.follow(fleet, at, by)
                check(told)
                at, changes = at + 1, told.changes
            assert at > 6

    asyncio.run(run())


def check(told: Told) -> None:
    first, again = ([*map(_whole, each)] for each in (told.first, told.again))
    assert [each for each in again if each] == [each for each in first if each]
    assert accumulated(told.again) == accumulated(told.first)
    assert cited(told.again) == cited(told.first) != []
    assert printed(told.again) == printed(told.first) != []
    assert len(told.again) <= len(told.first)
    # Who comes late is told of the whole run, but not that it waited for outputs.
    waits = (
        "thread.run.requires_action",
        "thread.run.queued",
        "thread.run.in_progress",
    )
    late, all_of_it = (
        [each for each in events if each and each[0] not in (*waits, "done")]
        for events in (map(_whole, told.at_last), first)
    )
    assert late == all_of_it
    assert accumulated(told.at_last) == accumulated(told.first)


def cited(events: list[Event]) -> list[JSON]:
    return [
        annotation
        for name, data in events
        if name == "thread.message.delta"
        for part in data["delta"]["content"]
        for annotation in part["text"].get("annotations", ())
    ]


def printed(events: list[Event]) -> list[JSON]:
    return [
        output
        for name, data in events
        if name == "thread.run.step.delta"
        for call in data["delta"]["step_details"]["tool_calls"]
        for output in call.get("code_interpreter", {}).get("outputs", ())
    ]


def _whole(event: Event) -> Event | None:
    """Return an event as it has to come again; None for those of pieces."""
    return None if event[0].endswith(".delta") else event


@asynccontextmanager
async def held_up() -> AsyncIterator[tuple[Fleet, Listener, JSON]]:
    """Provide a stream that is told again of a run that goes on, and the run."""
    async with Fleet(hold, 1) as fleet:
        (one,) = fleet.members
        made = await one.ask("create_assistant", {"model": "m"})
        name, body = "create_thread_and_run", {"assistant_id": made.body["id"]}
        begun = await one.ask(name, body)
        listener = await one.ask_again(name, body, begun.body)
        await fleet.until(lambda: not vars(listener)["_frames"].empty())
        yield fleet, listener, begun.body


async def hold(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    await asyncio.sleep(3600)


def telling(fleet: Fleet) -> int:
    return len(vars(vars(fleet.members[0].scheduler)["_replays"])["_tasks"])


def test_a_run_that_is_deleted_ends_the_stream() -> None:
    async def run() -> list[Event]:
        async with held_up() as (fleet, listener, run):
            fleet.members[0].store.delete_thread(run["thread_id"])
            return await fleet.read(listener)

    assert asyncio.run(run())[-1][0] == "done"


def test_who_is_gone_is_told_nothing_more() -> None:
    async def run() -> None:
        async with held_up() as (fleet, listener, _):
            assert telling(fleet) == 1
            fleet.members[0].scheduler.detach(listener)
            await fleet.until(lambda: not telling(fleet))

    asyncio.run(run())


def test_a_server_that_stops_ends_streams_without_a_last_event() -> None:
    async def run() -> list[bytes | None]:
        async with held_up() as (fleet, listener, _):
            await fleet.members[0].scheduler.close()
            frames = vars(listener)["_frames"]
            return [frames.get_nowait() for _ in range(frames.qsize())]

    *told, last = asyncio.run(run())
    assert last is None
    assert b"event: done" not in b"".join(each or b"" for each in told)


def test_a_store_that_is_away_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(replays, "_LONGER", 0)
    failures = iter(range(3))

    async def run() -> list[Event]:
        async with held_up() as (fleet, listener, run):
            store: Any = fleet.members[0].store
            perform = store.perform

            async def perform_or_not(work: Any) -> Any:
                if next(failures, None) is not None:
                    raise StoreAwayError("it is away")
                return await perform(work)

            store.perform = perform_or_not
            await fleet.until(lambda: next(failures, None) is None)
            store.delete_thread(run["thread_id"])
            return await fleet.read(listener)

    assert asyncio.run(run())[-1][0] == "done"
    assert "no stream can be replayed: it is away" in caplog.text


RUN = {"id": "run_1", "thread_id": "thread_1", "status": "queued", "started_at": None}
BEGUN = ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]


def told(replay: Replay, found: Found) -> list[str]:
    return [name for name, _ in replay.events(found)]


def test_what_goes_on_is_told_once() -> None:
    """A message may have ended before its step, and a step may be there before it."""
    replay = Replay(RUN)
    assert told(replay, Found(RUN, [], {})) == BEGUN[:2]
    run = {**RUN, "status": "in_progress", "started_at": 1}
    assert told(replay, Found(run, [], {})) == BEGUN[2:]
    details = {"type": "m", "message_creation": {"message_id": "msg_1"}}
    step = {"id": "step_1", "status": "in_progress", "step_details": details}
    assert told(replay, Found(run, [step], {})) == [
        "thread.run.step.created",
        "thread.run.step.in_progress",
    ]
    message = {"id": "msg_1", "status": "completed", "content": []}
    assert told(replay, Found(run, [step], {"msg_1": message})) == [
        "thread.message.created",
        "thread.message.in_progress",
        "thread.message.completed",
    ]
    assert told(replay, Found(run, [step], {"msg_1": message})) == []
    assert not replay.is_over
    ended = [{**step, "status": "completed"}]
    assert told(replay, Found({**run, "status": "completed"}, ended, {})) == [
        "thread.run.step.completed",
        "thread.run.completed",
    ]
    assert replay.is_over


def test_a_run_without_steps_may_have_been_in_progress() -> None:
    for status, known in (("cancelled", BEGUN[:2]), ("completed", BEGUN)):
        found = Found({**RUN, "status": status}, [], {})
        assert told(Replay(RUN), found) == [*known, f"thread.run.{status}"]
