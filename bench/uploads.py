"""A large file uploaded and saved: the memory that it takes, and the time."""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from bench.contestants import KEY
from bench.rows import BenchError, Goal, Row
from bench.turns import fresh, peak
from harness.scripted_server import Response, ScriptedServer
from harness.sink import Sink

_WAIT = 60
_PIECE = bytes(1024 * 1024)
_MOST = 40 * 1024**2
"""How much memory a file of any size may take beyond what a small one takes."""


class Taken(NamedTuple):
    """What it took, beyond what a small file takes."""

    seconds: float
    memory: float


def measure(rounds: int, megabytes: int) -> list[Row]:
    """Measure an upload and a download of so many megabytes, by both clients."""
    rows = []
    size = megabytes * len(_PIECE)
    with _Servers(megabytes) as (sink, source), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sparse"
        with path.open("wb") as file:
            file.truncate(size)
        for what, url in (("uploaded", sink), ("saved", source)):
            for client in ("sync", "async"):
                found = [fresh(_move, what, client, url, path) for _ in range(rounds)]
                title = f"{megabytes} MB {what}, {client}"
                memory = [each.memory for each in found]
                goal = Goal(_MOST, of="median")
                rows.append(Row(title, [each.seconds for each in found], []))
                rows.append(Row(f"{title}, memory", memory, [], "", goal, "byte"))
    return rows


class _Servers:
    """A server that discards what it gets, and one that sends zeros.

    They have a process of their own, so that none of their memory counts.
    """

    def __init__(self, megabytes: int) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, megabytes))

    def __enter__(self) -> tuple[str, str]:
        self._process.start()
        if not self._ours.poll(_WAIT):
            raise BenchError("the servers of uploads don't start")
        found: tuple[str, str] = self._ours.recv()
        return found

    def __exit__(self, *_: object) -> None:
        self._ours.send(None)
        self._process.join(_WAIT)


def _serve(end: Any, megabytes: int) -> None:
    def zeros(_: object) -> Iterator[bytes]:
        length = f"Content-Length: {megabytes * len(_PIECE)}"
        yield Response(content_type="application/octet-stream").head(length)
        for _ in range(megabytes):
            yield _PIECE

    with Sink() as sink, ScriptedServer(zeros) as source:
        end.send((sink.url, source.url))
        end.recv()
        source.stopping.set()
        threading.Event().wait(0.1)


def _move(what: str, client: str, url: str, path: Path) -> Taken:
    """Move a small file, then a large one; return what that took more."""
    small = path.with_name("small")
    small.write_bytes(b"x")
    move = _move_async if client == "async" else _move_sync
    if what == "uploaded":
        move(what, url, small)
    before, began = peak(), time.perf_counter()
    move(what, url, path)
    seconds = time.perf_counter() - began
    if what == "saved" and (saved := path.with_name("saved").stat().st_size) < 2**20:
        raise BenchError(f"only {saved} bytes were saved")
    return Taken(seconds, max(peak() - before, 1))


def _move_sync(what: str, url: str, path: Path) -> None:
    from assistants_client import Client

    with Client(base_url=url, api_key=KEY) as client:
        if what == "uploaded":
            client.files.create(file=path, purpose="assistants")
            return
        with client.files.with_streaming_response.content("file-1") as response:
            response.stream_to_file(path.with_name("saved"))


def _move_async(what: str, url: str, path: Path) -> None:
    from assistants_client import AsyncClient

    async def main() -> None:
        async with AsyncClient(base_url=url, api_key=KEY) as client:
            if what == "uploaded":
                await client.files.create(file=path, purpose="assistants")
                return
            streamed = client.files.with_streaming_response
            async with streamed.content("file-1") as response:
                await response.stream_to_file(path.with_name("saved"))

    asyncio.run(main())
