"""Runs waited for at once, by one client, against the embedded server."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

from assistants_server import LocalServer
from bench.contestants import async_client_of
from bench.rows import BenchError, Row
from bench.turns import fresh, peak, rotated

_AT_ONCE = 20
_MOST_SECONDS = 300


class Taken(NamedTuple):
    """What it took."""

    seconds: float
    cpu: float
    memory: float


def measure(rounds: int, count: int) -> list[Row]:
    """Measure so many `create_and_poll` at once: time, CPU and memory."""
    found: dict[str, list[Taken]] = {"ours": [], "openai": []}
    for number in range(rounds):
        for name in rotated([*found], number):
            # Each meets a server that holds nothing yet.
            with LocalServer() as server:
                found[name].append(fresh(_poll, name, server.url, count))
    what = f"{count} runs at once"
    rows = []
    for title, field in (("", "seconds"), (", CPU", "cpu"), (", memory", "memory")):
        ours, other = ([getattr(t, field) for t in found[n]] for n in found)
        unit: Any = "byte" if field == "memory" else "second"
        rows.append(Row(f"{what}{title}", ours, other, "openai", unit=unit))
    return rows


def _poll(name: str, url: str, count: int) -> Taken:
    waiting = _poll_all(name, url, count)
    return asyncio.run(asyncio.wait_for(waiting, _MOST_SECONDS))


async def _poll_all(name: str, url: str, count: int) -> Taken:
    async with async_client_of(name, url) as client:
        beta = client.beta
        assistant = (await beta.assistants.create(model="gpt-4o-mini")).id
        gate = asyncio.Semaphore(_AT_ONCE)

        async def thread() -> str:
            async with gate:
                found = await beta.threads.create(
                    messages=[{"role": "user", "content": "Where is my order?"}]
                )
            return str(found.id)

        threads = await asyncio.gather(*(thread() for _ in range(count)))
        began, worked = time.perf_counter(), time.process_time()
        runs: list[Any] = await asyncio.gather(
            *(
                beta.threads.runs.create_and_poll(
                    thread_id=each, assistant_id=assistant
                )
                for each in threads
            ),
            return_exceptions=True,
        )
        seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    left = sum(getattr(run, "status", None) != "completed" for run in runs)
    if left and name == "ours":
        raise BenchError(f"{left} of {count} runs at once don't complete")
    return Taken(seconds, cpu, peak())
