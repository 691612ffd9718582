"""Following runs with a deadline, in all the ways there are."""

from __future__ import annotations

import time
from typing import Any

import pytest

from assistants_client import RunTimeout
from harness.either_client import entered, settled
from tests.client.both import use

WAYS = ("wait", "poll", "create_and_poll", "stream", "resumed")
SOON = 0.15
"""Seconds after which time is up in these tests."""
LATE = 5.0
"""Seconds by which it may end later, on a busy machine; what is slow takes longer."""
WAITS = 20.0


async def followed(client: Any, how: str, seconds: float, **more: Any) -> Any:
    """Follow a run in one of the ways there are, for so many seconds."""
    runs = client.threads.runs
    begun = {"thread_id": "thread_1", "assistant_id": "asst_1", **more}
    if how == "wait":
        run = await settled(runs.retrieve("run_1", thread_id="thread_1"))
        return await settled(run.wait(timeout=seconds, **more))
    if how == "poll":
        waits = {"max_wait": seconds, **more}
        return await settled(runs.poll("run_1", "thread_1", **waits))
    if how == "create_and_poll":
        return await settled(runs.create_and_poll(**begun, max_wait=seconds))
    given = {**begun, "max_wait": seconds, "resume": how == "resumed"}
    async with entered(runs.stream(**given)) as stream:
        await settled(stream.until_done())
        return stream.current_run


def timed_out(
    kind: Any, how: str, *, seconds: float = SOON, **settings: Any
) -> tuple[RunTimeout, float]:
    """Follow a run that goes on; return the error, and how long that took."""
    more = settings.pop("more", {})
    found: list[Any] = []

    async def act(client: Any) -> None:
        # What comes before is not bounded.
        started = time.monotonic()
        with pytest.raises(RunTimeout) as caught:
            await followed(client, how, seconds, **more)
        found.extend([caught.value, time.monotonic() - started])

    use(kind, act, **settings)
    error: RunTimeout = found[0]
    took: float = found[1]
    assert seconds - 0.02 < took < seconds + LATE
    assert isinstance(error, TimeoutError)
    return error, took
