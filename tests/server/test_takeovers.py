"""Streams of runs that are taken over, twice and anywhere: each event comes once."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import ToolCall, Turn
from tests.server.fleet import Fleet
from tests.server.streams import accumulated

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from tests.server.conformance import Event
    from tests.server.fleet import Member

JSON = dict[str, Any]


async def engine(turn: Turn) -> AsyncIterator[Any]:
    """Call a function first, and speak then."""
    if not turn.outputs:
        yield ToolCall("add", {"a": 1})
        return
    for piece in ("It is ", "d\u2028ne", "."):
        yield piece


class Seen:
    """What a client sees: its streams, and what is stored in the end."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.kept: dict[str, JSON] = {}
        self.changes = 0
        self.came = False


async def follow(fleet: Fleet, *cuts: tuple[int, int], other: int = 0) -> Seen:
    """Follow a run from its beginning; `other` is the server that gets the outputs."""
    fleet.begin(cuts)
    first, seen = fleet.members[0], Seen()
    made = await first.ask("create_assistant", {"model": "m", "tools": [_ADD]})
    body = {
        "assistant_id": made.body["id"],
        "thread": {"messages": [{"role": "user", "content": "Hi"}]},
        "stream": True,
    }
    begun = await first.ask("create_thread_and_run", body)
    seen.events += await fleet.read(begun.listener)
    run = seen.events[-2][1]
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    outputs = [{"tool_call_id": each["id"], "output": "2"} for each in calls]
    on = await fleet.members[other].ask(
        "submit_tool_outputs_to_run",
        {"tool_outputs": outputs, "stream": True},
        thread_id=run["thread_id"],
        run_id=run["id"],
    )
    seen.events += await fleet.read(on.listener)
    seen.kept = kept(first, run)
    seen.changes, seen.came = fleet.changes, not fleet.cuts
    return seen


def untroubled() -> Seen:
    async def run() -> Seen:
        async with Fleet(engine, 1) as fleet:
            return await follow(fleet)

    return asyncio.run(run())


_ADD = {"type": "function", "function": {"name": "add", "parameters": {}}}


def kept(member: Member, run: JSON) -> dict[str, JSON]:
    """Return everything of a run that is stored, by its id."""
    store, thread = member.store, run["thread_id"]
    steps = store.all("step", thread=thread, run=run["id"])
    messages = store.all("message", thread=thread)
    found = store.get("run", run["id"], thread=thread)
    assert found
    return {each["id"]: each for each in (found, *steps, *messages)}


def steady(events: Sequence[Event]) -> list[str]:
    """Return the names of events, without those of what failed on the way."""
    failed = {data["id"] for name, data in events if name.endswith(".failed")}
    return [n for n, data in events if n == "done" or data["id"] not in failed]


WHOLE = untroubled()


def test_a_run_that_nobody_takes_over() -> None:
    assert steady(WHOLE.events)[-2:] == ["thread.run.completed", "done"]
    assert WHOLE.changes > 8
    check(WHOLE)


@pytest.mark.parametrize(
    ("heirs", "other"),
    [((1, 0), 0), ((0, 1), 0), ((1, 2), 2)],
    ids=["back", "itself", "elsewhere"],
)
def test_each_event_comes_once(heirs: tuple[int, int], other: int) -> None:
    """Cut off twice, before any two changes of the run."""

    async def run() -> None:
        came = 0
        async with Fleet(engine, 3) as fleet:
            for first in range(WHOLE.changes):
                for second in range(first, WHOLE.changes + 2):
                    cuts = (first, heirs[0]), (second, heirs[1])
                    seen = await follow(fleet, *cuts, other=other)
                    came += seen.came
                    check(seen)
        assert came > WHOLE.changes

    asyncio.run(run())


def check(seen: Seen) -> None:
    told = Counter(
        (name, data["id"])
        for name, data in seen.events
        if name != "done" and not re.search(r"\.delta$", name)
    )
    twice = [each for each, times in told.items() if times > 1]
    # The run is queued, and in progress, before each turn.
    assert {name for name, _ in twice} <= {
        "thread.run.queued",
        "thread.run.in_progress",
    }
    assert steady(seen.events) == steady(WHOLE.events)
    for made, parts in accumulated(seen.events).items():
        if "content" in seen.kept[made]:
            assert parts == seen.kept[made]["content"]
    for name, data in seen.events:
        if name.rpartition(".")[2] in ("completed", "failed"):
            assert data == seen.kept[data["id"]]
