"""The file of a store: made, kept, shared by nobody, and damaged."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import stat
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_server import StoreError
from assistants_server.contract.file_objects import vector_store_file
from assistants_server.store import SQLiteStore
from assistants_server.store.schema import _STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server.store.sql import SQLStore

from tests.store.stores import BrokenError, opened

pytestmark = pytest.mark.sqlite("the file of a store")
NOBODY = 65534
"""A user who may write nowhere, for where the tests run as root."""


def test_file_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with opened(file) as store:
        store.add("run", {"id": "run_1", "name": "\x00\U0001f600\u2028"}, active=True)
        with contextlib.suppress(BrokenError), store.changes():
            store.add("run", {"id": "run_2"}, active=True)
            raise BrokenError
    with opened(file) as store:
        assert store.active_runs() == [{"id": "run_1", "name": "\x00\U0001f600\u2028"}]
    assert [*tmp_path.iterdir()] == [file]


def test_change_is_in_the_file_before_it_is_closed(tmp_path: Path) -> None:
    """A server that is killed doesn't close it."""
    file = tmp_path / "state.db"
    with opened(file) as store:
        with store.changes():
            store.add("run", {"id": "run_1"}, active=True)
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for each in tmp_path.glob("state.db*"):
            shutil.copy(each, crashed)
    with opened(crashed / "state.db") as store:
        assert store.active_runs() == [{"id": "run_1"}]


def test_log_is_emptied_when_it_is_long_and_not_within_a_change(tmp_path: Path) -> None:
    log = tmp_path / "state.db-wal"

    async def add(store: SQLStore, size: int) -> int:
        with store.changes():
            store.add("message", {"id": f"msg_{size}", "content": "x" * size})
        written = log.stat().st_size
        await asyncio.sleep(0)
        return written

    with opened(tmp_path / "state.db") as store:
        assert asyncio.run(add(store, 1000)) == log.stat().st_size > 1000
        assert asyncio.run(add(store, 5_000_000)) > 5_000_000
        assert log.stat().st_size == 0
        store.add("message", {"id": "msg", "content": "x" * 5_000_000})
        with store.changes():
            store.delete("msg_1000")
        assert log.stat().st_size == 0


def test_what_a_server_performs_bounds_the_log_too(tmp_path: Path) -> None:
    """Or it would grow as long as the server runs."""
    log = tmp_path / "state.db-wal"
    size, count = 500_000, 40

    async def write(store: SQLStore) -> int:
        longest = 0
        for number in range(count):
            body = {"id": f"msg_{number}", "content": "x" * size}
            await store.perform(partial(store.add, "message", body))
            longest = max(longest, log.stat().st_size)
            await asyncio.sleep(0)
        return longest

    with opened(tmp_path / "state.db") as store:
        assert size < asyncio.run(write(store)) < 10 * size
    assert (tmp_path / "state.db").stat().st_size > count * size


# What the first version wrote, before and after it kept responses.
FIRST = """
create table objects (place integer primary key, id text not null unique,
    kind text not null, thread text, run text, active integer not null default 0,
    body text, notes text);
create index by_kind on objects (kind, thread, run, place);
create index by_activity on objects (active, thread) where active;
insert into objects (id, kind, thread, active, body, notes) values
    ('asst_1', 'assistant', null, 0, '{"id": "asst_1"}', '{}'),
    ('asst_2', 'assistant', null, 0, null, '{}'),
    ('run_1', 'run', 'thread_1', 1, '{"id": "run_1"}', '{"expires": 7}');
pragma application_id = 0x61737374;
pragma user_version = 1
"""
RESPONSES = """
create table answers (place integer primary key, key text not null unique,
    request text not null, answer text not null, kept_at real not null);
create index answers_by_age on answers (kept_at);
insert into answers (key, request, answer, kept_at) values
    ('k', 'r', '{"body": {"id": "asst_1"}, "headers": {}, "streamed": false}', 9e9)
"""


@pytest.mark.parametrize("later", [[], RESPONSES.split(";")])
def test_file_of_the_first_version_is_upgraded(
    tmp_path: Path, later: list[str]
) -> None:
    file = tmp_path / "state.db"
    _execute(file, *FIRST.split(";"), *later)
    for each in ("file-1", "file-2"):
        with opened(file) as store:
            assert store.all("assistant") == [{"id": "asst_1"}]
            assert store.of("default").all("assistant") == [{"id": "asst_1"}]
            assert store.of("other").all("assistant") == []
            assert store.active_runs() == [{"id": "run_1"}]
            assert store.notes("run_1") == {"expires": 7}
            assert store.position("assistant", "asst_2") == 2
            assert store.expired("assistant", 10**10) == []
            assert (store.responses.get("k") is not None) is bool(later)
            store.add("file", {"id": each}, expires=5)
            assert store.expired("file", 4) == []
            assert store.expired("file", 5) == [{"id": each}]
            store.delete(each)
            store.vector_store_files.add([vector_store_file("vs_1", {"file_id": each})])
    with contextlib.closing(sqlite3.connect(file)) as sql:
        assert sql.execute("pragma user_version").fetchone() == (6,)
    with opened(tmp_path / "new.db"):
        pass
    assert _columns(file) == _columns(tmp_path / "new.db")


def _columns(file: Path) -> dict[str, set[str]]:
    """Return the columns of all tables and indexes by their names."""
    with contextlib.closing(sqlite3.connect(file)) as sql:
        tables = "m.name, x.name from sqlite_master m, pragma_table_xinfo(m.name) x"
        indexes = "m.name, x.name from sqlite_master m, pragma_index_xinfo(m.name) x"
        found: dict[str, set[str]] = {}
        for what in (tables, indexes):
            for name, column in sql.execute(f"select {what}"):
                found.setdefault(name, set()).add(str(column))
    assert found["objects"] >= {"id", "used_at"}
    return found


