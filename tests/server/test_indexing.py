"""Indexing: in the background, with a lost index, and ended by no document."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, StoreError
from assistants_server.contents import FolderContents, our_folder
from assistants_server.library.index_file import IndexFile
from assistants_server.search import (
    EmbeddingError,
    ExtractionError,
    SearchError,
    StoppedError,
)
from assistants_server.store.vector_store_files import VectorStoreFiles
from tests.cases import some
from tests.search.test_hostile_documents import (
    billion_laughs,
    deep_json,
    looping_pages,
    zip_bomb,
)
from tests.server.api import TIMEOUT, talking
from tests.server.program import Program
from tests.server.shelf import (
    EXTRACT,
    counts,
    file_of,
    found,
    settled,
    upload,
    vector_store,
)
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.server.api import Api


@pytest.mark.sqlite("an index in a file of its own; a database has it in tables")
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


@pytest.mark.sqlite("an index in a file of its own; a database has it in tables")
def test_an_index_that_somebody_uses_is_not_made_anew(tmp_path: Path) -> None:
    """As a backup does, and embeddings would be paid for twice."""
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = vector_store(api, b"The Danube.")["id"]
    index = tmp_path / "s.files" / "index.db"
    before = index.read_bytes()
    with closing(sqlite3.connect(index, isolation_level=None)) as backup:
        backup.execute("begin")
        backup.execute("select count(*) from chunks").fetchone()
        ended = Program("--store", str(tmp_path / "s")).run_to_its_end()
    why = "another server uses it, or another program; end that first."
    assert ended == (2, "", f"assistants_server: {index}: {why}\n")
    assert index.read_bytes() == before
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert found(api, store, "Danube") == ["The Danube."]


@pytest.mark.sqlite("an index in a file of its own; a database has it in tables")
def test_batches_stay_ended_while_a_lost_index_is_made_anew(
    tmp_path: Path, gate: threading.Event
) -> None:
    gate.set()
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = api.post("/vector_stores", {})["id"]
        path = f"/vector_stores/{store}/file_batches"
        batch = f"{path}/{api.post(path, {'file_ids': [upload(api)['id']]})['id']}"
        settled(api, store)
        ended = api.get(batch)
        assert ended["status"] == "completed"
    for each in (tmp_path / "s.files").glob("index.db*"):
        each.unlink()
    gate.clear()
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert api.get(f"/vector_stores/{store}")["status"] == "in_progress"
        assert api.get(batch) == ended


@pytest.mark.sqlite("an index in a file of its own; a database has it in tables")
@pytest.mark.parametrize("status", ["gone", "cancelled", "failed"])
def test_an_index_that_has_too_much_is_tidied_up(tmp_path: Path, status: str) -> None:
    """A server may end between a deletion and what follows from it in the index."""
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = vector_store(api, b"The Danube.", b"The Rhine.")["id"]
        (file, *_) = api.get(f"/vector_stores/{store}/files")["data"]
    with opened(tmp_path / "s") as left:
        if status == "gone":
            left.vector_store_files.delete(store, file["id"])
        else:
            entry = left.vector_store_files.get(store, file["id"])
            assert entry
            left.vector_store_files.put({**entry.body, "status": status})

    def chunks() -> int:
        with closing(sqlite3.connect(tmp_path / "s.files" / "index.db")) as index:
            (count,) = index.execute("select count(*) from chunks").fetchone()
        return int(count)

    assert chunks() == 2
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert len(found(api, store, "the")) == 1
        assert len(found(api, store, "Danube Rhine")) == 1
    assert chunks() == 1


@pytest.mark.sqlite("a store in a file, which is changed while no server has it")
@pytest.mark.parametrize("left", ["all of it", "its id alone"])
def test_a_store_whose_deletion_was_killed_leaves_nothing_in_the_index(
    tmp_path: Path, left: str
) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        gone = vector_store(api, b"The Danube.", b"The Rhine.")["id"]
        kept = vector_store(api, b"The Elbe.")["id"]
    with opened(tmp_path / "s") as store, store.changes():
        # As it is written down before the index is told.
        store.delete(gone)
        store.vector_store_files.delete_all(gone)

    def in_index(select: str) -> list[str]:
        with (
            closing(sqlite3.connect(tmp_path / "s.files" / "index.db")) as index,
            index,
        ):
            return [each for (each,) in index.execute(select)]

    if left == "its id alone":
        in_index("delete from files where store = 1 returning name")
    assert {*in_index("select name from stores")} == {gone, kept}
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert len(found(api, kept, "the")) == 1
    assert in_index("select name from stores") == [kept]
    if left == "all of it":
        assert in_index("select text from chunks") == ["The Elbe."]


@pytest.mark.sqlite("a store in a file, which is changed while no server has it")
def test_a_store_that_has_expired_is_emptied_by_the_next_server(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        store = vector_store(api, b"The Danube.", b"The Rhine.")["id"]
        (file, *_) = api.get(f"/vector_stores/{store}/files")["data"]
    with opened(tmp_path / "s") as left:
        body = left.get("vector_store", store)
        assert body
        left.put({**body, "status": "expired"})
        assert left.vector_store_files.stores_of(file["id"]) == [store]
    with LocalServer(store=tmp_path / "s"):
        pass
    with opened(tmp_path / "s") as left:
        assert left.vector_store_files.stores_of(file["id"]) == []
        assert left.get("file", file["id"])


@pytest.mark.sqlite("an index in a file of its own; a database has it in tables")
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
    with opened(tmp_path / "s") as left, left.changes():
        rows = left._database.execute("select count(*) from batch_files")
        assert rows.fetchone() == (0,)
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
    for file in some(api.get(f"/vector_stores/{store}/files")["data"]):
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
            raise StoreError("the database or disk is full")
        return begin(self, place)

    monkeypatch.setattr(VectorStoreFiles, "begin", failing)
    monkeypatch.setattr("assistants_server.library.indexer._PAUSE", 0.01)
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, b"The Danube.")
        assert store["file_counts"] == counts(completed=1)
    assert "disk is full" in caplog.text


def test_a_result_that_can_not_be_written_down_is_no_fault_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However often: only what ends the server counts."""
    put, failures = VectorStoreFiles.put, iter(range(5))

    def failing(self: VectorStoreFiles, body: dict[str, Any]) -> None:
        if next(failures, None) is not None:
            raise StoreError("the database or disk is full")
        put(self, body)

    monkeypatch.setattr(VectorStoreFiles, "put", failing)
    monkeypatch.setattr("assistants_server.library.indexer._PAUSE", 0.01)
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, b"The Danube.")
        assert store["file_counts"] == counts(completed=1)
    assert next(failures, None) is None


