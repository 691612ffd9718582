"""The server as an object: started and stopped, alone and beside others."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import (
    LocalServer,
    ToolCall,
    deterministic,
    scripted,
)
from tests.cases import some
from tests.server.api import TIMEOUT, Gate, talking, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from assistants_server import Output, Turn

FORGETFUL = """
import threading, httpx
from assistants_server import LocalServer

stuck = threading.Event()

def engine(turn):
    yield "I think "
    stuck.set()
    threading.Event().wait()

server = LocalServer(engine=engine)
server.start()
http = httpx.Client(base_url=server.url, verify=False)
made = http.post("/assistants", json={"model": "m"}).json()
body = {"assistant_id": made["id"], "stream": True}
stream = http.send(http.build_request("POST", "/threads/runs", json=body), stream=True)
stuck.wait()
LocalServer().start()
print("the end")
"""


@pytest.fixture(autouse=True)
def _nothing_left_behind() -> Iterator[None]:
    """Fail where a thread or a socket outlives its test."""
    threads, files = {*threading.enumerate()}, _open_files()
    yield
    for thread in {*threading.enumerate()} - threads:  # vacuous: at best
        thread.join(TIMEOUT)
        assert not thread.is_alive(), thread
    if _open_files() > files:
        # A connection to a database that was given up while it was made.
        gc.collect()
    assert _open_files() <= files


@pytest.fixture(autouse=True, scope="module")
def _nothing_left_to_collect() -> Iterator[None]:
    """Collect unclosed resources, whose warnings are errors; once, as it is slow."""
    gc.collect()
    yield
    gc.collect()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Provide an engine that blocks a thread of the server for as long as the test."""
    gate = Gate("So far")
    yield gate
    gate.open()


def test_server_answers_while_it_runs() -> None:
    with LocalServer() as server:
        assert server.url == f"http://127.0.0.1:{server.port}/v1"
        with talking(server) as api:
            run = api.run(api.thread("Hello"), api.assistant())
            assert api.answers(run) == ["You said: Hello"]
    assert not _is_served(server.port)


def test_stop_waits_for_nobody_where_nothing_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits, sleep = [], asyncio.sleep

    async def noted(seconds: float) -> None:
        await sleep(seconds)
        # What goes on for days, and is cancelled, does not come to this.
        waits.append(seconds)

    with LocalServer() as server, talking(server) as api:
        # Its connection stays.
        api.get("/assistants")
        monkeypatch.setattr(asyncio, "sleep", noted)
        server.stop()
    assert len(waits) < 10
    assert sum(waits) < 0.05


def test_async_clients_use_it_from_one_loop() -> None:
    async def ask() -> None:
        async with (
            LocalServer() as server,
            httpx.AsyncClient(base_url=server.url, verify=False) as http,
        ):
            paths = ["/assistants", "/assistants?limit=1"] * 10
            answers = await asyncio.gather(*map(http.get, paths))
            assert [response.status_code for response in answers] == [200] * 20
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(ask())


