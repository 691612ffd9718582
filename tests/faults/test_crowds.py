"""One client for many threads, and for many tasks: nobody gets what another asked."""

from __future__ import annotations

import asyncio
import gc
import io
import re
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import APITimeoutError, AssistantsError, AsyncClient, Client
from harness.either_client import entered, finished, listed, settled
from harness.faults.echo_server import (
    TOOLS,
    EchoServer,
    expected_echo,
    expected_items,
    expected_text,
    pool_problems,
)
from harness.scripted_server import TIMEOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

THREADS = 32
TASKS = 400
MANY = 100
FEW = httpx.Limits(max_connections=5)


@pytest.fixture
def echo() -> Iterator[EchoServer]:
    with EchoServer() as server:
        yield server
    # Where a task is cancelled while it connects, httpcore may lose the connection.
    # That is found here, not by whichever test comes next; test_soak counts what stays.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.mark.parametrize("limits", [FEW, httpx.Limits()], ids=["few", "no limit"])
def test_threads_get_their_own_answers(echo: EchoServer, limits: httpx.Limits) -> None:
    http = httpx.Client(limits=limits)
    with http, _client(echo, http) as client:

        def work(number: int) -> list[str]:
            # Copies share the connections, and nothing else.
            mark = f"t{number}"
            copy = client.with_options(default_headers={"x-mark": mark})
            asks = (_make, _list, _stream)
            # They don't all do the same at the same time.
            turns = range(number, number + 4)
            return _flat(finished(asks[n % 3](copy, mark)) for n in turns)

        assert _in_threads(work) == []
        most = limits.max_connections or THREADS
        assert echo.peak <= most
        assert pool_problems(http, most) == []


