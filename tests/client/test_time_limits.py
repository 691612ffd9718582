"""What takes too long: functions in threads and tasks, and responses in pieces."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import APITimeoutError, AsyncClient, Client
from assistants_client._call import make_call
from assistants_client._drive import drive, drive_async
from assistants_client._effects import Invocation, Overdue, Sleep, TimeUp, Within
from assistants_client._flows.call import perform_call
from assistants_client._operations import GET_THREAD
from assistants_client._transport.concurrency import (
    MOST_THREADS,
    together,
    together_async,
)
from assistants_client._transport.http import Http
from tests.cases import some

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "sk-of-the-test"
DEADLINE = 20.0
SOON = 0.05
"""Seconds after which time is up in these tests."""


@pytest.fixture(params=["threads", "tasks"])
def call(request: pytest.FixtureRequest) -> Callable[..., list[object]]:
    if request.param == "threads":
        return together
    return lambda invocations: asyncio.run(together_async(invocations))


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_each_function_has_a_timeout_of_its_own(
    call: Callable[..., list[object]], never: threading.Event
) -> None:
    cancelled: list[bool] = []

    def hang() -> None:
        never.wait(DEADLINE)

    async def hang_too() -> None:
        try:
            await asyncio.sleep(DEADLINE)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    def own() -> None:
        raise TimeoutError("its own")

    started = time.monotonic()
    late, later, own_error, fine = call(
        [
            *(Invocation(function=each, timeout=SOON) for each in (hang, hang_too)),
            *(Invocation(function=own, timeout=DEADLINE), Invocation(function=int)),
        ]
    )
    assert time.monotonic() - started < DEADLINE / 4
    assert isinstance(late, Overdue)
    assert isinstance(later, Overdue)
    assert (late.left_behind, later.left_behind) == (True, False)
    assert str(late) == "it took longer than 0.05 s"
    assert cancelled == [True]
    assert (str(own_error), fine) == ("its own", 0)


def test_those_that_hang_don_t_keep_others_from_their_turn(
    never: threading.Event,
) -> None:
    hanging = Invocation(function=lambda: never.wait(DEADLINE), timeout=SOON)
    waiting = [Invocation(function=lambda: "here")] * 3
    results = together([hanging] * MOST_THREADS + waiting)
    assert results[MOST_THREADS:] == ["here"] * 3
    assert all(isinstance(each, Overdue) for each in some(results[:MOST_THREADS]))


def test_nobody_waits_beyond_the_end_and_nothing_is_begun_after_it(
    never: threading.Event,
) -> None:
    begun: list[int] = []

    def hang() -> None:
        begun.append(1)
        never.wait(DEADLINE)

    many = [Invocation(function=hang)] * (MOST_THREADS + 4)
    started = time.monotonic()
    with pytest.raises(TimeUp):
        together(many, started + SOON)
    assert time.monotonic() - started < DEADLINE / 4
    never.set()
    for thread in threading.enumerate():
        if thread.name == "assistants-tool":
            thread.join(DEADLINE)
    assert len(begun) == MOST_THREADS


def test_an_async_function_is_cancelled_at_the_end_in_a_thread_too() -> None:
    ended = threading.Event()

    async def hang() -> None:
        try:
            await asyncio.sleep(DEADLINE)
        finally:
            ended.set()

    with pytest.raises(TimeUp):
        together([Invocation(function=hang)], time.monotonic() + SOON)
    assert ended.wait(DEADLINE)


def test_an_interruption_in_a_thread_is_raised() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    two = [Invocation(function=interrupt), Invocation(function=int)]
    with pytest.raises(KeyboardInterrupt):
        together(two)


class Trickling:
    """A server that sends its response a byte at a time, from where it is told to."""

    def __init__(self, at_once: int, pause: float = 0.02) -> None:
        body = b'{"id": "thread_1"}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        self._content = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        self._at_once = len(self._content) + at_once if at_once < 0 else at_once
        self._pause = pause
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65536)
                    connection.sendall(self._content[: self._at_once])
                    for byte in self._content[self._at_once :]:
                        time.sleep(self._pause)
                        connection.sendall(bytes([byte]))
                except OSError:
                    pass

    def close(self) -> None:
        self._listening.close()


@pytest.fixture(params=[0, -15], ids=["head", "body"])
def trickling(request: pytest.FixtureRequest) -> Iterator[Trickling]:
    server = Trickling(request.param)
    yield server
    server.close()


def test_a_call_takes_no_longer_than_its_timeout(trickling: Trickling) -> None:
    started = time.monotonic()
    with (
        Client(base_url=trickling.url, api_key=KEY, max_retries=0) as client,
        pytest.raises(APITimeoutError, match="timed out"),
    ):
        client.threads.retrieve("thread_1", timeout=0.1)
    assert time.monotonic() - started < 1.0


def test_no_client_waits_for_an_effect_any_longer(trickling: Trickling) -> None:
    with Client(base_url=trickling.url, api_key=KEY) as client:
        http = client._http({})
        started = time.monotonic()
        with pytest.raises(TimeUp):
            drive(_retrieval(client), lambda each: http.perform(Within(each, 0.1)))
        assert 0.09 < time.monotonic() - started < 1.0

    async def use() -> float:
        async with AsyncClient(base_url=trickling.url, api_key=KEY) as client:
            http = client._http({})
            started = time.monotonic()
            with pytest.raises(TimeUp):
                await drive_async(
                    _retrieval(client), lambda each: http.perform(Within(each, 0.1))
                )
            return time.monotonic() - started

    assert 0.09 < asyncio.run(use()) < 1.0


def _retrieval(client: Any) -> Any:
    ids = {"thread_id": "thread_1"}
    call = make_call(GET_THREAD, {}, ids, lambda result: result)
    return perform_call(call, client.options)


def test_the_limit_of_one_effect_is_not_that_of_the_next() -> None:
    with Client(base_url="http://127.0.0.1:9", api_key=KEY) as client:
        http: Http = client._http({})
        http.perform(Within(Sleep(0), 0.001))
        time.sleep(0.002)
        assert http._until is None
