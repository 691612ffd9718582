"""Indexing: in the background, on after a restart, and ended by no document."""

from __future__ import annotations

import contextlib
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.contents import Contents
from assistants_server.index_file import IndexFile
from assistants_server.search import (
    EmbeddingError,
    ExtractionError,
    SearchError,
    StoppedError,
)
from assistants_server.store import SQLiteStore
from assistants_server.store.vector_store_files import VectorStoreFiles
from tests.server.api import TIMEOUT, talking, until
from tests.server.shelf import (
    EXTRACT,
    counts,
    file_of,
    found,
    settled,
    upload,
    vector_store,
)
from tests.server.test_restart import Program

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.server.api import Api

# A file named "slow" is read when there is another file, as the tests say when.
PROGRAM = """
import sys, time
from pathlib import Path
from assistants_server import index_file
from assistants_server.__main__ import main

extract = index_file.extract

def gated(path, filename, *, stop):
    while filename == "slow" and not Path("gate").exists() and not stop.is_set():
        time.sleep(0.005)
    if filename == "fatal" and not Path("gate").exists():
        import os
        os._exit(7)
    return extract(path, filename, stop=stop)

index_file.extract = gated
sys.exit(main())
"""
FATAL = 7


class Gated(Program):
    """The command, with files that wait to be read."""

    def __init__(self, folder: Path) -> None:
        super().__init__("--store", str(folder / "s"), cwd=folder)
        program = folder / "program.py"
        program.write_text(PROGRAM)
        self._command[1:3] = [str(program)]

    def run_to_its_end(self) -> int:
        """Return the exit code of a server that ends by itself, maybe at once."""
        done = subprocess.run(
            self._command,
            cwd=self._cwd,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
        return done.returncode


def test_indexing_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    with Gated(tmp_path) as server:
        api = server.api
        done = vector_store(api, b"The Danube.")
        names = ("slow", "slow", "later", "later")
        ids = [
            upload(api, b"River %d." % n, name)["id"] for n, name in enumerate(names)
        ]
        store = api.post("/vector_stores", {})["id"]
        path = f"/vector_stores/{store}/file_batches"
        batch = api.post(path, {"file_ids": ids[:3]})["id"]
        cancelled = api.post(path, {"file_ids": ids[3:]})["id"]
        api.post(f"{path}/{cancelled}/cancel")
        assert api.get(f"{path}/{batch}")["file_counts"] == counts(in_progress=3)
        server.kill()
    (tmp_path / "gate").touch()
    with Gated(tmp_path) as server:
        api = server.api
        assert api.get(f"/vector_stores/{done['id']}") == done
        assert settled(api, store)["file_counts"] == counts(completed=3, cancelled=1)
        assert api.get(f"{path}/{batch}")["status"] == "completed"
        assert api.get(f"{path}/{cancelled}")["status"] == "cancelled"
        assert len(found(api, store, "River")) == 3
        assert found(api, done["id"], "Danube") == ["The Danube."]


def test_a_file_that_ends_the_server_is_given_up(tmp_path: Path) -> None:
    with Gated(tmp_path) as server:
        fatal = upload(server.api, b"x", "fatal")["id"]
        store = server.api.post("/vector_stores", {})["id"]
        with contextlib.suppress(httpx.TransportError):
            path = f"/vector_stores/{store}/files"
            server.http.post(path, json={"file_id": fatal})
        assert server.wait(TIMEOUT) == FATAL
    for _ in range(2):
        assert Gated(tmp_path).run_to_its_end() == FATAL
    with Gated(tmp_path) as server:
        done = settled(server.api, store)
        assert done["file_counts"] == counts(failed=1)
        error = file_of(server.api, store, fatal)["last_error"]
        assert error["code"] == "server_error"
        assert "3 times" in error["message"]


def test_a_server_that_stops_leaves_the_rest_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(path: Path, filename: str, *, stop: threading.Event) -> str:
        begun.set()
        assert stop.wait(TIMEOUT)
        return "not to be seen"

    with monkeypatch.context() as patch:
        patch.setattr(EXTRACT, endless)
        with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
            ids = [upload(api, b"The Danube.")["id"] for _ in range(3)]
            store = api.post("/vector_stores", {"file_ids": ids})["id"]
            assert begun.wait(TIMEOUT)
            before = time.monotonic()
        assert time.monotonic() - before < 2
        # However often: it isn't the fault of the file.
        for _ in range(4):
            begun.clear()
            with LocalServer(store=tmp_path / "s"):
                assert begun.wait(TIMEOUT)
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert settled(api, store)["file_counts"] == counts(completed=3)
        assert {*found(api, store, "Danube")} == {"The Danube."}


@pytest.mark.parametrize("damage", ["deleted", "damaged", "of something else"])
def test_an_index_that_is_lost_is_made_anew(tmp_path: Path, damage: str) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = vector_store(api, b"The Danube.", b"")["id"]
    index = tmp_path / "s.files" / "index.db"
    for each in index.parent.glob("index.db-*"):
        each.unlink()
    index.unlink()
    if damage == "damaged":
        index.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    elif damage == "of something else":
        with closing(sqlite3.connect(index)) as sql:
            sql.execute("create table mine (a)")
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        done = settled(api, store)
        assert done["file_counts"] == counts(completed=1, failed=1)
        assert found(api, store, "Danube") == ["The Danube."]


def test_an_index_that_has_too_much_is_tidied_up(tmp_path: Path) -> None:
    """A server may end between a deletion and what follows from it in the index."""
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = vector_store(api, b"The Danube.", b"The Rhine.")["id"]
        (file, *_) = api.get(f"/vector_stores/{store}/files")["data"]
    sql = SQLiteStore(tmp_path / "s")
    sql.vector_store_files.delete(store, file["id"])
    sql.close()

    def chunks() -> int:
        with closing(sqlite3.connect(tmp_path / "s.files" / "index.db")) as index:
            (count,) = index.execute("select count(*) from chunks").fetchone()
        return int(count)

    assert chunks() == 2
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert len(found(api, store, "the")) == 1
        assert len(found(api, store, "Danube Rhine")) == 1
    assert chunks() == 1


def test_deletions_free_the_chunks(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        stores = [vector_store(api, b"The Danube.", b"The Rhine.")["id"] for _ in "abc"]
        (file, *_) = api.get(f"/vector_stores/{stores[0]}/files")["data"]
        api.delete(f"/vector_stores/{stores[0]}/files/{file['id']}")
        (file, *_) = api.get(f"/vector_stores/{stores[1]}/files")["data"]
        api.delete(f"/files/{file['id']}")
        files = [each["id"] for each in api.get("/files")["data"][:2]]
        path = f"/vector_stores/{stores[2]}"
        api.post(f"{path}/file_batches", {"file_ids": files})
        settled(api, stores[2])
        api.delete(path)
    with closing(sqlite3.connect(tmp_path / "s")) as sql:
        assert sql.execute("select count(*) from batch_files").fetchone() == (0,)
    with closing(sqlite3.connect(tmp_path / "s.files" / "index.db")) as index:
        texts = index.execute("select text from chunks").fetchall()
    assert len(texts) == 2


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (ExtractionError("unsupported_file", "No."), "unsupported_file", "No."),
        (ExtractionError("invalid_file", "No text."), "invalid_file", "No text."),
        (ExtractionError("server_error", "Install."), "server_error", "Install."),
        (EmbeddingError("No embeddings."), "server_error", "No embeddings."),
        (SearchError("No room."), "server_error", "No room."),
    ],
    ids=range(5),
)
def test_what_can_not_be_read_says_why(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    raised: Exception,
    code: str,
    message: str,
) -> None:
    def failing(path: Path, filename: str, *, stop: threading.Event) -> str:
        raise raised

    monkeypatch.setattr(EXTRACT, failing)
    store = vector_store(api, b"x")["id"]
    (file,) = api.get(f"/vector_stores/{store}/files")["data"]
    assert (file["status"], file["usage_bytes"]) == ("failed", 0)
    assert file["last_error"] == {"code": code, "message": message}


