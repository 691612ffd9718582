"""Calls of the asynchronous client beside the bare HTTP libraries, in one task."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from importlib import import_module
from typing import Any

from bench.calls import BETA, HEADERS
from bench.contestants import ADDRESS, KEY, async_client_of
from bench.rows import BenchError, Goal, Row
from bench.samples import body_of, page_of_runs
from bench.turns import fresh, rotated

_GOALS = {"retrieve": Goal(1.2), "create": Goal(1.25)}
# Of one turn; some 12 ms, as for calls that aren't awaited.
_CALLS = 80

Ask = Callable[[], Awaitable[str]]
Series = dict[str, list[float]]


def measure(rounds: int) -> list[Row]:
    """Measure calls within the process; an event loop runs around all of them."""
    rows = []
    for library in ("httpx", "httpx2"):
        series = fresh(_series, library, page_of_runs()["data"][0], rounds)
        for row, each in series.items():
            what, goal = f"{row}, async {library}", _GOALS[row]
            rows.append(Row(what, each["ours"], each["bare"], "bare", goal))
    return rows


def _series(library: str, run: dict[str, Any], rounds: int) -> dict[str, Series]:
    return asyncio.run(_take_turns(library, run, rounds))


async def _take_turns(
    library: str, run: dict[str, Any], rounds: int
) -> dict[str, Series]:
    content = json.dumps(run).encode()
    http: Any = import_module(library)
    last: list[Any] = []

    def respond(request: Any) -> Any:
        last[:] = [request]
        return http.Response(200, headers=HEADERS, content=content)

    async with AsyncExitStack() as stack:
        bare, given = [
            await stack.enter_async_context(
                http.AsyncClient(transport=http.MockTransport(respond))
            )
            for _ in range(2)
        ]
        ours = await stack.enter_async_context(async_client_of("ours", ADDRESS, given))
        asks = {"ours": _ours(ours, run), "bare": _bare(bare, run)}
        found: dict[str, Series] = {row: {name: [] for name in asks} for row in _GOALS}
        for row in found:
            await _check(row, asks, run, last)
        for number in range(rounds):
            for row, series in found.items():
                for name in rotated([*asks], number):
                    series[name].append(await _turn(asks[name][row]))
                # What is cancelled, such as a timer, is forgotten by the loop.
                await asyncio.sleep(0)
    return found


async def _turn(ask: Ask) -> float:
    gc.collect()
    start = time.process_time()
    for _ in range(_CALLS):
        await ask()
    return (time.process_time() - start) / _CALLS


def _ours(client: Any, run: dict[str, Any]) -> dict[str, Ask]:
    runs, thread, body = client.threads.runs, run["thread_id"], body_of(run)

    async def retrieve() -> str:
        found: str = (await runs.retrieve(run["id"], thread_id=thread)).id
        return found

    async def create() -> str:
        found: str = (await runs.create(thread, **body)).id
        return found

    return {"retrieve": retrieve, "create": create}


def _bare(client: Any, run: dict[str, Any]) -> dict[str, Ask]:
    client.headers.update({"authorization": f"Bearer {KEY}", **BETA})
    url, body = f"{ADDRESS}/threads/{run['thread_id']}/runs", body_of(run)

    async def retrieve() -> str:
        response = await client.request("GET", f"{url}/{run['id']}")
        found: str = json.loads(response.content)["id"]
        return found

    async def create() -> str:
        response = await client.request("POST", url, json=body)
        found: str = json.loads(response.content)["id"]
        return found

    return {"retrieve": retrieve, "create": create}


async def _check(
    row: str, asks: dict[str, dict[str, Ask]], run: dict[str, Any], last: list[Any]
) -> None:
    """Make sure that both send and return the same, which warms up as well.

    Raises:
        BenchError: they don't.
    """
    sent = []
    for by_row in asks.values():
        if await by_row[row]() != run["id"]:
            raise BenchError(f"{row}: something else is returned")
        (request,) = last
        body = json.loads(request.content) if request.content else None
        sent.append((request.method, str(request.url), body))
    if sent[0] != sent[1]:
        raise BenchError(f"{row}: what is sent differs")
