"""Where tools are called: in threads, in event loops, or where somebody waits."""

from __future__ import annotations

import asyncio
import contextvars
import json
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client, ToolSet, tool
from assistants_client._effects import Invocation, TimeUp
from assistants_client._transport.concurrency import together, together_async
from assistants_server import LocalServer
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, use
from tests.client.tool_runs import DEADLINE, KEY, declared, engine, thread_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
context: contextvars.ContextVar[str] = contextvars.ContextVar("context", default="")


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(engine=engine, poll_after=2) as server:
        yield server


async def outputs(client: Any, tools: ToolSet, *calls: Any) -> Any:
    """Have a run call tools, and return the outputs that the model sees."""
    names = declared({name for name, _ in calls})
    assistant = await settled(client.assistants.create(model="m", tools=names))
    run = await settled(
        client.threads.create_and_run_poll(
            assistant_id=assistant,
            thread=thread_for([*calls]),
            extra_body={"tools": None},
            tools=tools,
        )
    )
    assert run.status == "completed"
    listed = await settled(client.threads.messages.list(run.thread_id))
    return json.loads(listed.data[0].text)


@both
@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize("of_set", [False, True])
def test_what_belongs_to_one_thread_is_called_there(
    kind: Any, server: LocalServer, number: int, of_set: bool
) -> None:
    async def ask(client: Any) -> Any:
        database = sqlite3.connect(":memory:")

        @tool(concurrent=of_set)
        def look(number: int) -> int:
            """Look it up."""
            (found,) = database.execute("select ?", [number]).fetchone()
            return int(found)

        tools = ToolSet([look], concurrent=not of_set)
        calls = [("look", {"number": each}) for each in range(number)]
        try:
            return await outputs(client, tools, *calls)
        finally:
            database.close()

    found = use(kind, ask, base_url=server.url)
    assert found == [str(each) for each in range(number)]


@both
def test_else_it_makes_no_difference_how_many_are_called(
    kind: Any, server: LocalServer
) -> None:
    places: list[threading.Thread] = []

    def look() -> str:
        """Look where it is."""
        places.append(threading.current_thread())
        return ""

    async def ask(client: Any) -> None:
        await outputs(client, ToolSet([look]), ("look", {}))
        await outputs(client, ToolSet([look]), ("look", {}), ("look", {}))

    use(kind, ask, base_url=server.url)
    assert len(places) == 3
    assert threading.main_thread() not in places


def test_an_async_tool_works_where_a_loop_runs(server: LocalServer) -> None:
    # As in a notebook, whose cells run within a loop.
    @tool(name="wait")
    async def concurrently() -> str:
        """Wait."""
        await asyncio.sleep(0)
        return context.get()

    @tool(name="look", concurrent=False)
    async def here() -> str:
        """Look."""
        await asyncio.sleep(0)
        return context.get()

    async def cell() -> Any:
        context.set("of the cell")
        with Client(base_url=server.url, api_key=KEY) as client:
            tools = ToolSet([concurrently, here])
            first = await outputs(client, tools, ("wait", {}))
            second = await outputs(client, tools, ("look", {}))
            return [*first, *second, *await outputs(client, tools, *[("wait", {})] * 3)]

    assert asyncio.run(cell()) == ["of the cell"] * 5


def call_here(invocations: list[Invocation]) -> list[object]:
    return together(invocations)


def call_awaited(invocations: list[Invocation]) -> list[object]:
    return asyncio.run(together_async(invocations))


call_each = pytest.mark.parametrize("call", [call_here, call_awaited], ids=NAMES)


