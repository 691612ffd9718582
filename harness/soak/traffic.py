"""A soak: mixed traffic with faults, cut streams, cancelled tasks; and what it leaves.

The server is a process of its own, so what is measured are the clients.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sys
import threading
import time
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from assistants_client import AssistantsError, AsyncClient, Client, StreamInterrupted
from assistants_client._options import MAX_CONNECTIONS
from harness.either_client import finished, settled
from harness.faults.echo_server import pool_problems
from harness.soak.ledger import ENDED, WAITS, Ledger, stored_runs
from harness.soak.levels import Levels, Tracing, load_everything, measure, traced_leaks
from harness.soak.server_process import Served
from harness.soak.stories import HaltError, RaisedError, Story

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.soak.ledger import Reckoning

CANCELLED = 0.3
"""How many of the tasks are cancelled."""
LATEST = 0.25
"""Seconds after which they are, at the latest."""
PATIENCE = 60.0
"""Seconds that the last stories have, when it is time to end."""


@dataclass(frozen=True)
class Plan:
    """How much traffic, and for how long.

    Attributes:
        seconds: how long all in all, without the beginning and the end.
        rounds: how often clients are made and closed in that time.
        warming: seconds of traffic before the first measurement, so that what is
            made once, such as what modules keep, is no leak.
        threads: how many threads share the sync client.
        tasks: how many tasks share the async client.
        seed: where chance begins.
        tracing: whether the memory that stays allocated is traced to its places.
    """

    seconds: float
    rounds: int = 1
    warming: float = 1.0
    threads: int = 8
    tasks: int = 32
    seed: int = 0
    tracing: bool = False


@dataclass(frozen=True)
class Result:
    """What happened, and what was there before and after.

    Attributes:
        reckoning: what became of the runs.
        wrong: all that must not be; a soak that has none is fine.
    """

    ledger: Ledger
    reckoning: Reckoning
    before: Levels
    after: Levels
    traced: dict[str, int]
    wrong: list[str]


def soak(plan: Plan, folder: Path) -> Result:
    """Have a server, and callers of it; compare what is there afterwards."""
    ledger = Ledger()
    store = folder / "state"
    # Who asks may have others.
    threads = threading.active_count()
    load_everything()
    with ExitStack() as stack:
        stack.enter_context(_hurried())
        stack.enter_context(_watched(ledger))
        with Served(store, folder) as served:
            _round(plan, ledger, served.url, plan.warming, -1)
            before = measure(threads)
            tracing = Tracing() if plan.tracing else None
            for number in range(plan.rounds):
                _round(plan, ledger, served.url, plan.seconds / plan.rounds, number)
            after = measure(threads, before)
            traced = tracing.stop() if tracing else {}
        while _unsettled(store):
            # What was in the middle of something goes on.
            with Served(store, folder):
                time.sleep(0.3)
            ledger.count("server restarted")
    reckoning = ledger.reckon(stored_runs(store))
    leaks = [*after.leaks(before), *traced_leaks(traced)]
    wrong = [*reckoning.wrong, *leaks, *served.problems()]
    return Result(ledger, reckoning, before, after, traced, wrong)


def _unsettled(store: Path) -> bool:
    return any(run["status"] not in (*ENDED, WAITS) for run in stored_runs(store))


def _round(plan: Plan, ledger: Ledger, url: str, seconds: float, number: int) -> None:
    """Let threads and tasks tell stories for a time, by clients of this round."""

    def key() -> str:
        # It is asked for with every attempt.
        ledger.count("requests")
        return "key-of-the-soak"

    settings: Any = {"base_url": url, "api_key": key, "max_retries": 2, "timeout": 20}
    until = time.monotonic() + seconds
    seed = f"{plan.seed} {number}"
    with Client(**settings) as client:
        assistant = client.assistants.create(model="m").id
        threads = [
            threading.Thread(
                target=_work, args=(client, ledger, assistant, f"{seed} t{n}", until)
            )
            for n in range(plan.threads)
        ]
        for each in threads:
            each.start()
        asyncio.run(_work_async(plan, settings, ledger, assistant, seed, until))
        for each in threads:
            each.join(PATIENCE)
            if each.is_alive():
                ledger.complain(f"{each.name} hangs")
        _look_at_pool(client, ledger)


def _look_at_pool(client: Client | AsyncClient, ledger: Ledger) -> None:
    """Look for connections that are lost, before all of them are closed."""
    http: Any = client._http({})
    for each in pool_problems(http._client, MAX_CONNECTIONS):
        ledger.complain(f"{type(client).__name__}: {each}")


def _work(
    client: Client, ledger: Ledger, assistant: str, seed: str, until: float
) -> None:
    rng = random.Random(seed)
    while time.monotonic() < until:
        finished(_tell(client, ledger, rng, assistant))


async def _work_async(
    plan: Plan, settings: Any, ledger: Ledger, assistant: str, seed: str, until: float
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, about: ledger.complain(f"the loop: {about}"))
    async with AsyncClient(**settings) as client:

        async def work(number: int) -> None:
            rng = random.Random(f"{seed} a{number}")
            while time.monotonic() < until:
                telling = asyncio.create_task(_tell(client, ledger, rng, assistant))
                if rng.random() < CANCELLED:
                    await asyncio.wait({telling}, timeout=rng.uniform(0, LATEST))
                    telling.cancel()
                await asyncio.wait({telling})

        working = [asyncio.create_task(work(n)) for n in range(plan.tasks)]
        _, late = await asyncio.wait(
            working, timeout=until - time.monotonic() + PATIENCE
        )
        for each in late:
            ledger.complain("a task hangs")
            each.cancel()
        _look_at_pool(client, ledger)
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, left_over = await asyncio.wait(others, timeout=1)
        for each in left_over:
            ledger.complain(f"a task is left: {each}")


async def _tell(
    client: Any, ledger: Ledger, rng: random.Random, assistant: str
) -> None:
    story = Story(ledger, rng, assistant)
    steps = story.tell()
    try:
        step = next(steps)
        while True:
            try:
                value = await settled(step(client))
            except BaseException as error:  # noqa: BLE001 - the story's to handle
                step = steps.throw(error)
            else:
                step = steps.send(value)
    except StopIteration:
        ledger.count("stories told to their end")
    except asyncio.CancelledError:
        ledger.count("tasks cancelled")
    except BaseException as error:  # noqa: BLE001 - sorted there
        interrupted = "tasks" if client.asynchronous else "threads"
        _account(ledger, error, f"{interrupted} interrupted")
    finally:
        for number in story.open:
            ledger.leave(number)


def _account(ledger: Ledger, error: BaseException, interrupted: str) -> None:
    if isinstance(error, RaisedError | HaltError):
        ledger.count(interrupted)
    elif isinstance(error, AssistantsError):
        ledger.fails(error)
        if isinstance(error, StreamInterrupted):
            ledger.count("streams cut")
    else:
        ledger.complain(f"raised {type(error).__module__}: {error!r}")


@contextmanager
def _hurried() -> Iterator[None]:
    """Have clients wait for milliseconds where it would be seconds."""
    with mock.patch("assistants_client._flows.retry._FIRST", 0.01):
        yield


@contextmanager
def _watched(ledger: Ledger) -> Iterator[None]:
    """Hear of what nobody would hear of else."""
    logger = logging.getLogger("assistants_client")
    level = logger.level
    # That runs are left waiting is no news here.
    logger.setLevel(logging.ERROR)
    hook = mock.patch.object
    with (
        warnings.catch_warnings(record=True) as warned,
        hook(sys, "unraisablehook", lambda a: ledger.complain(f"unraisable: {a}")),
        hook(threading, "excepthook", lambda a: ledger.complain(f"in a thread: {a}")),
    ):
        warnings.simplefilter("always")
        try:
            yield
        finally:
            logger.setLevel(level)
            for each in warned:
                ledger.complain(f"warned: {each.message}")
