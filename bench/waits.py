"""Runs waited for at once, and streams, by one client, against the embedded server."""

from __future__ import annotations

import asyncio
import time
from typing import Any, NamedTuple

from assistants_server import LocalServer
from bench.contestants import async_client_of
from bench.rows import BenchError, Goal, Row
from bench.turns import fresh, peak, rotated

_AT_ONCE = 20
_MOST_SECONDS = 300
# One connection each, so no goal for memory.
_GOALS = {"seconds": Goal(1.0), "cpu": Goal(1.0)}


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
        goal = _GOALS.get(field)
        rows.append(Row(f"{what}{title}", ours, other, "openai", goal, unit=unit))
    return rows


def first_events(rounds: int, count: int) -> list[Row]:
    """Measure when the last of so many streams at once has its first event."""
    found: dict[str, list[float]] = {"ours": [], "openai": []}
    for number in range(rounds):
        for name in rotated([*found], number):
            with LocalServer() as server:
                found[name].append(fresh(_stream, name, server.url, count))
    what = f"first event of the last of {count} streams"
    return [Row(what, found["ours"], found["openai"], "openai", Goal(1.2))]


def _stream(name: str, url: str, count: int) -> float:
    streaming = _stream_all(name, url, count)
    return asyncio.run(asyncio.wait_for(streaming, _MOST_SECONDS))


async def _stream_all(name: str, url: str, count: int) -> float:
    async with async_client_of(name, url) as client:
        assistant, threads = await _prepared(client, count)
        began = time.perf_counter()

        async def first(thread: str) -> float:
            streaming = client.beta.threads.runs.stream(
                thread_id=thread, assistant_id=assistant
            )
            async with streaming as stream:
                taken = [time.perf_counter() - began async for _ in stream]
            return taken[0]

        return max(await asyncio.gather(*map(first, threads)))


def _poll(name: str, url: str, count: int) -> Taken:
    waiting = _poll_all(name, url, count)
    return asyncio.run(asyncio.wait_for(waiting, _MOST_SECONDS))


async def _poll_all(name: str, url: str, count: int) -> Taken:
    async with async_client_of(name, url) as client:
        assistant, threads = await _prepared(client, count)
        began, worked = time.perf_counter(), time.process_time()
        runs: list[Any] = await asyncio.gather(
            *(
                client.beta.threads.runs.create_and_poll(
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


async def _prepared(client: Any, count: int) -> tuple[str, list[str]]:
    """Return an assistant, and so many threads."""
    assistant = (await client.beta.assistants.create(model="gpt-4o-mini")).id
    gate = asyncio.Semaphore(_AT_ONCE)

    async def thread() -> str:
        async with gate:
            found = await client.beta.threads.create(
                messages=[{"content": "Where is my order?", "role": "user"}]
            )
        return str(found.id)

    threads = await asyncio.gather(*(thread() for _ in range(count)))
    return str(assistant), threads