@call_each
def test_one_after_the_other_while_the_others_go_on(
    call: Callable[[list[Invocation]], list[object]],
) -> None:
    here = threading.get_ident()
    released = threading.Event()
    order: list[Any] = []

    def own(number: int) -> Any:
        def work() -> int:
            order.append((number, threading.get_ident() == here))
            # The other goes on meanwhile, in its thread.
            assert released.wait(DEADLINE)
            return number

        async def wait() -> int:
            await asyncio.sleep(0)
            return work()

        return Invocation(function=wait if number % 2 else work, concurrent=False)

    def other() -> str:
        released.set()
        return "other"

    calls = [own(0), own(1), Invocation(function=other), own(2), own(3)]
    assert call(calls) == [0, 1, "other", 2, 3]
    assert order == [(0, True), (1, True), (2, True), (3, True)]


class Unusual(BaseException):
    """No exception of the usual kind."""


@call_each
@pytest.mark.parametrize("concurrent", [True, False])
@pytest.mark.parametrize(
    "kind", [SystemExit, GeneratorExit, StopIteration, asyncio.CancelledError, Unusual]
)
def test_whatever_is_raised_is_a_result(
    call: Callable[[list[Invocation]], list[object]],
    kind: type[BaseException],
    concurrent: bool,
) -> None:
    def fail() -> None:
        raise kind(2)

    async def fail_too() -> None:
        await asyncio.sleep(0)
        raise kind(2)

    calls = [
        *(
            Invocation(function=each, concurrent=concurrent)
            for each in (fail, fail_too)
        ),
        Invocation(function=int),
    ]
    if kind is SystemExit and not concurrent:
        # In the thread that waits, it may be the program's own.
        with pytest.raises(SystemExit):
            call(calls)
        return
    first, second, third = call(calls)
    for found in (first, second):
        # The language itself turns some into a RuntimeError.
        assert isinstance(found, kind | RuntimeError)
    assert third == 0


@both
@pytest.mark.parametrize("kind_of_error", [SystemExit, asyncio.CancelledError, Unusual])
def test_the_model_is_told_what_was_raised(
    kind: Any, server: LocalServer, kind_of_error: type[BaseException]
) -> None:
    async def wait() -> None:
        """Fail."""
        raise kind_of_error("odd")

    def look() -> None:
        """Fail."""
        raise kind_of_error("odd")

    async def ask(client: Any) -> Any:
        return await outputs(client, ToolSet([wait, look]), ("wait", {}), ("look", {}))

    found = use(kind, ask, base_url=server.url)
    assert found == [f"Error: {kind_of_error.__name__}: odd"] * 2


@call_each
@pytest.mark.parametrize("concurrent", [True, False])
def test_the_keyboard_is_heard(
    call: Callable[[list[Invocation]], list[object]], concurrent: bool
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    def among_others() -> None:
        raise BaseExceptionGroup("two", [ValueError("x"), KeyboardInterrupt()])

    for function in (interrupted, among_others):
        calls = [Invocation(function=function, concurrent=concurrent)]
        with pytest.raises((KeyboardInterrupt, BaseExceptionGroup)):
            call(calls)


@call_each
def test_contexts_are_kept_and_not_changed(
    call: Callable[[list[Invocation]], list[object]],
) -> None:
    token = context.set("here")

    def look() -> str:
        found = context.get()
        context.set("changed")
        return found

    async def look_too() -> str:
        return look()

    calls = [
        Invocation(function=function, concurrent=concurrent)
        for function in (look, look_too)
        for concurrent in (True, False)
    ]
    assert call([calls[0]]) == ["here"]
    assert call([calls[2]]) == ["here"]
    assert call([calls[0], calls[2]]) == ["here"] * 2
    assert call([calls[1]]) == ["here"]
    assert context.get() == "here"
    context.reset(token)


def test_the_end_of_all_waiting_is_no_timeout_of_a_tool() -> None:
    async def hang() -> None:
        await asyncio.sleep(DEADLINE)

    # The first is cancelled at that moment, the second has a timeout of its own later.
    for timeout in (None, DEADLINE):
        for concurrent in (True, False):
            call = Invocation(function=hang, timeout=timeout, concurrent=concurrent)
            with pytest.raises(TimeUp):
                together([call], time.monotonic() + 0.01)
