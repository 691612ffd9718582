"""Whatever an engine, the disk or the clock does: a run ends, its thread is free."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, ToolCall, Turn, deterministic, run_task
from assistants_server.engines import Usage
from harness.store_audit import audit
from tests.server.api import TIMEOUT, Api, function, path_of, talking, until
from tests.server.inside import inside, problems, sql_of, tasks_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from assistants_server import Engine

    Let = Callable[[Engine], None]

JSON = dict[str, Any]
CALL = [[{"call": "add", "arguments": {}}], ["done"]]


class OddError(BaseException):
    """What no `except Exception` catches."""


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("add")])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_task, "_CLEAN_UP", 0.01)


async def cancelled_error(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise asyncio.CancelledError


async def others_cancel(turn: Turn) -> AsyncIterator[str]:
    other = asyncio.get_running_loop().create_future()
    other.cancel()
    yield "It is"
    await other


async def cancels_itself(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    task = asyncio.current_task()
    assert task
    task.cancel()
    await asyncio.sleep(3600)


async def cancels_and_goes(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    task = asyncio.current_task()
    assert task
    task.cancel()


async def exits(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise SystemExit(1)


async def interrupts(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise KeyboardInterrupt


async def closes(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise GeneratorExit


async def odd(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    raise OddError


async def exits_at_once(turn: Turn) -> list[str]:
    raise SystemExit


def plain_exit(turn: Turn) -> Iterator[str]:
    yield "It is"
    raise KeyboardInterrupt


def plain_cancelled(turn: Turn) -> Iterator[str]:
    yield "It is"
    raise asyncio.CancelledError


class Exits:
    """An asynchronous iterator that is no generator."""

    def __aiter__(self) -> Exits:
        return self

    async def __anext__(self) -> str:
        raise SystemExit


RAISING = [
    *(cancelled_error, others_cancel, cancels_itself, cancels_and_goes),
    *(exits, interrupts, closes, odd, exits_at_once, plain_exit, plain_cancelled),
    lambda turn: Exits(),
]


@pytest.mark.parametrize("engine", RAISING)
def test_whatever_an_engine_raises(
    server: LocalServer, api: Api, assistant: str, use_engine: Let, engine: Engine
) -> None:
    use_engine(engine)
    run = api.run(api.thread("Hi"), assistant)
    assert run["status"] == "failed"
    assert run["last_error"]["code"] == "server_error"
    assert problems(server) == []
    use_engine(deterministic)
    assert api.run(run["thread_id"], assistant, script=[["x"]])["status"] == "completed"


async def swallows(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    for _ in range(3):
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            continue


async def clings(turn: Turn) -> AsyncIterator[str]:
    try:
        yield "It is"
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(3600)


async def exits_when_cancelled(turn: Turn) -> AsyncIterator[str]:
    try:
        yield "It is"
        await asyncio.sleep(3600)
    finally:
        raise SystemExit


enough = threading.Event()


def blocks(turn: Turn) -> Iterator[str]:
    yield "It is"
    assert enough.wait(TIMEOUT)


@pytest.mark.parametrize("engine", [swallows, clings, exits_when_cancelled, blocks])
def test_whatever_an_engine_does_when_it_is_cancelled(
    server: LocalServer, api: Api, assistant: str, use_engine: Let, engine: Engine
) -> None:
    enough.clear()
    use_engine(engine)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    api.cancel(run)
    run = api.wait(run)
    assert run["status"] == "cancelled"
    assert api.answers(run) == ["It is"]
    assert problems(server) == []
    enough.set()


async def leaves_a_task(turn: Turn) -> AsyncIterator[str]:
    async def exit_later() -> None:
        raise SystemExit

    turn.state["task"] = asyncio.create_task(exit_later())
    await asyncio.sleep(0)
    yield "It is"


def test_a_task_that_an_engine_leaves_behind_ends_no_server(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(leaves_a_task)
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"


async def cancels_everything(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    for task in asyncio.all_tasks():
        if "RunTask" in repr(task.get_coro()):
            task.cancel()
    await asyncio.sleep(3600)


def test_an_engine_that_cancels_its_surroundings(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(cancels_everything)
    assert api.run(api.thread("Hi"), assistant)["status"] == "failed"
    assert problems(server) == []


async def never(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    await asyncio.sleep(3600)


def test_a_run_expires_whatever_its_engine_does() -> None:
    with (
        LocalServer(engine=swallows, expires_after=0.05) as server,
        talking(server) as api,
    ):
        run = api.run(api.thread("Hi"), api.assistant())
        assert run["status"] == "expired"
        assert problems(server) == []


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps(monkeypatch: pytest.MonkeyPatch, years: int) -> None:
    """The deadline of a run goes by what has passed, not by what the clock says."""
    real, set_off = time.time, threading.Event()
    offset = years * 365 * 86400

    def clock() -> float:
        return real() + (offset if set_off.is_set() else 0)

    monkeypatch.setattr(time, "time", clock)
    with (
        LocalServer(engine=never, expires_after=0.2) as server,
        talking(server) as api,
    ):
        run = api.start(api.thread("Hi"), api.assistant())
        set_off.set()
        again = api.start(api.thread("Hi"), api.assistant())
        assert api.wait(run)["status"] == "expired"
        assert api.wait(again)["status"] == "expired"
        assert problems(server) == []


def test_a_clock_that_was_set_back_while_the_server_was_away(tmp_path: Path) -> None:
    store, real = tmp_path / "state.db", time.time
    with LocalServer(engine=never, store=store) as server, talking(server) as api:
        run = api.start(api.thread("Hi"), api.assistant())
        until(lambda: api.steps(run), "a step")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() - 10**6)
        with (
            LocalServer(engine=never, store=store, expires_after=0.05) as server,
            talking(server) as api,
        ):
            assert api.wait(run)["status"] == "expired"


def orphaned(server: LocalServer, run: JSON) -> None:
    """Take the task of a run away, as nothing should."""

    def take() -> None:
        task = tasks_of(server).pop(run["id"])
        vars(task)["_left"] = True
        vars(task)["_task"].cancel()

    inside(server, take)


def test_cancelling_works_without_a_task(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(never)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    orphaned(server, run)
    assert api.cancel(run)["status"] == "cancelled"
    assert api.answers(run) == ["It is"]
    assert problems(server) == []


def test_submitting_works_without_a_task(
    server: LocalServer, api: Api, assistant: str
) -> None:
    run = api.run(api.thread("Hi"), assistant, script=CALL)
    orphaned(server, run)
    api.submit(run, "1")
    run = api.wait(run, "completed")
    assert api.answers(run) == ["done"]
    assert problems(server) == []


def test_expiry_works_without_a_task() -> None:
    with LocalServer(engine=never, expires_after=0.5) as server, talking(server) as api:
        run = api.start(api.thread("Hi"), api.assistant())
        until(lambda: api.steps(run), "a step")
        orphaned(server, run)
        assert api.wait(run)["status"] == "expired"
        assert problems(server) == []


def full(server: LocalServer, *, on: bool) -> None:
    """Let the disk be full: nothing can be written."""
    inside(server, lambda: sql_of(server).execute(f"pragma query_only = {on:d}"))


@pytest.mark.parametrize("ends", [True, False])
def test_a_disk_that_is_full_for_a_while(
    server: LocalServer, api: Api, assistant: str, use_engine: Let, *, ends: bool
) -> None:
    go_on = threading.Event()

    async def held(turn: Turn) -> AsyncIterator[str]:
        yield "It is"
        while not go_on.is_set():
            await asyncio.sleep(0.001)
        if not ends:
            yield " so"
        yield Usage(1, 1)  # type: ignore[misc]

    use_engine(held)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    full(server, on=True)
    go_on.set()
    refused = api.post(f"{path_of(run)}/cancel", status=507)["error"]
    assert refused["code"] == "storage_error"
    assert api.again(run)["status"] == "in_progress"
    full(server, on=False)
    run = api.wait(run)
    assert run["status"] == "failed"
    assert "engine" not in run["last_error"]["message"]
    assert api.answers(run) == ["It is"]
    assert problems(server) == []
    use_engine(deterministic)
    assert api.run(run["thread_id"], assistant, script=[["x"]])["status"] == "completed"


def test_a_run_whose_commit_fails_never_began(
    server: LocalServer, api: Api, assistant: str
) -> None:
    def deny(action: int, what: str | None, *_: object) -> int:
        denied = (action, what) == (sqlite3.SQLITE_TRANSACTION, "COMMIT")
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    thread = api.thread("Hi")
    waiting = api.run(api.thread("Hi"), assistant, script=CALL)
    sql = sql_of(server)
    inside(server, lambda: sql.set_authorizer(deny))
    try:
        body = {"assistant_id": assistant}
        api.post(f"/threads/{thread}/runs", body, status=507)
        api.post(f"/threads/{thread}/runs", {**body, "stream": True}, status=507)
        api.post(f"{path_of(waiting)}/cancel", status=507)
    finally:
        inside(server, lambda: sql.set_authorizer(None))
    assert api.get(f"/threads/{thread}/runs")["data"] == []
    assert len(tasks_of(server)) == 1
    assert problems(server) == []
    # What was taken back is no part of the next change.
    run = api.run(thread, assistant, script=[["x"]])
    assert run["status"] == "completed"
    assert api.again(waiting)["status"] == "requires_action"
    api.submit(waiting, "1")
    assert api.wait(waiting)["status"] == "completed"


def test_runs_that_begin_while_the_server_stops(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They are for the next server; nothing is written to a store that is closed."""
    store = tmp_path / "state.db"
    stopped = threading.Event()

    def work(url: str) -> None:
        import httpx

        with httpx.Client(base_url=url, verify=False, timeout=TIMEOUT) as http:
            assistant = http.post("/assistants", json={"model": "m"}).json()["id"]
            try:
                while not stopped.is_set():
                    http.post("/threads/runs", json={"assistant_id": assistant})
            except httpx.HTTPError:
                return

    with LocalServer(store=store) as server:
        threads = [threading.Thread(target=work, args=(server.url,)) for _ in range(3)]
        for each in threads:
            each.start()
        until(lambda: len(server.exchanges) > 20, "some runs")
    stopped.set()
    for each in threads:
        each.join(TIMEOUT)
    assert caplog.records == []
    with sqlite3.connect(store) as sql:
        assert audit(sql) == []
    sql.close()


def test_turns_are_bounded_and_wait_in_order() -> None:
    order: list[str] = []
    at_work = 0

    async def counting(turn: Turn) -> AsyncIterator[Any]:
        nonlocal at_work
        at_work += 1
        assert at_work <= 2
        order.append(turn.question)
        for _ in range(20):
            await asyncio.sleep(0)
        at_work -= 1
        if turn.number == 0:
            yield ToolCall("add")
        yield ""

    with LocalServer(engine=counting, max_turns=2) as server, talking(server) as api:
        assistant = api.assistant(tools=[function("add")])
        runs = [api.start(api.thread(str(n)), assistant) for n in range(8)]
        for run in runs:
            assert api.wait(run)["status"] in ("requires_action", "failed")
        assert order == [str(n) for n in range(8)]
        assert problems(server) == []
