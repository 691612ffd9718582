"""A thread that is interrupted anywhere leaves nothing behind."""

from __future__ import annotations

import gc
import os
import random
import signal
import socket
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client
from harness.faults.echo_server import TOOLS, EchoServer, pool_problems
from harness.soak.forks import said_by_child

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


def upload(client: Client) -> None:
    client.files.create(file=("a.txt", b"a" * 100_000), purpose="assistants")


def add(a: int, b: int) -> int:
    """Add numbers."""
    return a + b


def with_tools(client: Client) -> None:
    runs = client.threads.runs
    with runs.stream(thread_id=TOOLS, assistant_id="a", tools=[add]) as events:
        run = events.get_final_run()
    assert run.status == "completed"


ASKS = (create, listed, stream, leave_early, in_pieces, upload, with_tools)


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


def problems(url: str, seed: int) -> str:
    """Return what is wrong with a client whose thread was interrupted all the time."""
    # What is interrupted in a destructor, or while it is made, is told there.
    sys.unraisablehook = lambda _: None
    before = open_sockets()
    warnings.simplefilter("ignore", ResourceWarning)
    http = httpx.Client(limits=httpx.Limits(max_connections=MOST)) if seed % 2 else None
    limit: Any = {"http_client": http} if http else {"max_connections": MOST}
    settings: Any = {"base_url": url, "api_key": "k", "timeout": PATIENCE, **limit}
    gc.disable()
    with Client(**settings, max_retries=0) as client:
        # Python itself loses the lock of an import that is interrupted.
        for ask in ASKS:
            ask(client)
        threads = threading.active_count()
        alarm, found = interrupted(client, seed)
        if alarm.count < 5:
            found.append(f"{alarm.count} interruptions were all")
        # As many as may call at once, and none waits for long, though nobody collects
        # what was left in circles.
        held = client.with_options(default_headers={"x-hold": f"seed {seed}"})
        begun = time.monotonic()
        with ThreadPoolExecutor(MOST) as several:
            for _ in several.map(lambda _: create(held), range(MOST)):
                pass
        if time.monotonic() - begun > PATIENCE / 2:
            found.append("some waited too long")
        gc.collect()
        pool: Any = client._pool.get()._transport._pool
        found += pool_problems(client._pool.get(), MOST)
        sockets = open_sockets() - before
        if sockets != len(pool.connections):
            found.append(f"{sockets} sockets, {len(pool.connections)} are known")
        if threading.active_count() != threads:
            found.append("there are more threads than before")
    return "\n".join(found) or "nothing"


def release(server: EchoServer, name: str) -> None:
    """Let requests go once all of them have come."""
    server.until_held(name, MOST)
    server.release(name)


def open_sockets() -> int:
    """Return how many sockets the process has open."""
    gc.collect()
    return sum(
        isinstance(each, socket.socket) and each.fileno() >= 0
        for each in gc.get_objects()
    )


# vacuous: it is for other systems
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system can't fork")
@pytest.mark.parametrize("seed", range(10))
def test_a_thread_may_be_interrupted_anywhere(seed: int) -> None:
    with EchoServer() as server:
        releasing = threading.Thread(target=release, args=(server, f"seed {seed}"))
        releasing.start()
        assert said_by_child(lambda: problems(server.url, seed)) == "nothing"
        releasing.join()
