"""An import into a store of ours: all is there as it was, once."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistants_archive import ArchiveError
from assistants_client import Client
from assistants_server import LocalServer
from assistants_server.__main__ import main
from assistants_server.archive import import_into
from assistants_server.store import StoreError
from tests.archive.alterations import copied, edited, sealed
from tests.archive.shop import KEY, Shop, engine, objects, tree
from tests.server.keyed import make_key

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store.db"


@pytest.fixture(scope="module")
def other(
    archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocalServer, Client]]:
    """Start a server with the archive in it, which waits until all is indexed."""
    store = tmp_path_factory.mktemp("other") / "store.db"
    import_into(store, archive)
    with (
        LocalServer(engine=engine, store=store, poll_after=1) as server,
        Client(base_url=server.url, api_key=KEY) as client,
    ):
        for each in client.vector_stores.list():
            for file in client.vector_stores.files.list(each.id):
                client.vector_stores.files.poll(file.id, vector_store_id=each.id)
        yield server, client


def test_an_export_of_the_import_is_the_same(
    shop: Shop, archive: Path, other: tuple[LocalServer, Client], tmp_path: Path
) -> None:
    again = Shop(*other, *list(vars(shop).values())[2:])
    again.export(tmp_path / "a")
    before, after = objects(archive), objects(tmp_path / "a")
    # The run that waited for outputs is the one thing that isn't as it was.
    (waiting,) = (run for run in before["run"] if run["status"] == "requires_action")
    (ended,) = (run for run in after["run"] if run["id"] == waiting["id"])
    assert ended["status"] == "expired"
    assert "requires_action when it was exported" in ended["last_error"]["message"]
    changed = ("status", "last_error", "required_action", "expires_at")
    assert {**ended, **{name: waiting[name] for name in changed}} == waiting
    paths = [path for path in tree(archive) if waiting["thread_id"] not in path]
    for path in paths:
        if path != "contents.ndjson":
            assert tree(archive)[path] == tree(tmp_path / "a")[path], path
    assert len(paths) > 5


def test_searching_works_again(shop: Shop, other: tuple[LocalServer, Client]) -> None:
    (found,) = other[1].vector_stores.search(shop.vector_store, query="lighthouse").data
    assert found.file_id == shop.file
    assert found.attributes
    assert found.attributes["x"] == 1.5


def test_threads_go_on(shop: Shop, other: tuple[LocalServer, Client]) -> None:
    client, thread = other[1], shop.threads[1]
    before = [each.id for each in client.threads.messages.list(thread, order="asc")]
    client.threads.messages.create(thread, role="user", content="Hello?")
    run = client.threads.runs.create_and_poll(
        thread_id=thread, assistant_id=shop.assistant, tools=[]
    )
    assert run.status == "completed"
    after = [each.id for each in client.threads.messages.list(thread, order="asc")]
    assert after[:-2] == before


def test_a_second_import_changes_nothing(archive: Path, store: Path) -> None:
    first = import_into(store, archive)
    assert first.left_out == 0
    assert first.counts["imported"]["message"] == 4
    before = _dumped(store)
    second = import_into(store, archive)
    assert second.counts.keys() == {"unchanged"}
    assert second.counts["unchanged"] == first.counts["imported"]
    assert _dumped(store) == before


def _dumped(store: Path) -> list[str]:
    with closing(sqlite3.connect(store)) as sql:
        return [*sql.iterdump()]


def test_what_was_changed_or_deleted_here_since_stays_so(
    shop: Shop, archive: Path, store: Path
) -> None:
    import_into(store, archive)
    with Client.embedded(store=store) as client:
        client.threads.update(shop.threads[0], metadata={"mine": "1"})
        client.threads.delete(shop.threads[2])
        client.vector_stores.files.delete(shop.file, vector_store_id=shop.vector_store)
    report = import_into(store, archive)
    assert report.counts["deleted"] == {"thread": 1, "vector_store_file": 1}
    assert not report.counts["imported"]
    with Client.embedded(store=store) as client:
        assert client.threads.retrieve(shop.threads[0]).metadata == {"mine": "1"}


def test_a_dry_run_writes_nothing(
    archive: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = import_into(store, archive, dry_run=True)
    assert report.counts["imported"]["thread"] == 3
    assert not store.exists()
    assert "would be imported" in report.lines()[0]
    # What has a store needs no other, whose folder a kill would leave.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    import_into(store, archive)
    assert not import_into(store, archive, dry_run=True).counts["imported"]


def test_into_a_server_that_starts(shop: Shop, archive: Path) -> None:
    options = {"archive": archive}
    with Client.embedded(engine, server_options=options) as client:
        messages = client.threads.messages.list(shop.threads[0], order="asc")
        assert [each.role for each in messages] == ["user", "user", "assistant"]
        content = client.files.content(shop.file)
        assert content.text.startswith("The lighthouse")


def test_another_object_with_the_same_id_stays(
    shop: Shop, archive: Path, store: Path, tmp_path: Path
) -> None:
    import_into(store, archive)

    def rename(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "name": "Somebody else"}

    forged = edited(copied(archive, tmp_path / "b"), "assistant", rename)
    report = import_into(store, forged)
    assert report.counts["conflict"] == {"assistant": 1}
    assert report.left_out == 1
    (note,) = (each for each in report.notes if each.verdict == "conflict")
    assert note.id == shop.assistant
    with Client.embedded(store=store) as client:
        assert client.assistants.retrieve(shop.assistant).name == "Keeper"


def test_into_a_project(
    shop: Shop, archive: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["import", str(archive), "--store", str(store), "--project", "shop"]
    assert main(given) == 0
    capsys.readouterr()
    own, other = make_key(store, project="shop"), make_key(store, project="other")
    before = tree(Path(f"{store}.files"))
    # Ids are given once: what another project has stays as it is, and its files too.
    assert main([*given[:-1], "other"]) == 6
    assert "another project has the id" in capsys.readouterr().out
    assert tree(Path(f"{store}.files")) == before
    assert main([*given[:-1], "a/b"]) == 2
    assert "no name of a project" in capsys.readouterr().err
    with LocalServer(store=store) as server:
        with Client(base_url=server.url, api_key=own) as client:
            assert client.assistants.retrieve(shop.assistant).name == "Keeper"
        with Client(base_url=server.url, api_key=other) as client:
            assert [*client.assistants.list()] == [*client.files.list()] == []


def test_while_a_server_has_the_store(archive: Path, store: Path) -> None:
    with (
        LocalServer(store=store),
        pytest.raises(StoreError, match="another"),
    ):
        import_into(store, archive)


def test_a_damaged_archive_is_refused(
    archive: Path, store: Path, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(archive, damaged)
    (path,) = damaged.glob("files/*.content")
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(ArchiveError, match="its hash is another one"):
        import_into(store, damaged)
    assert not store.exists() or not import_into(
        store, archive, dry_run=True
    ).counts.get("unchanged")


def test_the_command(
    archive: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["import", str(archive), "--store", str(store)]
    assert main([*given, "--dry-run"]) == 0
    assert "would be imported" in capsys.readouterr().out
    assert main(given) == 0
    assert "3 threads" in capsys.readouterr().out
    assert main(["import", str(store), "--store", str(store)]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_a_later_archive_adds_what_is_new(
    archive: Path, store: Path, tmp_path: Path
) -> None:
    import_into(store, archive)
    later = copied(archive, tmp_path / "b")

    def changed(value: dict[str, Any]) -> dict[str, Any]:
        return {**value, "metadata": {"later": "yes"}}

    edited(later, "thread", changed)
    (path, *_) = (p for p in later.glob("threads/*") if b"How high" in p.read_bytes())
    lines = path.read_bytes().splitlines(keepends=True)
    message = json.loads(next(line for line in lines if b"How high" in line))
    message["object"]["id"] = "msg_later"
    path.write_bytes(b"".join(lines) + json.dumps(message).encode() + b"\n")
    report = import_into(store, sealed(later))
    assert report.counts["imported"] == {"message": 1}
    assert report.counts["conflict"] == {"thread": 3}
