"""A thread that is interrupted anywhere leaves nothing behind."""

from __future__ import annotations

import gc
import random
import signal
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client
from harness.faults.echo_server import EchoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 5
SECONDS = 0.35
PATIENCE = 20.0


class Alarm:
    """Interrupts the main thread each millisecond, while it is armed."""

    def __init__(self) -> None:
        self.armed = False
        self.count = 0

    def __call__(self, *_: object) -> None:
        if self.armed:
            self.count += 1
            raise KeyboardInterrupt

    @contextmanager
    def going(self, first: float) -> Iterator[None]:
        before = signal.signal(signal.SIGALRM, self)
        signal.setitimer(signal.ITIMER_REAL, first, 0.001)
        try:
            yield
        finally:
            self.armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def create(client: Client) -> None:
    client.threads.messages.create("m", role="user", content="c")


def listed(client: Client) -> None:
    assert len([*client.threads.messages.list("m", limit=4)]) == 7


def stream(client: Client) -> None:
    with client.threads.runs.stream(thread_id="m", assistant_id="a") as events:
        assert len([*events]) == 7


def leave_early(client: Client) -> None:
    with client.threads.runs.stream(thread_id="m", assistant_id="a") as events:
        next(iter(events))


def in_pieces(client: Client) -> None:
    with client.with_streaming_response.threads.messages.list("m", limit=4) as response:
        assert [*response.iter_bytes()]


ASKS = (create, listed, stream, leave_early, in_pieces)


def interrupted(client: Client, seed: int) -> tuple[Alarm, list[str]]:
    """Make calls while interruptions come; return what else was raised."""
    rng, alarm, raised = random.Random(seed), Alarm(), []
    ends = time.monotonic() + SECONDS
    with alarm.going(rng.uniform(0.0005, 0.0015)):
        while time.monotonic() < ends:
            ask = rng.choice(ASKS)
            try:
                alarm.armed = True
                ask(client)
                alarm.armed = False
            except KeyboardInterrupt:
                alarm.armed = False
            except BaseException as error:  # noqa: BLE001 - none of them may come
                alarm.armed = False
                raised.append(f"{ask.__name__}: {error!r}")
    return alarm, raised


@pytest.mark.parametrize("seed", range(10))
def test_a_thread_may_be_interrupted_anywhere(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An interruption within a destructor, such as one of importlib's, is told there.
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)
    assert threading.current_thread() is threading.main_thread()
    threads = threading.active_count()
    http = httpx.Client(limits=httpx.Limits(max_connections=MOST)) if seed % 2 else None
    limit: Any = {"http_client": http} if http else {"max_connections": MOST}
    with (
        warnings.catch_warnings(),
        EchoServer() as server,
        Client(
            base_url=server.url, api_key="k", max_retries=0, timeout=PATIENCE, **limit
        ) as client,
    ):
        # What is interrupted while it is made is closed by being forgotten.
        warnings.simplefilter("ignore", ResourceWarning)
        create(client)
        alarm, raised = interrupted(client, seed)
        assert raised == []
        assert alarm.count > SECONDS * 100
        gc.collect()
        pool: Any = client._pool.get()._transport._pool
        assert pool.used == 0
        assert [each for each in pool.connections if not each.is_idle()] == []
        assert len(pool.connections) <= MOST
        # As many as may call at once, and none waits for ever.
        with ThreadPoolExecutor(MOST) as several:
            for _ in several.map(lambda _: create(client), range(MOST * 2)):
                pass
        server.until(lambda: server.open == len(pool.connections))
        if http is not None:
            http.close()
    assert threading.active_count() == threads
