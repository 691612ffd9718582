"""A store that is copied is the same store: into PostgreSQL, and back into a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.commands.copy import main
from assistants_server.copying import copy_store, stores
from assistants_server.copying.tables import TABLES, Table
from assistants_server.keys import Key
from assistants_server.keys.opened import open_keys
from assistants_server.store import StoreError, open_store, place_of
from tests.server.api import Api, function, talking, until

if TYPE_CHECKING:
    from collections.abc import Callable

WAYS = {
    "file to file": ("file", "file"),
    "file to database": ("file", "database"),
    "database to file": ("database", "file"),
    "database to database": ("database", "database"),
}
CALL = [[{"call": "add", "arguments": {}}], ["done"]]
KEY = Key("k1", "default", "write", "digest", "me", created_at=1)


@pytest.fixture(autouse=True)
def as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let servers open what they are told, whichever stores others have."""
    monkeypatch.setattr("assistants_server.server.open_store", open_store)


@pytest.fixture
def new(tmp_path: Path) -> Callable[[str], str]:
    """Provide what returns where a new store can be."""
    numbers = iter(range(10))

    def make(kind: str) -> str:
        if kind == "file":
            return str(tmp_path / f"store-{next(numbers)}.db")
        from tests.postgres_store import database

        return database().secret

    return make


def ways() -> list[Any]:
    return [
        pytest.param(
            *way, id=name, marks=[pytest.mark.postgres] if "database" in way else []
        )
        for name, way in WAYS.items()
    ]


def fill(store: str) -> dict[str, Any]:
    """Fill a store with all kinds of things, and return the ids that were seen."""
    with LocalServer(store=store) as server, talking(server) as api:
        assistant = api.assistant(tools=[function("add")], instructions="\0 é")
        thread = api.thread("Hi")
        api.run(thread, assistant, script=[["Hello"]])
        gone = api.post("/assistants", {"model": "m"})["id"]
        api.delete(f"/assistants/{gone}")
        waiting = api.run(api.thread("Hi"), assistant, script=CALL)
        files = [upload(api, b"x" * size) for size in (0, 3_000_000)]
        # Without the large one: to index it takes longer than all else.
        found = [files[0], upload(api, b"The Danube.")]
        vectors = api.post("/vector_stores", {"file_ids": found})["id"]
        path = f"/vector_stores/{vectors}"
        until(lambda: api.get(path)["status"] == "completed", "the index")
        headers = {"Idempotency-Key": "one"}
        body = {"role": "user", "content": "again"}
        made = api.http.post(f"/threads/{thread}/messages", json=body, headers=headers)
    with closing(open_keys(store)) as keys:
        keys.add(KEY)
    return {
        "assistant": assistant,
        "gone": gone,
        "thread": thread,
        "files": files,
        "waiting": waiting,
        "vectors": vectors,
        "body": body,
        "made": made.json(),
    }


def upload(api: Api, content: bytes) -> str:
    sent = {"file": ("a.txt", content)}
    made = api.http.post("/files", files=sent, data={"purpose": "assistants"})
    found: str = made.json()["id"]
    return found


def rows(store: str) -> dict[str, list[tuple[Any, ...]]]:
    opened: Any = open_store(place_of(store))
    with closing(opened), opened.changes():
        return {
            table.name: [
                row for some in table.portions(opened.database) for row in some
            ]
            for table in TABLES
        }


