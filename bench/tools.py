"""Functions that a run asks for, several of them at once."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from assistants_client import AsyncClient, Client
from assistants_server import LocalServer, ToolCall, scripted
from bench.contestants import KEY
from bench.rows import Goal, Row

_CALLS = 5
_SECONDS = 0.2
# What the machine may add: threads, and its other work.
_MOST = 1.5


def measure(rounds: int) -> list[Row]:
    """Measure five calls of 0.2 s each that a run asks for at once."""
    script = [ToolCall("wait", {"number": number}) for number in range(_CALLS)]
    rows = []
    with LocalServer(engine=scripted(script)) as server:
        for name, call in (("sync", _called), ("async", _called_async)):
            taken = [call(server.url) for _ in range(rounds)]
            rows.append(
                Row(
                    f"{_CALLS} calls of {_SECONDS} s at once, {name}",
                    *(taken, [_SECONDS] * rounds, "one call", Goal(_MOST)),
                )
            )
    return rows


def _called(url: str) -> float:
    def wait(number: int) -> int:
        time.sleep(_SECONDS)
        return number

    with Client(base_url=url, api_key=KEY) as client:
        assistant = client.assistants.create(model="m", tools=[_DEFINITION])
        run = client.threads.create_and_run_poll(assistant_id=assistant)
        began = time.perf_counter()
        outputs = run.do_tool_calls([wait])
        taken = time.perf_counter() - began
    return _checked(outputs, taken)


def _called_async(url: str) -> float:
    async def wait(number: int) -> int:
        await asyncio.sleep(_SECONDS)
        return number

    async def call() -> float:
        async with AsyncClient(base_url=url, api_key=KEY) as client:
            assistant = await client.assistants.create(model="m", tools=[_DEFINITION])
            run = await client.threads.create_and_run_poll(assistant_id=assistant)
            began = time.perf_counter()
            outputs = await run.do_tool_calls([wait])
            taken = time.perf_counter() - began
        return _checked(outputs, taken)

    return asyncio.run(call())


def _checked(outputs: list[dict[str, str]], taken: float) -> float:
    assert [each["output"] for each in outputs] == [*map(str, range(_CALLS))]
    return taken


_DEFINITION: Any = {"type": "function", "function": {"name": "wait"}}
