"""How long nothing but comments may come, and from when on that counts."""

from __future__ import annotations

from collections import deque
from typing import Any

import httpx

from assistants_api.types import Request
from assistants_client._call import Call, CallResult
from assistants_client._effects import Emit, Receive
from assistants_client._events.snapshots import RunSnapshot
from assistants_client._flows.receive import receive

EVENT = b'event: thread.run.queued\ndata: {"id": "run_1", "status": "queued"}\n\n'
COMMENT = b": still here\n\n"


def broken_off(*arrivals: tuple[float, bytes], idle_timeout: float) -> Any:
    """Return how a stream broke off, and how many of its events came.

    Args:
        arrivals: when each piece comes, and what it is.
        idle_timeout: seconds that may pass without an event.
    """
    call: Any = Call(
        operation="runs",
        request=Request(method="POST", path="/"),
        read=lambda found: found,
    )
    result: CallResult[Any] = CallResult(call, httpx.Response(200), "", 1, idle_timeout)
    now, left, count = [0.0], deque(arrivals), 0
    flow = receive(result, result, RunSnapshot(), lambda: now[0])
    effect: Any = next(flow)
    try:
        while True:
            found = None
            if isinstance(effect, Emit):
                count += len([*effect.items])
            elif isinstance(effect, Receive) and left:
                now[0], found = left.popleft()
            effect = flow.send(found)
    except StopIteration as stop:
        return stop.value, count


def test_silence_counts_from_the_last_event() -> None:
    going_on = ((50, EVENT), (100, COMMENT), (105, EVENT), (160, COMMENT))
    found, count = broken_off(*going_on, idle_timeout=60)
    assert (found.why, count) == ("it ended before the run did", 2)
    found, count = broken_off(*going_on, (170, COMMENT), (171, EVENT), idle_timeout=60)
    assert (found.timed_out, count) == (True, 2)
    assert found.why == "no event came for 60 s, though the server wrote"