def test_a_content_that_is_gone_fails(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with (
        LocalServer(store=tmp_path / "s", files=str(folder)) as server,
        talking(server) as api,
    ):
        file = upload(api)["id"]
        (folder / file).unlink()
        store = api.post("/vector_stores", {"file_ids": [file]})["id"]
        assert settled(api, store)["file_counts"] == counts(failed=1)
        assert file_of(api, store, file)["last_error"]["code"] == "server_error"


def test_a_stop_is_heard_between_two_chunks(tmp_path: Path) -> None:
    folder = our_folder(tmp_path / "s")
    contents = FolderContents(folder)
    contents.path("file-1").write_bytes(b"The Danube.")
    index = IndexFile(contents, folder, None)
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
            """Return how much of the time that the work took two requests waited."""
            times: list[float] = []
            doing()
            end = time.monotonic() + TIMEOUT
            # Without a pause: the more requests there are, the less two of them weigh.
            while not (times and ready()):
                assert time.monotonic() < end
                begun = time.perf_counter()
                api.get("/models")
                times.append(time.perf_counter() - begun)
            return sum(sorted(times)[-2:]) / sum(times)

        store = api.post("/vector_stores", {})["id"]
        path = f"/vector_stores/{store}"
        took = slowest(
            lambda: api.post(f"{path}/file_batches", {"file_ids": ids}),
            lambda: api.get(path)["status"] == "completed",
        )
        assert api.get(path)["file_counts"] == counts(completed=6)
        # On the loop, the two large files would take nearly all of it.
        assert took < 0.5
        end = time.monotonic() + 1.0
        took = slowest(lambda: api.delete(path), lambda: time.monotonic() > end)
        assert took < 0.5


@pytest.mark.parametrize(
    ("name", "make"),
    [
        *(("../x.docx", zip_bomb), ("a.docx", billion_laughs)),
        *(
            ("..\\x.pdf", looping_pages),
            ("a.json", deep_json),
            ("\x00.html", deep_json),
        ),
    ],
    ids=range(5),
)
def test_documents_that_mean_harm_end_as_failed(
    api: Api, name: str, make: Callable[[], bytes]
) -> None:
    file = upload(api, make(), name)
    store = api.post("/vector_stores", {"file_ids": [file["id"]]})["id"]
    settled(api, store)
    now = file_of(api, store, file["id"])
    if now["status"] == "failed":
        assert now["last_error"]["code"] in ("invalid_file", "unsupported_file")
    else:
        assert name.endswith((".html", ".json"))
    assert found(api, vector_store(api, b"The Danube.")["id"], "Danube")


def test_a_reader_that_is_killed_fails_its_file_alone(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with monkeypatch.context() as patch:
        patch.setattr("assistants_server.search.extraction._BOOT", dying)
        file = upload(api, b"<p>Hi", "a.html")["id"]
        store = api.post("/vector_stores", {"file_ids": [file]})["id"]
        assert settled(api, store)["file_counts"] == counts(failed=1)
        assert file_of(api, store, file)["last_error"]["message"]
    api.post(f"/vector_stores/{store}/files", {"file_id": file})
    assert settled(api, store)["file_counts"] == counts(completed=1)
