"""The matrix: each way to call something, against each trouble, sync and async."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx

from harness.either_client import finished, settled
from harness.faults.bench import drive
from harness.faults.cells import Report
from harness.faults.operations import Task, carry_out
from harness.faults.quick_clients import AsyncQuickClient, QuickClient, leaks
from harness.faults.verdicts import KEY, Outcome, complaints, is_waited_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.faults.bench import Bench
    from harness.faults.cells import Cell
    from harness.faults.operations import Ids

DEADLINE = 20.0
"""Seconds that a call may take; what it does by itself takes far less."""
TASKS, THREADS = 24, 12
_LONG, _SHORT, _SHORTEST = 10.0, 2.0, 0.3
_MAX_WAIT, _MAX_WAIT_OF_THE_ENDLESS = DEADLINE, 0.3
_MAX_WAIT_IN_OUTAGES = 0.5
_HANGS = 60.0
_CHECKS, _INTERVAL = 100, 0.02


def run(bench: Bench, cells: list[Cell]) -> Report:
    """Carry out cells, many at the same time, and judge each."""
    report = Report()
    with bench:
        for asynchronous in (True, False):
            left = _Left([c for c in cells if c.asynchronous == asynchronous])
            if asynchronous:
                asyncio.run(_in_tasks(bench, left, report))
            else:
                _in_threads(bench, left, report)
    by_tag = {cell.tag: cell for cell in cells}
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


class _Left:
    """The cells that are left, for many workers."""

    def __init__(self, cells: list[Cell]) -> None:
        self.number = len(cells)
        self._cells = iter(cells)
        self._lock = threading.Lock()

    def next(self) -> Cell | None:
        with self._lock:
            return next(self._cells, None)


async def _in_tasks(bench: Bench, left: _Left, report: Report) -> None:
    async with (
        httpx.AsyncClient(**_furnisher(bench)) as http,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(min(TASKS, left.number)):
            worker = _Worker(bench, left, AsyncQuickClient, asyncio.sleep)
            worker.report = report
            group.create_task(worker.work(http))


def _in_threads(bench: Bench, left: _Left, report: Report) -> None:
    workers = [_Thread(bench, left) for _ in range(min(THREADS, left.number))]
    for thread in workers:
        thread.start()
    for thread in workers:
        worker = thread.worker
        while thread.is_alive():
            thread.join(1.0)
            if worker.since and time.monotonic() - worker.since > _HANGS:
                assert worker.cell is not None
                report.failures.append((worker.cell, "hangs"))
                break
        if thread.failure is not None:
            raise thread.failure
        report.merge(worker.report)


class _Thread(threading.Thread):
    def __init__(self, bench: Bench, left: _Left) -> None:
        # A daemon, so that one that hangs doesn't keep everything.
        super().__init__(daemon=True, name="matrix")
        self.worker = _Worker(bench, left, QuickClient, time.sleep)
        self.failure: Exception | None = None
        self._bench = bench

    def run(self) -> None:
        try:
            with httpx.Client(**_furnisher(self._bench)) as http:
                finished(self.worker.work(http))
        except Exception as error:  # noqa: BLE001 - raised in the other thread
            self.failure = error


def _furnisher(bench: Bench) -> dict[str, Any]:
    """Return the settings of a client that makes what calls are about."""
    # None is kept that the server closes when it is taken again.
    limits = httpx.Limits(max_keepalive_connections=0)
    headers = {"Authorization": f"Bearer {KEY}"}
    return {"base_url": bench.url, "headers": headers, "limits": limits}


class _Worker:
    """Carries out one cell after the other, all by one client."""

    def __init__(
        self,
        bench: Bench,
        left: _Left,
        kind: type[QuickClient | AsyncQuickClient],
        sleep: Callable[[float], Any],
    ) -> None:
        self.report = Report()
        self.cell: Cell | None = None
        self.since = 0.0
        self._bench = bench
        self._left = left
        self._kind = kind
        self._sleep = sleep

    async def work(self, http: Any) -> None:
        client = self._client()
        try:
            found = await self._next(http)
            while found is not None:
                cell, ids = found
                self.cell, self.since = cell, time.monotonic()
                outcome = await self._outcome(cell, client, ids)
                wrong = [*self._wrong(cell, outcome)]
                self.since = 0.0
                # The next call comes right after the check, as servers close
                # connections that nobody uses for some seconds.
                found = await self._next(http)
                unwell = await self._unwell(client)
                self.report.add(cell, outcome, wrong + unwell)
                if unwell:
                    await settled(client.close())
                    client = self._client()
        finally:
            await settled(client.close())

    def _client(self) -> Any:
        return self._kind(base_url=self._bench.url, api_key=KEY, max_retries=1)

    async def _next(self, http: Any) -> tuple[Cell, Ids] | None:
        """Take a cell, and make what it is about; return None where all is done."""
        cell = self._left.next()
        if cell is None:
            return None
        return cell, await drive(self._bench.furnish(cell.form), http)

    async def _outcome(self, cell: Cell, client: Any, ids: Ids) -> Outcome:
        max_wait = _MAX_WAIT
        expected = self._bench.expected(cell.trouble, cell.form)
        if self._bench.ends_never(cell.trouble):
            max_wait = _MAX_WAIT_OF_THE_ENDLESS
        elif (
            not expected.kinds
            or "RunTimeout" in expected.kinds
            or is_waited_out(cell.form, expected)
        ):
            max_wait = _MAX_WAIT_IN_OUTAGES
        task = Task(ids, cell.tag, max_wait)
        try:
            struck = client.with_options(**self._settings(cell))
            if not cell.asynchronous:
                return Outcome(await carry_out(cell.form, struck, task))
            async with asyncio.timeout(DEADLINE):
                return Outcome(await carry_out(cell.form, struck, task))
        except Exception as error:  # noqa: BLE001 - it is what is looked at
            return Outcome(error=error)

    def _settings(self, cell: Cell) -> dict[str, Any]:
        timeout, bench = _LONG, self._bench
        if bench.is_slow(cell.trouble):
            # Where there is a response after all, a busy machine has to manage it.
            kinds = bench.expected(cell.trouble, cell.form).kinds
            if "times=" in cell.trouble and "result" in kinds:
                timeout = _SHORT
            elif kinds != {"result"}:
                timeout = _SHORTEST
        return {"timeout": timeout, **bench.options(cell.trouble, cell.tag)}

    def _wrong(self, cell: Cell, outcome: Outcome) -> Iterator[str]:
        took = time.monotonic() - self.since
        if took > DEADLINE:
            yield f"took {took:.1f} s"
        expected = self._bench.expected(cell.trouble, cell.form)
        try:
            yield from complaints(
                cell.form, expected, outcome, asynchronous=cell.asynchronous
            )
        except Exception as error:  # noqa: BLE001 - what can't be looked at is no result
            yield f"can't be looked at: {error!r}"

    async def _unwell(self, client: Any) -> list[str]:
        """Return what is wrong with a client after a call."""
        wanted = self._bench.thread_id
        found = []
        try:
            thread = await settled(client.threads.retrieve(wanted, timeout=_LONG))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is wrong
            found = [f"afterwards, another call fails: {error!r}"]
        else:
            if thread.id != wanted:
                found = [f"afterwards, another call returns {thread!r}"]
        # What ends in the background may take a moment.
        for _ in range(_CHECKS):
            if not [*leaks(client)]:
                return found
            await settled(self._sleep(_INTERVAL))
        return [*found, *leaks(client)]
