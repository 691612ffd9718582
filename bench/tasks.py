"""Many tasks that share one asynchronous client, and a server in another process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from bench.calls import contents
from bench.canned import canned
from bench.contestants import async_client_of
from bench.rows import Goal, Row
from bench.samples import page_of_runs
from bench.turns import fresh, rotated

_TASKS = 100
_CALLS = 10
_GOALS = {"openai": Goal(0.5), "bare": Goal(0.667)}

Get = Callable[[], Awaitable[Any]]


def measure(rounds: int) -> list[Row]:
    """Measure the time of a call where 100 tasks make ten of them each."""
    names = ("ours", *_GOALS)
    series: dict[str, list[float]] = {name: [] for name in names}
    with canned(*contents(page_of_runs())) as port:
        for number in range(rounds):
            for name in rotated([*names], number):
                taken = fresh(_seconds, name, f"http://127.0.0.1:{port}/v1")
                series[name].append(taken)
    what = f"a call of {_TASKS} tasks"
    return [
        Row(what, series["ours"], series[name], name, goal)
        for name, goal in _GOALS.items()
    ]


def _seconds(name: str, url: str) -> float:
    return asyncio.run(_take(name, url))


async def _take(name: str, url: str) -> float:
    async with _client(name, url) as client:
        get = _getter(name, client, url)

        async def task() -> None:
            for _ in range(_CALLS):
                await get()

        async def all_tasks() -> float:
            began = time.perf_counter()
            await asyncio.gather(*(task() for _ in range(_TASKS)))
            return time.perf_counter() - began

        # The first time, everybody connects.
        await all_tasks()
        return await all_tasks() / (_TASKS * _CALLS)


def _client(name: str, url: str) -> Any:
    return httpx.AsyncClient() if name == "bare" else async_client_of(name, url)


def _getter(name: str, client: Any, url: str) -> Get:
    if name != "bare":
        runs = client.beta.threads.runs
        return lambda: runs.retrieve("run_1", thread_id="thread_1")

    async def get() -> Any:
        response = await client.get(f"{url}/threads/thread_1/runs/run_1")
        return json.loads(response.content)

    return get
