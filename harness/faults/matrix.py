"""The matrix: each way to call something, against each trouble, sync and async."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

from harness.faults.bench import drive, drive_async
from harness.faults.cells import Report
from harness.faults.operations import Task, carry_out, carry_out_async
from harness.faults.quick_clients import AsyncHurriedClient, HurriedClient, leaks
from harness.faults.verdicts import KEY, Outcome, complaints

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from harness.faults.bench import Bench
    from harness.faults.cells import Cell
    from harness.faults.operations import Ids

DEADLINE = 20.0
"""Seconds that a call may take; what it does by itself takes far less."""
TASKS, THREADS = 24, 12
_PATIENT, _LESS_PATIENT, _IMPATIENT = 10.0, 2.0, 0.3
_LONG_WAIT, _SHORT_WAIT = DEADLINE, 0.3
_HANGS = 60.0
_LOOKS, _PAUSE = 100, 0.02


def run(bench: Bench, todo: list[Cell]) -> Report:
    """Carry out cells, many at the same time, and judge each."""
    report = Report()
    with bench:
        asyncio.run(_all_async(bench, [c for c in todo if c.asynchronous], report))
        _all_sync(bench, [c for c in todo if not c.asynchronous], report)
    by_tag = {cell.tag: cell for cell in todo}
    for (tag, kind), number in bench.created().items():
        if tag not in by_tag:
            # What is asked to see whether all is well belongs to no cell.
            continue
        cell = by_tag[tag]
        allowed = bench.may_create(cell.trouble) if cell.form.creates else 0
        if number > allowed:
            what = f"created {number} of kind {kind} in place of {allowed}"
            report.failures.append((cell, what))
    return report


def _furnisher(bench: Bench) -> dict[str, Any]:
    """Give the settings of a client that makes what calls are about."""
    # None is kept that the server closes when it is taken again.
    limits = httpx.Limits(max_keepalive_connections=0)
    headers = {"Authorization": f"Bearer {KEY}"}
    return {"base_url": bench.url, "headers": headers, "limits": limits}


def _settings(bench: Bench, cell: Cell) -> dict[str, Any]:
    timeout = _PATIENT
    if bench.is_slow(cell.trouble):
        # Where there is an answer after all, a busy machine has to manage it.
        kinds = bench.expected(cell.trouble, cell.form).kinds
        if "times=" in cell.trouble and "result" in kinds:
            timeout = _LESS_PATIENT
        elif kinds != {"result"}:
            timeout = _IMPATIENT
    return {"timeout": timeout, **bench.options(cell.trouble, cell.tag)}


def _task(bench: Bench, cell: Cell, ids: Ids) -> Task:
    endless = bench.ends_never(cell.trouble)
    return Task(ids, cell.tag, _SHORT_WAIT if endless else _LONG_WAIT)


def _wrong(bench: Bench, cell: Cell, outcome: Outcome, began: float) -> Iterator[str]:
    took = time.monotonic() - began
    if took > DEADLINE:
        yield f"took {took:.1f} s"
    expected = bench.expected(cell.trouble, cell.form)
    try:
        yield from complaints(
            cell.form, expected, outcome, asynchronous=cell.asynchronous
        )
    except Exception as error:  # noqa: BLE001 - what can't be looked at is no result
        yield f"can't be looked at: {error!r}"


def _all_sync(bench: Bench, todo: list[Cell], report: Report) -> None:
    left: queue.SimpleQueue[Cell] = queue.SimpleQueue()
    for cell in todo:
        left.put(cell)
    workers = [_Worker(bench, left) for _ in range(min(THREADS, len(todo)))]
    for worker in workers:
        worker.start()
    for worker in workers:
        while worker.is_alive():
            worker.join(1.0)
            if worker.since and time.monotonic() - worker.since > _HANGS:
                assert worker.cell is not None
                report.failures.append((worker.cell, "hangs"))
                break
        if worker.failure is not None:
            raise worker.failure
        report.merge(worker.report)


class _Worker(threading.Thread):
    """Carries out one cell after the other, all by one client."""

    def __init__(self, bench: Bench, left: queue.SimpleQueue[Cell]) -> None:
        # A daemon, so that one that hangs doesn't keep everything.
        super().__init__(daemon=True, name="matrix")
        self.report = Report()
        self.cell: Cell | None = None
        self.since = 0.0
        self.failure: Exception | None = None
        self._bench = bench
        self._left = left

    def run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 - raised in the other thread
            self.failure = error

    def _work(self) -> None:
        with httpx.Client(**_furnisher(self._bench)) as http:
            client = self._client()
            try:
                found = self._next(http)
                while found is not None:
                    cell, ids = found
                    self.cell, self.since = cell, time.monotonic()
                    outcome = self._outcome(cell, client, ids)
                    wrong = [*_wrong(self._bench, cell, outcome, self.since)]
                    self.since = 0.0
                    # The next call comes right after the check, as servers close
                    # connections that nobody uses for some seconds.
                    found = self._next(http)
                    unwell = [*self._unwell(client)]
                    self.report.add(cell, outcome, wrong + unwell)
                    if unwell:
                        client.close()
                        client = self._client()
            finally:
                client.close()

    def _next(self, http: httpx.Client) -> tuple[Cell, Ids] | None:
        """Take a cell, and make what it is about; none where all is done."""
        try:
            cell = self._left.get_nowait()
        except queue.Empty:
            return None
        return cell, drive(self._bench.furnish(cell.form), http)

    def _outcome(self, cell: Cell, client: HurriedClient, ids: Ids) -> Outcome:
        try:
            struck = client.with_options(**_settings(self._bench, cell))
            task = _task(self._bench, cell, ids)
            return Outcome(carry_out(cell.form, struck, task))
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            return Outcome(error=error)

    def _client(self) -> HurriedClient:
        return HurriedClient(base_url=self._bench.url, api_key=KEY, max_retries=1)

    def _unwell(self, client: HurriedClient) -> Iterator[str]:
        wanted = self._bench.thread_id
        try:
            found = client.threads.retrieve(wanted, timeout=_PATIENT)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            yield f"afterwards, another call fails: {error!r}"
        else:
            if found.id != wanted:
                yield f"afterwards, another call gives {found!r}"
        # What ends in the background may take a moment.
        for _ in range(_LOOKS):
            if not [*leaks(client)]:
                return
            time.sleep(_PAUSE)
        yield from leaks(client)


async def _all_async(bench: Bench, todo: list[Cell], report: Report) -> None:
    left = iter(todo)
    async with (
        httpx.AsyncClient(**_furnisher(bench)) as http,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(min(TASKS, len(todo))):
            group.create_task(_work_async(bench, left, report, http))


async def _work_async(
    bench: Bench, left: Iterator[Cell], report: Report, http: httpx.AsyncClient
) -> None:
    async def following() -> tuple[Cell, Ids] | None:
        cell = next(left, None)
        if cell is None:
            return None
        return cell, await drive_async(bench.furnish(cell.form), http)

    client = _async_client(bench)
    try:
        found = await following()
        while found is not None:
            cell, ids = found
            began = time.monotonic()
            outcome = await _outcome_async(bench, cell, client, ids)
            wrong = [*_wrong(bench, cell, outcome, began)]
            # As above.
            found = await following()
            unwell = [each async for each in _unwell_async(bench, client)]
            report.add(cell, outcome, wrong + unwell)
            if unwell:
                await client.close()
                client = _async_client(bench)
    finally:
        await client.close()


async def _outcome_async(
    bench: Bench, cell: Cell, client: AsyncHurriedClient, ids: Ids
) -> Outcome:
    try:
        struck = client.with_options(**_settings(bench, cell))
        task = _task(bench, cell, ids)
        async with asyncio.timeout(DEADLINE):
            return Outcome(await carry_out_async(cell.form, struck, task))
    except Exception as error:  # noqa: BLE001 - it is what is looked at
        return Outcome(error=error)


def _async_client(bench: Bench) -> AsyncHurriedClient:
    return AsyncHurriedClient(base_url=bench.url, api_key=KEY, max_retries=1)


async def _unwell_async(bench: Bench, client: AsyncHurriedClient) -> AsyncIterator[str]:
    try:
        found = await client.threads.retrieve(bench.thread_id, timeout=_PATIENT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
        yield f"afterwards, another call fails: {error!r}"
    else:
        if found.id != bench.thread_id:
            yield f"afterwards, another call gives {found!r}"
    # What ends in the background may take a moment.
    for _ in range(_LOOKS):
        if not [*leaks(client)]:
            return
        await asyncio.sleep(_PAUSE)
    for each in leaks(client):
        yield each