@pytest.mark.parametrize(("source", "target"), ways())
def test_all_of_it_is_there_and_goes_on(
    new: Callable[[str], str], source: str, target: str
) -> None:
    one, other = new(source), new(target)
    ids = fill(one)
    steps: list[tuple[str, int, int]] = []
    report = copy_store(one, other, on_step=lambda *step: steps.append(step))
    assert rows(one) == rows(other)
    assert {name: len(found) for name, found in rows(one).items()} == report.rows
    assert (report.contents, report.bytes, report.keys) == (3, 3_000_011, 1)
    assert report.missing == []
    assert steps[-1][1:] == (report.rows["answers"],) * 2
    with closing(open_keys(other)) as keys:
        assert keys.all() == [KEY]
    with LocalServer(store=other, key="k") as server, talking(server) as api:
        api.http.headers["authorization"] = "Bearer k"
        # Deleted ones keep their places; what is new comes behind all.
        api.get("/assistants", after=ids["gone"])
        new_one = api.assistant()
        assert [each["id"] for each in api.get("/assistants")["data"]] == [
            *(new_one, ids["assistant"])
        ]
        assert (
            len(api.http.get(f"/files/{ids['files'][1]}/content").content) == 3 * 10**6
        )
        api.submit(ids["waiting"], "1")
        assert api.wait(ids["waiting"])["status"] == "completed"
        path, key = f"/threads/{ids['thread']}/messages", {"Idempotency-Key": "one"}
        assert api.http.post(path, json=ids["body"], headers=key).json() == ids["made"]


@pytest.mark.parametrize(("source", "target"), ways())
def test_what_breaks_off_leaves_nothing_and_begins_anew(
    new: Callable[[str], str],
    source: str,
    target: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = new(source), new(target)
    fill(one)
    with monkeypatch.context() as broken:
        broken.setattr(Table, "count", lambda table, _: 7 * len(table.name))
        with pytest.raises(StoreError, match="isn't empty"):
            copy_store(one, other)
        broken.setattr(stores, "_check_empty", lambda *_: None)
        with pytest.raises(StoreError, match=r"rows of objects only .* nothing was"):
            copy_store(one, other)
    assert not any(rows(other).values())
    assert copy_store(one, other).keys == 1
    assert rows(one) == rows(other)
    with pytest.raises(
        StoreError, match=r"isn't empty \(it has objects\); name another"
    ):
        copy_store(one, other)


def test_what_can_not_be_copied_is_refused(
    new: Callable[[str], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = new("file")
    with pytest.raises(StoreError, match="is no store; there is nothing to copy"):
        copy_store(one, new("file"))
    assert not Path(one).exists()
    with (
        LocalServer(store=one),
        pytest.raises(StoreError, match="another server uses this file"),
    ):
        copy_store(one, new("file"))
    (tmp_path / "link").symlink_to(one)
    with pytest.raises(StoreError, match="onto itself"):
        copy_store(one, tmp_path / "link")
    with pytest.raises(ValueError, match="mysql"):
        copy_store(one, "mysql://me:secret@host/db")
    assert main([one, one]) == 2
    assert "onto itself" in capsys.readouterr().err


def test_an_interruption_is_no_traceback(
    new: Callable[[str], str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, other = new("file"), new("file")
    open_store(place_of(one)).close()

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(stores, "_copy_keys", interrupt)
    assert main([one, other]) == 130
    assert "interrupted; no rows were copied" in capsys.readouterr().err
    assert not any(rows(other).values())


@pytest.mark.postgres
def test_a_database_that_a_server_uses_is_not_copied(new: Callable[[str], str]) -> None:
    one, other = new("database"), new("database")
    with (
        LocalServer(store=one),
        pytest.raises(StoreError, match="is used by a server; end it"),
    ):
        copy_store(one, other)
    copy_store(one, other)


def test_the_command_says_what_was_copied(
    new: Callable[[str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = new("file"), new("file")
    files = fill(one)["files"]
    Path(f"{one}.files", files[0]).unlink()
    assert main([one, other]) == 6
    said = capsys.readouterr().out
    assert "2 contents, 3,000,011 bytes\n1 keys\n" in said
    assert f"the content of {files[0]} is missing" in said
    with closing(sqlite3.connect(other)) as sql:
        (count,) = sql.execute("select count(*) from objects").fetchone()
    assert f"{count} objects\n" in said
