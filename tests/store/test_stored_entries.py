"""The files of vector stores as they are stored: many at once, and counted."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.contract.file_objects import failed, vector_store_file
from assistants_server.store import schema
from tests.store.stores import BrokenError, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_server.store.sql import SQLStore

MANY = [f"file_{n}" for n in range(450)]


@pytest.fixture
def store() -> Iterator[SQLStore]:
    """Provide a store in memory."""
    with opened() as store:
        yield store


def entries(*files: str) -> list[dict[str, Any]]:
    """Return files of the vector store that are to be indexed."""
    return [vector_store_file("vs_1", {"file_id": file}) for file in files]


def listed(store: SQLStore, **only: Any) -> list[str]:
    """Return the ids of the files in order."""
    page = store.vector_store_files.page("vs_1", limit=1000, **only)
    return [each["id"] for each in page.objects]


def test_many_are_in_order_and_those_that_were_there_move(store: SQLStore) -> None:
    again = [*MANY[100:], MANY[0]]
    store.vector_store_files.add(entries(*MANY))
    store.vector_store_files.add(entries(*again), batch="batch")
    assert listed(store) == [*MANY[1:100], *again]
    assert listed(store, batch="batch") == again


def test_many_are_added_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with opened(file) as store:
        with suppress(BrokenError), store.changes():
            store.vector_store_files.add(entries(*MANY), batch="batch")
            raise BrokenError
        assert listed(store) == []
    with opened(file) as store:
        assert store.vector_store_files.statuses() == {}


def test_counts_follow_what_happens_to_files(store: SQLStore) -> None:
    files = store.vector_store_files
    one, two, three, four = entries("one", "two", "three", "four")
    files.add([one, two])
    files.add([three, four], batch="batch")
    assert files.counts("vs_1") == ({"in_progress": 4}, 0)
    files.put({**one, "status": "completed", "usage_bytes": 7})
    files.put(failed(three, "invalid_file", ""))
    assert files.cancel("vs_1", batch="batch") == ["four"]
    kinds = {"completed": 1, "in_progress": 1, "failed": 1, "cancelled": 1}
    assert files.counts("vs_1") == (kinds, 7)
    assert files.counts("vs_1", batch="batch") == ({"failed": 1, "cancelled": 1}, 0)
    assert listed(store, status="cancelled") == ["four"]
    files.delete("vs_1", "one")
    del kinds["completed"]
    assert files.counts("vs_1") == (kinds, 0)
    found = files.next(besides=())
    assert found is not None
    assert found.file == "two"


@pytest.mark.sqlite("a file of an earlier version")
def test_files_of_the_third_version_are_counted(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as sql:
        for step in vars(schema)["_STEPS"][:3]:
            sql.executescript(step)
        body = '{"id": "a", "status": "completed", "usage_bytes": 7}'
        sql.executemany(
            "insert into vector_store_files (vector_store, file, body)"
            " values ('vs_1', ?, ?)",
            [("a", body), ("b", None)],
        )
        sql.commit()
        sql.execute(f"pragma application_id = {vars(schema)['_APPLICATION']}")
        sql.execute("pragma user_version = 3")
    with opened(tmp_path / "state.db") as store:
        assert store.vector_store_files.counts("vs_1") == ({"completed": 1}, 7)
        assert listed(store, status="completed") == ["a"]
