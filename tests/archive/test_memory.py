"""A long thread needs no more memory than a short one."""

from __future__ import annotations

import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from assistants_cli.archive import Export, Selection
from assistants_client import Client
from assistants_server.archive import import_into
from harness.scripted_server import Response, ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from harness.scripted_server import Request

# By thread: how many messages it has, and how many bytes each has. What is traced is
# slow by the object, so there are fewer and longer ones than is usual.
THREADS = {"export": (8_000, 1_250), "import": (500, 20_000)}
MESSAGE = (
    b'{"id": "msg_%d", "object": "thread.message", "created_at": %d, "role": "user",'
    b' "content": [{"type": "text", "text": {"value": "%b"}}]}'
)
MOST = 5 * 1024 * 1024
"""Half of what the messages have together."""


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Look for garbage as often as by default, which other tests don't."""
    seldom = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*seldom)


def _answer(request: Request) -> Response:
    thread, _, rest = request.path.removeprefix("/v1/threads/").partition("/")
    if not rest:
        return Response.of({"id": thread, "object": "thread", "created_at": 1})
    if rest != "messages":
        return Response.of({"data": []})
    count, size = THREADS[thread]
    after = dict(request.query).get("after", "msg_-1")
    begin = int(after.removeprefix("msg_")) + 1
    text = b"x" * size
    items = b",".join(MESSAGE % (n, n, text) for n in range(begin, begin + 100))
    more = b"true" if begin + 100 < count else b"false"
    return Response(200, b'{"data": [%b], "has_more": %b}' % (items, more))


def _peak(call: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_exporting_a_long_thread(tmp_path: Path) -> None:
    selection = Selection(threads=("export",), everything=False)
    with (
        ScriptedServer(_answer) as server,
        Client(base_url=f"{server.url}/v1", api_key="any") as client,
    ):
        export = Export(client, tmp_path, selection, jobs=1)
        assert _peak(export.run) < MOST
    (path,) = tmp_path.glob("threads/*")
    with path.open("rb") as file:
        assert sum(b'"message"' in line for line in file) == 8_000


def test_importing_a_long_thread(tmp_path: Path) -> None:
    selection = Selection(threads=("import",), everything=False)
    with (
        ScriptedServer(_answer) as server,
        Client(base_url=f"{server.url}/v1", api_key="any") as client,
    ):
        Export(client, tmp_path / "a", selection, jobs=1).run()
    store = tmp_path / "store.db"
    assert _peak(lambda: import_into(store, tmp_path / "a")) < MOST
    report = import_into(store, tmp_path / "a")
    assert report.counts["unchanged"]["message"] == 500
