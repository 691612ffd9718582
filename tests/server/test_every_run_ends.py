"""Whatever an engine, the disk or the clock does: a run ends, its thread is free."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, Turn, Wait, deterministic
from assistants_server.execution import run_task
from tests.server.api import TIMEOUT, Api, function, talking, until
from tests.server.inside import problems, tasks_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

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
    *(cancelled_error, others_cancel, cancels_itself),
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
    assert "engine" in run["last_error"]["message"]
    assert problems(server) == []
    use_engine(deterministic)
    assert api.run(run["thread_id"], assistant, script=[["x"]])["status"] == "completed"


def test_what_was_done_stays_done(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    """A task that cancels itself at last counts as cancelled, whatever it did."""
    use_engine(cancels_and_goes)
    path = f"/threads/{api.thread('Hi')}/runs"
    events = api.events(path, {"assistant_id": assistant})
    assert events[-2][0] == "thread.run.completed"
    until(lambda: not tasks_of(server), "the end of the task")
    assert api.get(path)["data"][0]["status"] == "completed"
    assert problems(server) == []


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


left_behind: list[asyncio.Task[None]] = []


async def leaves_a_task(turn: Turn) -> AsyncIterator[str]:
    async def exit_later() -> None:
        raise SystemExit

    left_behind.append(asyncio.create_task(exit_later()))
    await asyncio.sleep(0)
    yield "It is"


def test_a_task_that_an_engine_leaves_behind_ends_no_server(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    left_behind.clear()
    use_engine(leaves_a_task)
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"
    assert api.run(api.thread("Hi"), assistant)["status"] == "completed"
    # Which is to say that it was seen: else it is logged in whatever test is next.
    exits = [type(each.exception()) for each in left_behind]
    assert exits == [SystemExit, SystemExit]


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


def test_a_generator_is_closed_that_somebody_holds(
    api: Api, assistant: str, use_engine: Let
) -> None:
    """None is left for the garbage collector, which would close it some time."""
    ended, held = threading.Event(), []

    async def waiting(turn: Turn) -> AsyncIterator[Any]:
        try:
            yield "It is"
            yield Wait(3600)
        finally:
            ended.set()

    def engine(turn: Turn) -> AsyncIterator[Any]:
        held.append(waiting(turn))
        return held[-1]

    use_engine(engine)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    api.cancel(run)
    assert ended.wait(TIMEOUT)
    assert api.wait(run)["status"] == "cancelled"


def test_a_run_expires_whatever_its_engine_does() -> None:
    with (
        LocalServer(engine=swallows, expires_after=0.05) as server,
        talking(server) as api,
    ):
        run = api.run(api.thread("Hi"), api.assistant())
        assert run["status"] == "expired"
        assert problems(server) == []