def test_what_nobody_foresaw_is_logged_and_ends_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(path: Path, filename: str, *, stop: threading.Event) -> str:
        raise ZeroDivisionError("a secret of the machine")

    with monkeypatch.context() as patch:
        patch.setattr(EXTRACT, failing)
        store = vector_store(api, b"x", b"y", b"z")["id"]
    for file in api.get(f"/vector_stores/{store}/files")["data"]:
        assert file["last_error"]["code"] == "server_error"
        assert "secret" not in file["last_error"]["message"]
    assert "ZeroDivisionError" in caplog.text
    assert found(api, vector_store(api, b"The Danube.")["id"], "Danube")


def test_indexing_goes_on_when_the_store_can_be_used_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begin, failures = VectorStoreFiles.begin, iter(range(3))

    def failing(self: VectorStoreFiles, place: int) -> int:
        if next(failures, None) is not None:
            raise sqlite3.OperationalError("database or disk is full")
        return begin(self, place)

    monkeypatch.setattr(VectorStoreFiles, "begin", failing)
    monkeypatch.setattr("assistants_server.indexing._PAUSE", 0.01)
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, b"The Danube.")
        assert store["file_counts"] == counts(completed=1)
    assert "disk is full" in caplog.text


def test_a_content_that_is_gone_fails(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        file = upload(api)["id"]
        (tmp_path / "s.files" / file).unlink()
        store = api.post("/vector_stores", {"file_ids": [file]})["id"]
        assert settled(api, store)["file_counts"] == counts(failed=1)
        assert file_of(api, store, file)["last_error"]["code"] == "server_error"


def test_a_stop_is_heard_between_two_chunks(tmp_path: Path) -> None:
    contents = Contents(tmp_path / "s")
    contents.path("file-1").write_bytes(b"The Danube.")
    index = IndexFile(contents, None)
    file = {"id": "file-1", "vector_store_id": "vs_1", "chunking_strategy": None}
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        index.adding(file, "a.txt", stop)()
    assert index.files() == set()
    stop.clear()
    assert index.adding(file, "a.txt", stop)().chunks == 1
    index.close()


def test_indexing_holds_nobody_up(tmp_path: Path) -> None:
    """Neither many files, nor large ones, nor to delete them again."""
    lines = b"".join(
        b"%d rivers flow into sea %d.\r\n" % (n, n % 7) for n in range(60_000)
    )
    with Program("--store", str(tmp_path / "s")) as server:
        api = server.api
        ids = [upload(api, lines)["id"] for _ in range(2)]
        ids += [upload(api, b"<p>River %d" % n, "a.html")["id"] for n in range(4)]

        def slowest(doing: Callable[[], Any], ready: Callable[[], bool]) -> float:
            times: list[float] = []
            doing()

            def look() -> bool:
                begun = time.perf_counter()
                api.get("/models")
                times.append(time.perf_counter() - begun)
                return ready()

            until(look, "the work to be done")
            # One in a hundred may have waited for the machine, and not for the server.
            return sorted(times)[-1 - len(times) // 100]

        store = api.post("/vector_stores", {})["id"]
        path = f"/vector_stores/{store}"
        took = slowest(
            lambda: api.post(f"{path}/file_batches", {"file_ids": ids}),
            lambda: api.get(path)["status"] == "completed",
        )
        assert api.get(path)["file_counts"] == counts(completed=6)
        assert took < 0.3
        end = time.monotonic() + 0.3
        took = slowest(lambda: api.delete(path), lambda: time.monotonic() > end)
        assert took < 0.3


def test_an_interrupt_waits_for_no_server_of_embeddings(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}/v1"
        with Program("--embeddings", url, cwd=tmp_path) as server:
            file = upload(server.api, b"The Danube.")["id"]
            server.api.post("/vector_stores", {"file_ids": [file]})
            hanging.settimeout(TIMEOUT)
            connection, _ = hanging.accept()
            with connection:
                assert connection.recv(4) == b"POST"
                begun = time.monotonic()
                assert server.send(signal.SIGINT)[0] == 0
                assert time.monotonic() - begun < 5