def test_upgrade_is_made_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    _execute(file, *FIRST.split(";"), "create table vector_store_files (mine text)")
    with pytest.raises(StoreError, match=r"state\.db: .*vector_store_files"):
        SQLiteStore(file)
    sql = sqlite3.connect(file)
    columns = [row[1] for row in sql.execute("pragma table_info(objects)")]
    assert "expires" not in columns
    assert sql.execute("pragma user_version").fetchone() == (1,)
    sql.close()


def test_empty_file_is_as_good_as_none(tmp_path: Path) -> None:
    (tmp_path / "state.db").touch()
    with opened(tmp_path / "state.db") as store:
        store.add("assistant", {"id": "asst_1"})


def test_second_server_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    (tmp_path / "link.db").symlink_to(file)
    with opened(file) as store:
        for path in (file, tmp_path / "link.db"):
            with pytest.raises(StoreError, match="another server uses this file; end"):
                SQLiteStore(path)
        store.add("assistant", {"id": "asst_1"})
    with opened(tmp_path / "link.db") as store:
        assert store.all("assistant") == [{"id": "asst_1"}]


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["create table mine (a)"], "is a database of something else; name another"),
        (["pragma application_id = 7"], "is a database of something else; name"),
        (["pragma user_version = 1"], "is a database of something else; name"),
        *(
            (
                ["{ours}", f"pragma user_version = {version}"],
                rf"by another version of this server \({version}\); name another",
            )
            for version in (0, len(_STEPS) + 1, 12)
        ),
    ],
)
def test_other_databases_are_refused_and_left_alone(
    tmp_path: Path, statements: list[str], said: str
) -> None:
    file = tmp_path / "other.db"
    if statements[0] == "{ours}":
        with opened(file):
            statements = statements[1:]
    _execute(file, *statements)
    file.chmod(0o644)
    before = file.read_bytes()
    with pytest.raises(StoreError, match=f"^{file}: .*{said}"):
        SQLiteStore(file)
    assert file.read_bytes() == before
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert [*tmp_path.iterdir()] == [file]


@pytest.mark.parametrize(
    "content",
    [b"Hi", b"No database at all\n" * 500, b"SQLite format 3\x00" + b"\xff" * 5000],
)
def test_other_files_are_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"notes\.txt: .*; name another file"):
        SQLiteStore(file)
    assert file.read_bytes() == content


def test_what_is_no_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    """As root, whoever names a device would close it to all others."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    path.chmod(0o666)
    with pytest.raises(StoreError, match=r"pipe: is no store .*; name another file"):
        SQLiteStore(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    assert [*tmp_path.iterdir()] == [path]


def _cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _without_the_first_table(content: bytes) -> bytes:
    return content[:4096] + bytes(4096) + content[8192:]


def _head_only(content: bytes) -> bytes:
    return content[:100]


@pytest.mark.parametrize("damage", [_cut, _without_the_first_table, _head_only])
def test_damage_is_said_in_words(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "state.db"
    with opened(file) as store:
        for number in range(100):
            store.add("run", {"id": f"run_{number}", "name": "x" * 200}, active=True)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(StoreError, match=r"state\.db: is damaged; .*name another"):
        SQLiteStore(file)


def test_store_without_its_tables_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with opened(file):
        pass
    _execute(file, "drop table objects")
    with pytest.raises(StoreError, match=r"state\.db: is damaged; .*name another file"):
        SQLiteStore(file)


@pytest.mark.parametrize(
    "path", ["missing/state.db", "file/state.db", "folder", "x" * 300]
)
def test_path_that_cannot_be_is_said_in_words(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StoreError, match=r"can't be opened; .*folder"):
        SQLiteStore(tmp_path / path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "mode", "folder_mode"),
    [
        ("new.db", None, 0o555),
        ("state.db", 0o666, 0o555),
        ("state.db", 0o444, 0o777),
        ("state.db", 0o000, 0o777),
    ],
)
def test_what_may_not_be_written_is_said_in_words(
    name: str, mode: int | None, folder_mode: int
) -> None:
    # The folder of pytest itself may be entered by nobody else.
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        with opened(folder / "state.db"):
            pass
        if mode is not None:
            (folder / name).chmod(mode)
        folder.chmod(folder_mode)
        said = f"{name}: can't be (opened|written to); .*(folder|permissions)"
        with _as_nobody(), pytest.raises(StoreError, match=said):
            SQLiteStore(folder / name)
        folder.chmod(0o700)
        assert [each.name for each in folder.iterdir()] == ["state.db"]


def test_full_disk_is_said_in_words(tmp_path: Path) -> None:
    with opened(tmp_path / "state.db") as store:
        store._database.execute("pragma max_page_count = 1")
        said = r"state\.db: can't be written to: its disk is full; make room there"
        with (
            pytest.raises(StoreError, match=said),
            store.errors_explained(),
            store.changes(),
        ):
            store.add("thread", {"id": "thread_1", "metadata": "m" * 10**6})
        assert store.all("thread") == []


@contextlib.contextmanager
def _as_nobody() -> Iterator[None]:
    """Drop the rights of root for a while, to whom no file is closed."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def _execute(file: Path, *statements: str) -> None:
    sql = sqlite3.connect(file, isolation_level=None)
    for statement in statements:
        sql.execute(statement)
    sql.close()