@pytest.mark.parametrize("few", [True, False], ids=["few", "many"])
def test_tasks_get_their_own_answers(echo: EchoServer, few: bool) -> None:
    """Cancel half of them, and look at what the others get."""
    most, number = (5, TASKS) if few else (MANY, MANY * 3 // 2)
    asks = (_make, _list, _stream)

    async def talk(client: AsyncClient, http: httpx.AsyncClient) -> list[str]:
        async def work(number: int) -> list[str]:
            mark = f"a{number}"
            headers = {"x-mark": mark, "x-hold": "all"}
            copy = client.with_options(default_headers=headers)
            return await asks[number % 3](copy, mark)

        tasks = [asyncio.create_task(work(n)) for n in range(number)]
        # As many as may are at the server, and the others wait for them.
        await asyncio.to_thread(echo.until_held, "all", most)
        assert echo.peak == most
        for n, each in enumerate(tasks[::2]):
            each.cancel()
            if n % 3 == 2:
                # Places that become free go to tasks that are cancelled next.
                await asyncio.sleep(0)
        cancelled = await asyncio.gather(*tasks[::2], return_exceptions=True)
        assert {*map(type, cancelled)} == {asyncio.CancelledError}
        echo.release("all")
        async with asyncio.timeout(TIMEOUT):
            found = _flat(await asyncio.gather(*tasks[1::2]))
        found += pool_problems(http, most)
        # No place in the pool was lost: as many as may come to the server again.
        held = client.with_options(default_headers={"x-hold": "again"})
        async with asyncio.TaskGroup() as group:
            again = [group.create_task(_make(held, f"b{n}")) for n in range(most)]
            await asyncio.to_thread(echo.until_held, "again", most)
            echo.release("again")
        return found + _flat(each.result() for each in again)

    async def run() -> list[str]:
        http = httpx.AsyncClient(limits=FEW) if few else None
        async with _async_client(echo, http) as client, _http_of(client) as used:
            return await talk(client, used)

    assert asyncio.run(run()) == []


def test_a_task_may_be_cancelled_at_any_moment(echo: EchoServer) -> None:
    async def leave_early(client: AsyncClient, mark: str) -> list[str]:
        runs = client.threads.runs
        async with runs.stream(thread_id=mark, assistant_id="a") as stream:
            async for _ in stream:
                break
        return []

    async def upload(client: AsyncClient, mark: str) -> list[str]:
        await client.files.create(file=(mark, b"a" * 10_000), purpose="assistants")
        return []

    async def add(a: int, b: int) -> int:
        """Add numbers."""
        await asyncio.sleep(0)
        return a + b

    async def with_tools(client: AsyncClient, mark: str) -> list[str]:
        runs = client.threads.runs
        async with runs.stream(
            thread_id=TOOLS, assistant_id=mark, tools=[add]
        ) as stream:
            run = await stream.get_final_run()
        return [] if run.status == "completed" else [f"the run is {run.status}"]

    async def talk() -> list[str]:
        found = []
        async with _async_client(echo) as client:
            for ask in (_make, _list, _stream, leave_early, upload, with_tools):
                # It is whole if nobody is in its way.
                found += await ask(client, "m")
                for turns in range(60):
                    task = asyncio.create_task(ask(client, "m"))
                    for _ in range(turns):
                        await asyncio.sleep(0)
                    was_asked = task.cancel()
                    await asyncio.wait({task}, timeout=TIMEOUT)
                    if was_asked and not task.cancelled():
                        found.append(f"{ask.__name__} goes on: {task!r}")
                await asyncio.sleep(0)
                problems = pool_problems(_http_of(client), MANY)
                found += [f"{ask.__name__}: {each}" for each in problems]
            return found

    assert asyncio.run(talk()) == []


def test_timeouts_are_those_of_their_calls(echo: EchoServer) -> None:
    ended: list[float] = []

    def work(client: Client, number: int) -> list[str]:
        began = time.monotonic()
        patience = (TIMEOUT, 0.05, 0.8)[number % 3]
        name = "held" if number % 3 else "late"
        held = client.with_options(default_headers={"x-hold": name}, timeout=patience)
        try:
            return finished(_make(held, f"w{number}"))
        except APITimeoutError:
            ended.append(patience)
            too_soon = time.monotonic() - began < patience
            return [f"w{number} ended before {patience} s"] if too_soon else []
        finally:
            if len(ended) == 21:
                # Only now those may go on that have time.
                echo.release("late")

    with _client(echo) as client:
        assert _in_threads(lambda number: work(client, number)) == []
        # Nobody else; on a busy machine, not always in the order of their patience.
        assert sorted(ended) == [0.05] * 11 + [0.8] * 10
        echo.release("held")
        assert finished(_make(client, "after")) == []


def test_waiting_for_a_place_in_the_pool_times_out(echo: EchoServer) -> None:
    async def talk() -> None:
        http = httpx.AsyncClient(limits=httpx.Limits(max_connections=2))
        async with http, _async_client(echo, http) as client:
            holding = client.with_options(default_headers={"x-hold": "both"})
            holders = [asyncio.create_task(_make(holding, m)) for m in "ab"]
            await asyncio.to_thread(echo.until_held, "both", 2)
            hurried = client.with_options(timeout=0.05, max_retries=0)
            late = [_make(hurried, f"l{n}") for n in range(20)]
            found = await asyncio.gather(*late, return_exceptions=True)
            assert {*map(type, found)} == {APITimeoutError}
            # They never came to the server.
            assert len(echo.requests) == 2
            echo.release("both")
            assert _flat(await asyncio.gather(*holders)) == []
            assert await _make(client, "after") == []
            assert pool_problems(http, 2) == []

    asyncio.run(talk())


def test_each_thread_sends_the_key_that_it_was_given(echo: EchoServer) -> None:
    mine = threading.local()

    def key() -> str:
        mine.count = getattr(mine, "count", 0) + 1
        mine.key = f"key-{threading.get_ident()}-{mine.count}"
        return f"{mine.key}"

    def work(number: int) -> list[str]:
        found = []
        for _ in range(5):
            said = finished(_echo_of(client, f"k{number}"))["key"]
            if said != f"Bearer {mine.key}":
                found.append(f"{said}, not {mine.key}")
        return found if mine.count == 5 else [*found, f"asked {mine.count} times"]

    with Client(base_url=echo.url, api_key=key) as client:
        assert _in_threads(work) == []


def test_each_task_sends_the_key_that_it_was_given(echo: EchoServer) -> None:
    given: dict[str, str] = {}

    async def key() -> str:
        task = asyncio.current_task()
        assert task is not None
        # Another task comes in between.
        await asyncio.sleep(0)
        given[task.get_name()] = f"key-of-{task.get_name()}"
        return given[task.get_name()]

    async def talk() -> list[str]:
        async with AsyncClient(base_url=echo.url, api_key=key) as client:

            async def work(number: int) -> list[str]:
                task = asyncio.current_task()
                assert task is not None
                mark = f"k{number}"
                said = (await _echo_of(client, mark))["key"]
                wanted = f"Bearer {given[task.get_name()]}"
                return [] if said == wanted else [f"{said}, not {wanted}"]

            tasks = [asyncio.create_task(work(n), name=f"task-{n}") for n in range(64)]
            return _flat(await asyncio.gather(*tasks))

    assert asyncio.run(talk()) == []


def test_closing_while_others_call(echo: EchoServer) -> None:
    begun = threading.Barrier(THREADS + 1, timeout=TIMEOUT)
    client = _client(echo)

    def work(number: int) -> list[str]:
        held = client.with_options(
            default_headers={"x-hold": "open"} if number % 2 else {}, max_retries=1
        )
        begun.wait()
        for _ in range(10_000):
            try:
                found = finished(_make(held, f"z{number}"))
            except APITimeoutError as error:
                return [f"z{number} waited in vain: {error}"]
            except AssistantsError:
                return []
            except RuntimeError as error:
                said = str(error)
                return [] if said == "the client has been closed" else [repr(error)]
            if found:
                return found
        return [f"z{number} went on"]

    with ThreadPoolExecutor(THREADS) as pool:
        working = [pool.submit(work, number) for number in range(THREADS)]
        begun.wait()
        echo.until_held("open", THREADS // 2)
        client.close()
        # Long before those that are held back would give up by themselves.
        _, hanging = wait(working, timeout=TIMEOUT / 2)
        echo.release("open")
    assert not hanging
    assert _flat(each.result() for each in working) == []
    echo.until(lambda: echo.open == 0)


def test_transcripts_are_not_torn(
    echo: EchoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(io.StringIO):
        def write(self, text: str) -> int:
            # Between any two pieces another thread gets its turn.
            written = super().write(text)
            time.sleep(0)
            return written

    shown = Slow()
    long = "x" * 5_000
    # Neither has a handler, so lines go to stderr.
    monkeypatch.setattr("logging.Logger.hasHandlers", lambda _: False)
    monkeypatch.setattr("sys.stderr", shown)
    with _client(echo) as client:

        def work(number: int) -> list[str]:
            mark = f"v{number}"
            headers = {"x-long": f"{mark}-{long}"}
            copy = client.with_options(default_headers=headers, verbosity=3)
            return finished(_make(copy, mark)) + finished(_stream(copy, mark))

        assert _in_threads(work) == []
    lines = shown.getvalue().split("\n")
    forms = r"(->|<-|>>|<<) .*|\*  .*|"
    assert [each[:99] for each in lines if not re.fullmatch(forms, each)] == []
    wanted = [f"-> x-long: v{n}-{long}" for n in range(THREADS) for _ in range(2)]
    found = [each for each in lines if each.startswith("-> x-long")]
    assert sorted(found) == sorted(wanted)
    assert lines.count("<- HTTP/1.1 200 OK") == THREADS * 2


def _in_threads(work: Callable[[int], list[str]]) -> list[str]:
    """Return what is wrong by what each of the threads found, all of them at once."""
    together = threading.Barrier(THREADS, timeout=TIMEOUT)

    def one(number: int) -> list[str]:
        together.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as pool:
        working = [pool.submit(one, number) for number in range(THREADS)]
        return _flat(each.result(TIMEOUT) for each in working)


def _flat(found: Iterable[list[str]]) -> list[str]:
    return [*chain.from_iterable(found)]


async def _make(client: Any, mark: str) -> list[str]:
    echo = {k: v for k, v in (await _echo_of(client, mark)).items() if k != "key"}
    return _unlike(mark, echo, expected_echo(mark))


async def _echo_of(client: Any, mark: str) -> dict[str, Any]:
    extra: Any = {"extra_headers": {"x-mark": mark}, "extra_query": {"q": mark}}
    made = await settled(
        client.threads.messages.create(mark, role="user", content=f"of {mark}", **extra)
    )
    found: dict[str, Any] = made.to_dict()["metadata"]
    return found


async def _list(client: Any, mark: str) -> list[str]:
    pages = client.threads.messages.list(mark, limit=4)
    ids = [each.id for each in await listed(pages)]
    return _unlike(mark, ids, expected_items(mark))


async def _stream(client: Any, mark: str) -> list[str]:
    runs = client.threads.runs
    async with entered(runs.stream(thread_id=mark, assistant_id="a")) as stream:
        text = "".join(await listed(stream.text_deltas))
    return _unlike(mark, text, expected_text(mark))


def _unlike(mark: str, found: Any, wanted: Any) -> list[str]:
    return [] if found == wanted else [f"{mark} got {found}"]


def _client(echo: EchoServer, http: httpx.Client | None = None) -> Client:
    timeout = httpx.Timeout(TIMEOUT)
    return Client(base_url=echo.url, api_key="k", timeout=timeout, http_client=http)


def _async_client(
    echo: EchoServer, http: httpx.AsyncClient | None = None
) -> AsyncClient:
    timeout = httpx.Timeout(TIMEOUT)
    limit: Any = {"http_client": http} if http else {"max_connections": MANY}
    return AsyncClient(base_url=echo.url, api_key="k", timeout=timeout, **limit)


def _http_of(client: AsyncClient) -> httpx.AsyncClient:
    return client._http({})._client
