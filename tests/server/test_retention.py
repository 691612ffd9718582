"""What nobody has used for long is deleted for good, and nothing else."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, cast

import pytest

from assistants_server import LocalServer, SettingsError
from assistants_server.contents.folder import Folder, FolderContents
from assistants_server.library.library import Library
from assistants_server.library.retention import Retention
from assistants_server.store import StoredResponse
from tests.server.api import Api, talking, until
from tests.server.shelf import upload
from tests.server.test_privacy import SECRET, add_file, has_secret
from tests.store.stores import opened, opener
from tests.store.test_uses import age

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistants_server.store.sql import SQLStore

DAY = 86_400
NOW = 100 * DAY
OLD, YOUNG = NOW - 31 * DAY, NOW - 29 * DAY


class Background:
    """What is done beside the requests: here it is only noted."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def delete_contents(self, ids: Any) -> None:
        self.deleted += ids

    def __getattr__(self, name: str) -> Any:
        return lambda *_: None


class Kept:
    """A store whose objects are as old as a test says, and its retention."""

    def __init__(self, store: SQLStore) -> None:
        self.store = store
        self.background = Background()
        contents, nobody = FolderContents(Folder(None)), cast("Any", None)
        background = cast("Any", self.background)
        library = Library(store, contents, background, nobody)
        self.retention = Retention(store, library, 30 * DAY, clock=lambda: NOW)

    def add(self, kind: str, id: str, at: int, **belonging: Any) -> None:
        """Add an object that was used last at a time."""
        active = belonging.pop("active", False)
        body = {"id": id, **belonging.pop("body", {})}
        with self.store.changes():
            project = belonging.pop("project", "default")
            self.store.of(project).add(kind, body, active=active, **belonging)
        age(self.store, id, to=at)

    def sweep(self) -> None:
        asyncio.run(self.retention.sweep())

    def left(self) -> set[str]:
        """Return the ids of what is still there."""
        with self.store.changes():
            rows = self.store._database.execute(
                "select id from objects where body is not null"
            )
            return {id for (id,) in rows.fetchall()}  # noqa: A001 - of a row


@pytest.fixture
def kept() -> Iterator[Kept]:
    store = opener()(None)
    yield Kept(store)
    store.close()


def test_threads_go_with_all_that_is_in_them(kept: Kept) -> None:
    for name, at in (("old", OLD), ("young", YOUNG)):
        kept.add("thread", f"thread_{name}", OLD, project=name)
        where: Any = {"thread": f"thread_{name}", "project": name}
        kept.add("message", f"msg_{name}", at, **where)
        kept.add("run", f"run_{name}", OLD, **where)
        kept.add("step", f"step_{name}", OLD, run=f"run_{name}", **where)
    kept.add("thread", "thread_empty", OLD)
    kept.add("thread", "thread_busy", OLD)
    kept.add("run", "run_busy", OLD, thread="thread_busy", active=True)
    kept.sweep()
    young = {"thread_young", "msg_young", "run_young", "step_young"}
    assert kept.left() == young | {"thread_busy", "run_busy"}


def test_files_go_with_their_contents(kept: Kept) -> None:
    for name, at in (("old", OLD), ("young", YOUNG), ("used", OLD)):
        kept.add("file", f"file-{name}", at, project="web")
    resources = {"code_interpreter": {"file_ids": ["file-used"]}}
    body = {"tool_resources": resources}
    kept.add("assistant", "asst_1", OLD, project="web", body=body)
    kept.sweep()
    assert kept.left() == {"file-young", "file-used", "asst_1"}
    assert kept.background.deleted == ["file-old"]


def test_vector_stores_go_when_they_have_expired(kept: Kept) -> None:
    for name, status, at in (
        *(("done", "completed", OLD), ("over", "expired", OLD)),
        ("soon", "expired", YOUNG),
    ):
        kept.add("vector_store", f"vs_{name}", at, body={"status": status})
    kept.sweep()
    assert kept.left() == {"vs_done", "vs_soon"}


