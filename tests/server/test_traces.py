"""What was deleted is gone from the disk, however the server ended."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.contents.folder import FolderContents
from assistants_server.library.index_file import IndexFile
from assistants_server.library.indexer import Indexer
from assistants_server.store import SQLiteStore
from tests.server.api import TIMEOUT, Api, talking, until
from tests.server.test_privacy import SECRET, add_file, has_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sqlite("a database overwrites nothing before its next vacuum")


def thread(api: Api) -> str:
    return f"/threads/{api.thread(SECRET)}"


def file(api: Api) -> str:
    return f"/files/{add_file(api)[0]}"


@pytest.mark.parametrize("add", [thread, file])
def test_a_server_that_was_killed_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, add: Callable[[Api], str]
) -> None:
    moments: list[Path] = []
    path, step = "", threading.Lock()

    def note_before(kind: Any, name: str) -> None:
        """Keep the disk as a kill would leave it, before each step of the deletion."""
        real = getattr(kind, name)

        def noting(*given: Any) -> None:
            with step:
                if path:
                    moments.append(tmp_path / f"{len(moments)}")
                    shutil.copytree(live, moments[-1])
                real(*given)

        monkeypatch.setattr(kind, name, noting)

    note_before(SQLiteStore, "_purge")
    note_before(IndexFile, "_remove")
    note_before(FolderContents, "delete")
    live = tmp_path / "live"
    live.mkdir()
    with LocalServer(store=live / "state.db") as server, talking(server) as api:
        path = add(api)
        api.delete(path)
        until(lambda: has_secret(live) == [], "the secret to go")
    monkeypatch.undo()
    left = [each for each in moments if has_secret(each)]
    assert left
    for each in left:
        with LocalServer(store=each / "state.db") as server, talking(server) as api:
            api.get(path, status=404)
            until(lambda: has_secret(each) == [], "the rest to go")  # noqa: B023


def test_a_server_that_stops_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = threading.Event()
    close, remove = Indexer.close, IndexFile._remove

    async def noted(self: Indexer) -> None:
        stops.set()
        await close(self)

    def slow(self: IndexFile, *what: Any) -> None:
        assert stops.wait(TIMEOUT)
        # If nobody waits, it is too late now.
        time.sleep(0.05)
        remove(self, *what)

    monkeypatch.setattr(Indexer, "close", noted)
    monkeypatch.setattr(IndexFile, "_remove", slow)
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        api.delete(file(api))
        assert has_secret(tmp_path)
    assert has_secret(tmp_path) == []
