"""Many tasks that share one asynchronous client, and a server in another process.

All clients are in one process and take turns. What a call takes of a processor is much
the same however busy the machine is; the time that it takes is not.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import httpx
import httpx2

from bench.calls import contents
from bench.canned import canned
from bench.contestants import async_client_of
from bench.rows import Goal, Row
from bench.samples import page_of_runs
from bench.turns import fresh, rotated

_TASKS = 100
_CALLS = 2
# Who is compared with whom: an HTTP library, and what is to be reached beside it.
_PAIRS = (
    *(("ours", "openai", Goal(0.5)), ("ours", "bare", Goal(0.667))),
    *(("ours, httpx2", "bare httpx2", Goal(0.667)),),
)
_NAMES = [*dict.fromkeys(name for pair in _PAIRS for name in pair[:2])]

Get = Callable[[], Awaitable[Any]]


class _Taken(NamedTuple):
    """What a call took: of a processor, and of time."""

    cpu: float
    wall: float


def measure(rounds: int) -> list[Row]:
    """Measure a call where 100 tasks make some each, one after the other."""
    with canned(*contents(page_of_runs())) as port:
        series = fresh(_series, f"http://127.0.0.1:{port}/v1", rounds)
    return [
        Row(
            f"{what}, {ours}" if ours != "ours" else what,
            [getattr(each, clock) for each in series[ours]],
            [getattr(each, clock) for each in series[other]],
            other,
            goal,
        )
        for what, clock in (
            (f"processor for a call, {_TASKS} tasks", "cpu"),
            (f"a call, {_TASKS} tasks", "wall"),
        )
        for ours, other, goal in _PAIRS
    ]


def _series(url: str, rounds: int) -> dict[str, list[_Taken]]:
    return asyncio.run(_take_turns(url, rounds))


async def _take_turns(url: str, rounds: int) -> dict[str, list[_Taken]]:
    series: dict[str, list[_Taken]] = {name: [] for name in _NAMES}
    async with AsyncExitStack() as stack:
        gets = {name: await _getter(name, url, stack) for name in _NAMES}
        for get in gets.values():
            # The first time, everybody connects.
            await _turn(get, 1)
        for number in range(rounds):
            for name in rotated(_NAMES, number):
                series[name].append(await _turn(gets[name]))
    return series


async def _turn(get: Get, each: int = _CALLS) -> _Taken:
    async def task() -> None:
        for _ in range(each):
            await get()

    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.gather(*(task() for _ in range(_TASKS)))
    calls = _TASKS * each
    return _Taken(
        (time.process_time() - cpu) / calls, (time.perf_counter() - wall) / calls
    )


async def _getter(name: str, url: str, stack: AsyncExitStack) -> Get:
    library: Any = httpx2 if name.endswith("httpx2") else httpx
    # All connections may be kept, as they are by both packages.
    limits = library.Limits(max_connections=_TASKS, max_keepalive_connections=_TASKS)
    if name.startswith("bare"):
        http = await stack.enter_async_context(library.AsyncClient(limits=limits))

        async def get() -> Any:
            response = await http.get(f"{url}/threads/thread_1/runs/run_1")
            return json.loads(response.content)

        return get
    given = None
    if library is httpx2:
        given = await stack.enter_async_context(library.AsyncClient(limits=limits))
    contestant = name.partition(",")[0]
    client = async_client_of(contestant, url, given)
    runs = (await stack.enter_async_context(client)).beta.threads.runs
    return lambda: runs.retrieve("run_1", thread_id="thread_1")
