"""The process that waits for runs, all at once: run by an interpreter with openai.

It reads from its input what to do, as JSON, and prints what it found, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from importlib import import_module
from typing import Any

from scripts._bench_streams_worker import peak

_KEY = "sk-none"
_AT_ONCE = 20
_MOST_SECONDS = 300


def main() -> None:
    """Do what the input says."""
    asked = json.loads(sys.stdin.read())
    waiting = _wait(asked["who"], asked["url"], asked["count"])
    print(json.dumps(asyncio.run(asyncio.wait_for(waiting, _MOST_SECONDS))))


async def _wait(who: str, url: str, count: int) -> dict[str, float]:
    async with _client(who, url) as client:
        # Ours has it under the same name.
        beta = client.beta
        assistant = (await beta.assistants.create(model="gpt-4o-mini")).id
        gate = asyncio.Semaphore(_AT_ONCE)

        async def thread() -> str:
            async with gate:
                found = await beta.threads.create(
                    messages=[{"role": "user", "content": "Where is my order?"}]
                )
            name: str = found.id
            return name

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
        taken = time.perf_counter() - began
        worked = time.process_time() - worked
    ended = sum(getattr(run, "status", None) == "completed" for run in runs)
    return {"s": taken, "CPU s": worked, "MB": peak() / 1e6, "left": count - ended}


def _client(who: str, url: str) -> Any:
    if who == "openai":
        # Imported by name, as all its methods here are marked as deprecated.
        openai: Any = import_module("openai")
        return openai.AsyncOpenAI(base_url=url, api_key=_KEY)
    from assistants_client import AsyncClient

    return AsyncClient(base_url=url, api_key=_KEY)
