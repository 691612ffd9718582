"""The index in a file: it survives, is used by one server, and keeps nothing gone."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistants_server.search import Chunk, Index, SearchError, chunks
from assistants_server.search.interface import SearchIndex

pytestmark = pytest.mark.sqlite("an index in a file; a database has it in tables")


def _add(index: SearchIndex, file: str, text: str) -> None:
    index.add("vs", file, chunks(text))


def test_index_in_a_file_survives(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    index = Index(path)
    _add(index, "a", "The tide in Hull.")
    index.close()
    index = Index(path)
    assert [hit.file_id for hit in index.search(["vs"], "tide")] == ["a"]
    index.close()


@pytest.mark.parametrize("others", ["b", "bcd"])
def test_what_is_removed_leaves_the_file_in_however_many_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: str
) -> None:
    monkeypatch.setattr("assistants_server.search.words._PAGES", 1)
    path = tmp_path / "index.db"
    with closing(Index(path)) as index:
        _add(index, "a", "Zanzibar " + " ".join(f"word{n}" for n in range(3000)))
        for name in others:
            _add(index, name, " ".join(f"{name}{n}" for n in range(3000)))
        assert index.search(["vs"], "zanzibar")
        index.remove("vs", "a")
        assert len(index.search(["vs"], "b7 c7 d7")) == len(others)
    assert b"anzibar" not in path.read_bytes()


def test_stores_that_are_removed_leave_no_tables(tmp_path: Path) -> None:
    def tables() -> int:
        with closing(sqlite3.connect(tmp_path / "index.db")) as sql:
            (count,) = sql.execute("select count(*) from sqlite_master").fetchone()
        return int(count)

    with closing(Index(tmp_path / "index.db")) as index:
        _add(index, "a", "The tide in Hull.")
    before = tables()
    with closing(Index(tmp_path / "index.db")) as index:
        for name in ("one", "other"):
            index.add(name, "a", chunks("The tide in Hull."))
            assert index.search([name], "tide")
            index.remove(name)
    assert tables() == before


def test_two_servers_cannot_use_one_index(tmp_path: Path) -> None:
    index = Index(tmp_path / "index.db")
    with pytest.raises(SearchError, match=r"index\.db.*another server"):
        Index(tmp_path / "index.db")
    index.close()


def test_other_files_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("create table t (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(SearchError, match="no search index"):
        Index(path)
    assert path.read_bytes() == before
    path.write_text("no database at all, but long enough to be taken for one" * 20)
    with pytest.raises(SearchError, match="broken"):
        Index(path)


def test_what_a_crash_left_is_swept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends in the middle of adding one file, removing another, and a whole store."""
    path = tmp_path / "index.db"
    index = Index(path)
    for name in ("kept", "removed"):
        _add(index, name, f"The tide of {name}. " * 4000)
    index.add("other", "a", chunks("The tide of others. " * 4000))

    def crashing() -> Iterator[Chunk]:
        for number in range(100):
            yield Chunk(f"The tide of day {number}.", number)
        index.close()
        yield Chunk("never", 0)

    real, done = index._delete, []

    def broken(*arguments: Any, **options: Any) -> None:
        done.append(arguments)
        if len(done) > 2:
            real(*arguments, **options)

    monkeypatch.setattr(index, "_delete", broken)
    index.remove("vs", "removed")
    index.remove("other")
    with pytest.raises(SearchError):
        index.add("vs", "added", crashing())
    index = Index(path)
    assert index.files() == {("vs", "kept")}
    assert {hit.file_id for hit in index.search(["vs", "other"], "tide", 50)} == {
        "kept"
    }
    (chunk_count,) = index._sql.execute("select count(*) from chunks").fetchone()
    (known,) = index._sql.execute("select sum(chunks) from stores").fetchone()
    assert chunk_count == known == len(index.content("vs", "kept"))
    index.close()


def test_an_index_of_another_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    Index(path).close()
    with closing(sqlite3.connect(path)) as old:
        old.execute("pragma user_version = 103")
    path.chmod(0o640)
    before = path.read_bytes()
    with pytest.raises(SearchError, match=r"index\.db: .*another version; delete it"):
        Index(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
