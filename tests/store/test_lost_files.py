"""A store's file that somebody moved, replaced, emptied or damaged meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
from functools import partial
from pathlib import Path

import pytest

from assistants_server import StoreError
from assistants_server.store import SQLiteStore
from tests.store.stores import opened

pytestmark = pytest.mark.sqlite("the file of a store")


def test_a_file_that_was_moved_away_is_not_written_to(tmp_path: Path) -> None:
    """What is told to be done would be gone with the server."""
    file, elsewhere = tmp_path / "state.db", tmp_path / "elsewhere"
    with opened(file) as store:

        async def add(number: int) -> None:
            body = {"id": f"asst_{number}"}
            await store.perform(partial(store.add, "assistant", body))

        asyncio.run(add(1))
        file.rename(elsewhere)
        with pytest.raises(StoreError, match="was removed or replaced"):
            asyncio.run(add(2))
        file.write_bytes(b"")
        with pytest.raises(StoreError, match="was removed or replaced"):
            asyncio.run(add(3))
        with pytest.raises(StoreError, match="put it back"), store.changes():
            store.add("assistant", {"id": "asst_4"})
        elsewhere.replace(file)
        asyncio.run(add(5))
    with opened(file) as store:
        assert [each["id"] for each in store.all("assistant")] == ["asst_1", "asst_5"]


def test_a_file_that_is_truncated_meanwhile_is_not_written_to(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with opened(file) as store:

        async def add(number: int) -> None:
            body = {"id": f"asst_{number}", "metadata": "m" * 50_000}
            await store.perform(partial(store.add, "assistant", body))

        asyncio.run(add(1))
        whole = file.read_bytes()
        os.truncate(file, len(whole) // 4096 // 2 * 4096)
        cut = file.read_bytes()
        for _ in range(2):
            with pytest.raises(
                StoreError, match=r"state\.db: .* was truncated .* copy"
            ):
                asyncio.run(add(2))
            with pytest.raises(StoreError, match="was truncated"):
                asyncio.run(store.perform(store.check))
            assert file.read_bytes() == cut
            # What was there is no more what the server knows.
            file.write_bytes(whole)
            cut = whole


@pytest.mark.parametrize("rest", ["state.db-wal", "state.db.files/file_1"])
def test_an_emptied_file_is_not_begun_anew_over_the_rest(
    tmp_path: Path, rest: str
) -> None:
    (tmp_path / rest).parent.mkdir(exist_ok=True)
    (tmp_path / rest).write_bytes(b"all that is left")
    (tmp_path / "state.db").touch()
    with pytest.raises(StoreError, match=r"state\.db: is empty, but .*; restore"):
        SQLiteStore(tmp_path / "state.db")
    assert (tmp_path / rest).read_bytes() == b"all that is left"
    assert (tmp_path / "state.db").read_bytes() == b""


def test_what_is_damaged_stays_so_and_is_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with opened(file) as store, store.changes():
        for number in range(400):
            store.add("assistant", {"id": f"asst_{number}", "name": "n" * 500})
    with file.open("r+b") as opened_file:
        # Where the bodies are, not the ids by which they are found.
        opened_file.seek(file.read_bytes().index(b'"id":"asst_200"') // 4096 * 4096)
        opened_file.write(b"\xff" * 4096)
    with opened(file) as store:
        asyncio.run(store.perform(store.check))
        with pytest.raises(StoreError, match=r"state\.db: is damaged; restore"):
            asyncio.run(store.perform(partial(store.all, "assistant")))
        for work in (store.check, partial(store.add, "assistant", {"id": "asst_new"})):
            with pytest.raises(StoreError, match=r"state\.db: is damaged; restore"):
                asyncio.run(store.perform(work))
        # What can be read is.
        found = asyncio.run(store.perform(partial(store.get, "assistant", "asst_0")))
        assert found
        assert found["id"] == "asst_0"


def test_a_file_in_its_place_is_not_mixed_with_it(tmp_path: Path) -> None:
    """As a backup that is put back while the server runs."""
    file, backup, elsewhere = (tmp_path / each for each in ("s", "backup", "elsewhere"))
    with opened(file) as store, store.changes():
        store.add("assistant", {"id": "asst_1"})
    shutil.copy(file, backup)
    with opened(file) as store:
        for number in range(2, 99):
            with store.changes():
                store.add("assistant", {"id": f"asst_{number}"})
        file.rename(elsewhere)
        backup.rename(file)
    with opened(file) as store:
        assert [each["id"] for each in store.all("assistant")] == ["asst_1"]
    with opened(elsewhere) as store:
        assert len(store.all("assistant")) == 98
