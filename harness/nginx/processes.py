"""What has to work with several processes behind nginx."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import httpx

from assistants_client import Client
from harness.checks import NotOfferedError, must, thread_of
from harness.nginx.server import front
from harness.nginx.stage import KEY, TIMEOUT
from harness.postgres import Cluster
from harness.processes import ProcessError
from harness.proof.engine import VARIABLE, notes, text_of
from harness.scripted_server import CLOSE, Action, Request, Response, ScriptedServer
from harness.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.nginx.server import Front

_ENOUGH = 40
_PIECES = 200
_FORGED = {
    "x-forwarded-for": "10.1.2.3",
    "x-forwarded-host": "evil.example",
    "x-forwarded-proto": "http",
}


def forwarded() -> str:
    """Check that the server is told who asks, and not what they say of themselves."""
    with (
        _scripted(lambda _: Response.of({})) as (server, before),
        _http(before) as http,
    ):
        http.post("/assistants", json={}, headers=_FORGED)
        headers = server.requests[0].headers
    found = {name: headers.get_list(name) for name in _FORGED}
    must(headers["authorization"] == f"Bearer {KEY}", "the key did not arrive")
    must(found["x-forwarded-for"] == ["127.0.0.1"], f"{found}")
    must(found["x-forwarded-proto"] == ["https"], f"{found}")
    must(found["x-forwarded-host"] == [before.name], f"{found}")
    must(headers["host"] == before.name, f"the host is {headers['host']}")
    return "whom nginx sees, and nothing else"


def kept() -> str:
    """Check that connections to the server are used again."""
    with (
        _scripted(lambda _: Response.of({})) as (server, before),
        _http(before) as http,
    ):
        for _ in range(20):
            http.get("/assistants")
        must(server.connections < 3, f"20 requests had {server.connections}")
        return f"{server.connections} for 20 requests"


def once() -> str:
    """Check that what may have been carried out is not asked for a second time."""
    with _scripted(lambda _: [CLOSE]) as (server, before), _http(before) as http:
        # With no response at all nginx can't know what the server has done.
        status = http.post("/assistants", json={}).status_code
        must(status == 502, f"it has {status}")
        must(len(server.requests) == 1, f"it was asked {len(server.requests)} times")
    return "a POST that broke off has 502, and was sent once"


def ended() -> str:
    """Check that no request fails while one of two processes ends, and is back."""
    statuses: list[int] = []
    over = threading.Event()

    def more() -> None:
        now = len(statuses)
        _until(lambda: len(statuses) > now + _ENOUGH)

    with (
        TemporaryDirectory(prefix="nginx-") as name,
        ServerProcess(Path(name), "--key", KEY) as first,
        ServerProcess(Path(name), "--key", KEY) as second,
        front((first.port, second.port)) as before,
    ):
        asking = threading.Thread(target=_ask, args=(before, statuses, over))
        asking.start()
        try:
            more()
            first.terminate()
            first.wait()
            more()
            first.start()
            more()
        finally:
            over.set()
            asking.join()
    failed = [status for status in statuses if status != 200]
    must(not failed, f"of {len(statuses)} requests there failed {failed}")
    return f"{len(statuses)} requests, and all are answered"


def drained() -> str:
    """Check that a stream goes on with the other process when its own is stopped."""
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(Cluster())
        except ProcessError as error:
            raise NotOfferedError(str(error)) from error
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="nginx-")))
        variables = {
            VARIABLE: str(folder / "turns"),
            "ASSISTANTS_STORE": cluster.url("nginx"),
        }
        options = ("--key", KEY, "--engine", "harness.proof.engine:answer")
        first, second = (ServerProcess(folder, *options, **variables) for _ in "12")
        # As long as it is alone, it is the one that has the run.
        stack.enter_context(first)
        before = stack.enter_context(front((first.port, second.port)))
        client = stack.enter_context(
            Client(
                base_url=before.url,
                api_key=KEY,
                http_client=before.http(timeout=TIMEOUT),
            )
        )
        thread, assistant = (
            thread_of(client, "Hello"),
            client.assistants.create(model="m"),
        )
        heard = ""
        with client.threads.runs.stream(
            thread_id=thread,
            assistant_id=assistant,
            metadata={"number": "1", "rounds": "0", "pieces": str(_PIECES)},
            resume=True,
        ) as stream:
            for piece in stream.text_deltas:
                heard += piece
                if piece == " 3":
                    stack.enter_context(second)
                    first.terminate()
        must(heard == text_of("Hello", _PIECES), f"the answer is {heard!r}")
        first.wait()
        turns = {turn["process"] for turn in notes(folder / "turns")}
        must(len(turns) == 2, f"{len(turns)} processes had turns")
    return f"{_PIECES} pieces, of two processes"


def _ask(before: Front, statuses: list[int], over: threading.Event) -> None:
    with _http(before) as http:
        while not over.is_set():
            statuses.append(http.get("/assistants").status_code)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        must(time.monotonic() < deadline, "waited in vain")
        time.sleep(0.01)


def _http(before: Front) -> httpx.Client:
    headers = {"authorization": f"Bearer {KEY}"}
    return before.http(base_url=before.url, headers=headers, timeout=TIMEOUT)


def _empty(_: Request) -> Response:
    return Response.of({})


@contextmanager
def _scripted(
    script: Callable[[Request], Response | list[Action]],
) -> Iterator[tuple[ScriptedServer, Front]]:
    with ScriptedServer(script) as server, front((server.port, server.port)) as before:
        yield server, before


CHECKS: tuple[Callable[[], str], ...] = (forwarded, kept, once, ended, drained)