class _Slow(LocalServer):
    """A server that starts and stops when somebody lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = threading.Event()
        self.may_start, self.may_stop = threading.Event(), threading.Event()

    def start(self) -> None:
        self.asked.set()
        assert self.may_start.wait(TIMEOUT)
        super().start()

    def stop(self) -> None:
        assert self.may_stop.wait(TIMEOUT)
        super().stop()


def test_loop_is_not_held_up_by_start_and_stop() -> None:
    server = _Slow()

    async def let(event: threading.Event) -> None:
        event.set()

    async def use() -> None:
        # Were the loop held up, nobody could let it go on.
        await asyncio.gather(server.__aenter__(), let(server.may_start))
        await asyncio.gather(server.__aexit__(None, None, None), let(server.may_stop))

    asyncio.run(use())


def test_start_that_is_given_up_leaves_nothing_running() -> None:
    server = _Slow()
    server.may_stop.set()

    async def give_up() -> None:
        entering = asyncio.create_task(server.__aenter__())
        await asyncio.to_thread(server.asked.wait, TIMEOUT)
        entering.cancel()
        await asyncio.sleep(0)
        server.may_start.set()
        with pytest.raises(asyncio.CancelledError):
            await entering

    asyncio.run(give_up())
    try:
        assert not _is_served(server.port)
    finally:
        server.stop()


def test_servers_share_nothing() -> None:
    with LocalServer() as one, LocalServer(engine=scripted("two")) as two:
        assert one.port != two.port
        with talking(one) as first, talking(two) as second:
            made = first.assistant()
            second.get(f"/assistants/{made}", status=404)
            assert second.get("/assistants")["data"] == []
            run = second.run(second.thread(), second.assistant())
            assert second.answers(run) == ["two"]
        assert len(one.exchanges) == 1
        assert len(two.exchanges) > 3


def test_server_that_runs_cannot_be_started() -> None:
    with LocalServer() as server:
        with pytest.raises(RuntimeError, match="the server runs already"):
            server.start()
        with talking(server) as api:
            api.get("/assistants")


def test_server_that_has_not_started_is_nowhere() -> None:
    server = LocalServer(port=1)
    for name in ("url", "port"):
        with pytest.raises(RuntimeError, match="hasn't been started yet"):
            getattr(server, name)
    assert server.exchanges == []
    server.stop()


def test_server_can_be_started_again(tmp_path: Path) -> None:
    kept, forgotten = LocalServer(store=tmp_path / "state.db"), LocalServer()
    for number in range(3):
        with kept, forgotten, talking(kept) as one, talking(forgotten) as other:
            assert len(one.get("/assistants")["data"]) == number
            assert other.get("/assistants")["data"] == []
            one.assistant()
            other.assistant()
        kept.stop()


@pytest.mark.sqlite("what is beside a file")
def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        api.assistant()
    assert [each.name for each in tmp_path.iterdir()] == ["state.db"]


def test_port_can_be_chosen_and_used_again_at_once() -> None:
    with LocalServer() as server, talking(server) as api:
        api.get("/assistants")
    # Connections that the server has closed still linger there.
    with LocalServer(port=server.port) as again, talking(again) as api:
        assert again.url == server.url
        api.get("/assistants")


def test_stopping_ends_streams(gate: Gate) -> None:
    with LocalServer(engine=gate) as server, talking(server) as api:
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("So far")
            _stop(server)
            # Without the last event, since the run has not come to its end.
            with pytest.raises(AssertionError, match="the stream ended after"):
                stream.rest()


def test_stopping_waits_for_no_engine(gate: Gate, tmp_path: Path) -> None:
    async def clinging(turn: Turn) -> AsyncIterator[str]:
        yield "So far"
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)

    store = tmp_path / "state.db"
    server = LocalServer(engine=gate, store=store)
    server.start()
    with talking(server) as api:
        runs = [api.start(api.thread("Hello"), api.assistant())]
        assert gate.reached.wait(TIMEOUT)
        server.engine = clinging
        runs.append(api.start(api.thread("Hello"), api.assistant()))
        until(lambda: api.steps(runs[1]), "a step")
    _stop(server)
    with LocalServer(store=store) as again, talking(again) as api:
        for run in runs:
            assert api.wait(run, "completed")
            # What goes on otherwise than before is a message of its own.
            assert api.answers(run) == ["So far", "You said: Hello"]


def test_stopping_closes_all_connections(caplog: pytest.LogCaptureFixture) -> None:
    get = b"GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\n"
    late = b"X-Local-Fault: delay=3600\r\n\r\n"
    with LocalServer() as server, contextlib.ExitStack() as stack:
        connections = []
        for beginning in (b"", get, get + late, _half_a_request()):
            address = ("127.0.0.1", server.port)
            connection = stack.enter_context(socket.create_connection(address))
            connection.settimeout(TIMEOUT)
            connection.sendall(beginning)
            connections.append(connection)
        until(lambda: len(server.exchanges) == 2, "the requests")
        _stop(server)
        for connection in some(connections):
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""
    assert caplog.records == []


def test_client_that_disconnects_causes_no_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    read, busy, gone = threading.Event(), threading.Event(), threading.Event()

    async def talkative(turn: Turn) -> AsyncIterator[Output]:
        yield "So far"
        while not read.is_set():
            await asyncio.sleep(0.001)
        # This holds up the server, so that it doesn't see who leaves meanwhile.
        busy.set()
        assert gone.wait(TIMEOUT)
        yield ToolCall("add", {"text": "x" * 1000})

    with LocalServer(engine=talkative) as server, talking(server) as api:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(_half_a_request())
            until(lambda: server.exchanges, "the request")
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            _, run = stream.until("thread.run.created")
            stream.until_text("So far")
            read.set()
            assert busy.wait(TIMEOUT)
        gone.set()
        api.wait(run, "requires_action")
        assert api.answers(run) == ["So far"]
    assert caplog.records == []


def test_engine_can_be_changed_for_runs_that_begin_then() -> None:
    gate = Gate("first ", after=("engine",))
    server = LocalServer(engine=gate)
    with server, talking(server) as api:
        assert server.engine is gate
        old = api.start(api.thread("Hello"), api.assistant())
        assert gate.reached.wait(TIMEOUT)
        server.engine = scripted("second")
        new = api.run(api.thread("Hello"), api.assistant())
        gate.open()
        assert api.answers(api.wait(old, "completed")) == ["first engine"]
        assert api.answers(new) == ["second"]
    server.engine = deterministic
    with server, talking(server) as api:
        run = api.run(api.thread("Hello"), api.assistant())
        assert api.answers(run) == ["You said: Hello"]


def test_forgotten_server_does_not_keep_the_interpreter() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORGETFUL],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "the end\n", "")


def _stop(server: LocalServer) -> None:
    """Stop a server, or fail instead of waiting for ever."""
    stopping = threading.Thread(target=server.stop, daemon=True)
    stopping.start()
    stopping.join(TIMEOUT)
    assert not stopping.is_alive()


def _half_a_request() -> bytes:
    head = b"POST /v1/assistants HTTP/1.1\r\nhost: localhost\r\n"
    return head + b"content-length: 99\r\n\r\n{"


def _is_served(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def _open_files() -> int:
    return len([*Path("/dev/fd").iterdir()])