def test_much_goes_a_few_at_a_time(kept: Kept) -> None:
    with kept.store.changes():
        for number in range(250):
            store = kept.store.of("ab"[number % 2])
            store.add("thread", {"id": f"thread_{number}"})
    age(kept.store, *(f"thread_{n}" for n in range(250) if n != 100), to=OLD)
    kept.sweep()
    assert kept.left() == {"thread_100"}


def test_what_is_used_in_the_last_moment_stays(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.add("thread", "thread_old", OLD)
    find = kept.retention._unused

    async def used_since(kind: str, before: int, old: Any) -> set[str]:
        found = await find(kind, before, old)
        if found:
            kept.add("message", "msg_new", NOW, thread="thread_old")
        return found

    monkeypatch.setattr(kept.retention, "_unused", used_since)
    kept.sweep()
    assert kept.left() == {"thread_old", "msg_new"}


def test_traces_and_responses_go_too(kept: Kept) -> None:
    store = kept.store
    kept.add("assistant", "asst_old", OLD)
    with store.changes():
        store.delete("asst_old")
        store.responses.add("key", StoredResponse("f", {}, {}, streamed=False))
    kept.sweep()
    with store.changes():
        # It was deleted just now, and the key was used just now.
        assert store.position("assistant", "asst_old")
        assert store.responses.get("key")
        store._database.execute("update answers set kept_at = ?", (OLD,))
    age(store, "asst_old", to=OLD)
    kept.sweep()
    with store.changes():
        assert store.position("assistant", "asst_old") is None
        row = store._database.execute("select count(*) from answers")
        assert row.fetchone()[0] == 0


def test_what_is_kept_for_too_short_is_no_setting() -> None:
    with pytest.raises(SettingsError, match="kept for an hour at least"):
        LocalServer(keep=60)


@pytest.mark.sqlite("a database overwrites nothing before its next vacuum")
def test_nothing_of_it_is_left_on_the_disk(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with LocalServer(store=state) as server, talking(server) as api:
        thread = api.thread(f"The word is {SECRET}.")
        api.run(thread, api.assistant())
        file, store = add_file(api)
        api.delete(f"/vector_stores/{store}")
        younger = api.thread("Not so old")
    with closing(sqlite3.connect(state)) as sql, sql:
        sql.execute("update objects set used_at = 5 where id != ?", (younger,))
    with LocalServer(store=state, keep=30 * DAY) as server, talking(server) as api:
        until(lambda: is_gone(api, f"/threads/{thread}"), "the thread to be deleted")
        until(lambda: is_gone(api, f"/files/{file}"), "the file to be deleted")
        until(lambda: not has_secret(tmp_path), "the last trace to be deleted")
        assert api.get(f"/threads/{younger}")["id"] == younger
        # It has what it needs to go on.
        assert api.run(younger, api.assistant())["status"] == "completed"


def is_gone(api: Api, path: str) -> bool:
    return api.http.get(path).status_code == 404


def test_a_file_is_used_by_a_run_that_has_it(tmp_path: Path) -> None:
    state = tmp_path / "state.db"
    with LocalServer(store=state) as server, talking(server) as api:
        ids = [upload(api, b"a")["id"] for _ in range(2)]
        attached = {"file_id": ids[0], "tools": [{"type": "code_interpreter"}]}
        message = {"role": "user", "content": "Look.", "attachments": [attached]}
        thread = api.post("/threads", {"messages": [message]})["id"]
    with opened(state) as store, store.changes():
        store._database.execute("update objects set used_at = 5 where kind = 'file'")
    with LocalServer(store=state) as server, talking(server) as api:
        tools = [{"type": "code_interpreter"}]
        assert api.run(thread, api.assistant(tools=tools))["status"] == "completed"
    with opened(state) as store, store.changes():
        select = "select used_at > 5 from objects where id = ?"
        rows = [store._database.execute(select, (each,)).fetchone() for each in ids]
        used = [row[0] for row in rows]
    assert used == [1, 0]
