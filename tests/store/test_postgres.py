"""What only a store in PostgreSQL does: changes side by side, locks, and upgrades."""

from __future__ import annotations

import asyncio
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from assistants_server.store import (
    ConflictError,
    DatabaseURL,
    StoreError,
    UncertainChangeError,
)
from assistants_server.store.postgres import PostgresStore, is_store, schema
from tests import postgres_store as stores

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.postgres
SECONDS = 60


@pytest.fixture
def url() -> DatabaseURL:
    return stores.database()


@pytest.fixture
def store(url: DatabaseURL) -> Iterator[PostgresStore]:
    with closing(PostgresStore(url)) as store:
        yield store


def connect(url: DatabaseURL) -> psycopg.Connection:
    return psycopg.connect(url.secret, autocommit=True)


def tables(url: DatabaseURL) -> list[str]:
    with connect(url) as connection:
        rows = connection.execute(
            "select tablename from pg_tables where schemaname = current_schema()"
        )
        return sorted(name for (name,) in rows)


def added(store: PostgresStore, name: str) -> Callable[[], None]:
    return lambda: store.add("assistant", {"id": name})


def test_several_servers_make_the_tables_at_once(url: DatabaseURL) -> None:
    assert not is_store(url)
    with ThreadPoolExecutor(4) as threads:
        opened = [*threads.map(PostgresStore, [url] * 4)]
    for store in opened:
        store.close()
    with connect(url) as connection:
        rows = connection.execute("select version from assistants_migrations")
        assert [version for (version,) in rows] == [*range(1, len(schema.STEPS) + 1)]
    assert is_store(url)


def test_another_server_makes_the_tables_between_two_statements(
    url: DatabaseURL,
) -> None:
    class Overtaken(psycopg.Connection):
        """A connection behind each statement of which the other server is done."""

        def execute(self, *arguments: Any, **options: Any) -> Any:
            result = super().execute(*arguments, **options)
            if not tables(url):
                PostgresStore(url).close()
            return result

    with Overtaken.connect(url.secret, autocommit=True) as connection:
        assert schema.version_of(connection, url) == 0
        schema.migrate(connection, url)
        assert schema.version_of(connection, url) == len(schema.STEPS)


@pytest.mark.parametrize("version", range(1, len(schema.STEPS) + 1))
def test_each_version_is_upgraded(url: DatabaseURL, version: int) -> None:
    with connect(url) as connection:
        schema.migrate(connection, url, to=version)
        connection.execute(
            "insert into objects (id, kind, body, notes, active)"
            """ values ('run_1', 'run', '{"id": "run_1"}', '{"a": 1}', true),"""
            " ('run_2', 'run', null, '{}', false)"
        )
        connection.execute(
            "insert into vector_store_files (vector_store, file, body, status, usage)"
            """ values ('vs_1', 'file-1', '{"id": "file-1"}', 'completed', 7)"""
        )
    for _ in range(2):
        with closing(PostgresStore(url)) as store, store.changes():
            assert store.active_runs() == [{"id": "run_1"}]
            assert store.notes("run_1") == {"a": 1}
            assert store.project_of("run_1") == "default"
            assert store.position("run", "run_2") == 2
            assert store.vector_store_files.counts("vs_1") == ({"completed": 1}, 7)


def test_a_step_is_made_as_a_whole_or_not_at_all(
    url: DatabaseURL, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = "create table new (a integer); create table objects (b integer)"
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, broken))
    with pytest.raises(StoreError, match="objects"):
        PostgresStore(url)
    assert "objects" in tables(url)
    assert "new" not in tables(url)
    monkeypatch.undo()
    PostgresStore(url).close()


def test_a_later_version_is_refused(
    url: DatabaseURL, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr(schema, "STEPS", (*schema.STEPS, "create table new (a integer)"))
        PostgresStore(url).close()
    with pytest.raises(StoreError, match=r"a later version of this server \(\d\);"):
        PostgresStore(url)


def test_a_database_of_something_else_is_left_alone(url: DatabaseURL) -> None:
    with connect(url) as connection:
        connection.execute("create table objects (mine text)")
    with pytest.raises(StoreError, match="something else; name another"):
        PostgresStore(url)
    with pytest.raises(StoreError, match="something else; name another"):
        is_store(url)
    assert tables(url) == ["objects"]


ESCAPED = "special characters are written as %XX"
WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "user": (lambda url: url.replace("://", "://no", 1), "doesn't take this password"),
    "name": (lambda url: url.replace("/tests?", "/none?"), "isn't there; make it with"),
    "port": (lambda url: url.replace(f":{stores.cluster().port}", ":1"), "is it runn"),
    "percent": (lambda url: url.replace("@", "%zz@"), ESCAPED),
    "slash": (lambda url: url.replace("@", "/x@"), ESCAPED),
    "at": (lambda url: url.replace("@", "@x@"), ESCAPED),
    "option": (lambda url: f"{url}&nonsense=1", "is no URL of a database; one is"),
    "schema": (lambda url: url.replace("3Dstore", "3Dno"), "no schema to make tables"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_without_the_password(
    url: DatabaseURL, what: str
) -> None:
    change, said = WRONG[what]
    with pytest.raises(StoreError, match=said) as caught:
        PostgresStore(DatabaseURL(change(url.secret)))
    whole = "".join(traceback.format_exception(caught.value))
    assert stores.cluster().password not in whole
    assert "\n" not in str(caught.value)


def test_it_is_used_within_changes_alone(store: PostgresStore) -> None:
    with pytest.raises(RuntimeError, match="in a thread that makes no change"):
        store.all("assistant")
    done: list[str] = []
    store.after(lambda: done.append("at once"))
    with store.changes():
        store.after(lambda: done.append("later"))
        assert done == ["at once"]
    assert done == ["at once", "later"]


def test_a_change_goes_on_in_a_thread_and_what_follows_on_the_loop(
    store: PostgresStore,
) -> None:
    seen: list[threading.Thread] = []

    async def main() -> int:
        def work() -> int:
            seen.append(threading.current_thread())
            store.after(lambda: seen.append(threading.current_thread()))
            store.add("assistant", {"id": "asst_1"})
            return 7

        return await store.perform(work)

    assert asyncio.run(main()) == 7
    within, after = seen
    assert within is not threading.main_thread()
    assert after is threading.main_thread()


def test_an_error_that_somebody_swallows_takes_the_change_back(
    store: PostgresStore,
) -> None:
    """PostgreSQL would answer the commit with a rollback, and no error."""

    def work() -> None:
        store.add("assistant", {"id": "asst_1"})
        with suppress(psycopg.Error):
            store.add("assistant", {"id": "asst_1"})

    with pytest.raises(StoreError, match="failed before"):
        asyncio.run(store.perform(work))
    with store.changes():
        assert store.all("assistant") == []


def test_a_thread_has_one_active_run(store: PostgresStore) -> None:
    def add(run: str) -> None:
        store.add("run", {"id": run}, thread="thread_1", active=True)

    asyncio.run(store.perform(lambda: add("run_1")))
    with pytest.raises(ConflictError, match="one_active_run"):
        asyncio.run(store.perform(lambda: add("run_2")))


def test_ids_that_can_not_be_are_not_found(store: PostgresStore) -> None:
    with store.changes():
        store.add("assistant", {"id": "asst_1", "name": "a\0b", "n": 10**400})
        for id in ("asst_1\0", "\0", "asst_\ufffd"):  # noqa: A001 - for its type
            assert store.get("assistant", id) is None
            assert store.position("assistant", id) is None
            assert store.existing("assistant", ["asst_1", id]) == {"asst_1"}
        found = store.get("assistant", "asst_1")
        assert found == {"id": "asst_1", "name": "a\0b", "n": 10**400}


def _locks(store: PostgresStore) -> list[tuple[Callable[[], Any], Callable[[], Any]]]:
    """Return what one change does, and what another one has to wait for."""
    key = store.lock_key
    return [
        (lambda: store.lock("asst_0"), lambda: store.lock("asst_1", "asst_0")),
        (lambda: key("a"), lambda: key("a")),
        (lambda: store.of("p").lock_key("a"), lambda: store.of("p").lock_key("a")),
        (added(store, "asst_2"), added(store, "asst_3")),
        (lambda: store.hold("run_0"), lambda: store.lock("run_0")),
    ]


@pytest.mark.parametrize("number", range(5))
def test_what_is_locked_is_waited_for(store: PostgresStore, number: int) -> None:
    with store.changes():
        for name in ("asst_0", "asst_1"):
            store.add("assistant", {"id": name})
        store.add("run", {"id": "run_0", "status": "queued"}, active=True)
        store.processes.take("run_0")
    first, second = _locks(store)[number]
    order: list[str] = []
    locked, is_told = threading.Event(), threading.Event()

    def one() -> None:
        assert first() is not False
        locked.set()
        assert is_told.wait(SECONDS)
        order.append("first")

    def other() -> None:
        second()
        order.append("second")

    async def main() -> None:
        begun = asyncio.ensure_future(store.perform(one))
        await asyncio.to_thread(locked.wait, SECONDS)
        waiting = asyncio.ensure_future(store.perform(other))
        # It waits in the database, which says so.
        while not await asyncio.to_thread(_waits, stores.database()):
            await asyncio.sleep(0.01)
        assert not waiting.done()
        is_told.set()
        await asyncio.gather(begun, waiting)

    asyncio.run(asyncio.wait_for(main(), SECONDS))
    assert order == ["first", "second"]


def _waits(url: DatabaseURL) -> bool:
    with connect(url) as connection:
        return (
            connection.execute("select 1 from pg_locks where not granted").fetchone()
            is not None
        )


def test_others_are_not_waited_for(store: PostgresStore) -> None:
    with store.changes():
        for name in ("asst_0", "asst_1"):
            store.add("assistant", {"id": name})
    done = threading.Event()

    def other() -> None:
        store.lock("asst_1")
        store.lock_key("b")
        store.of("p").lock_key("a")
        store.add("thread", {"id": "thread_1"})
        done.set()

    async def main() -> None:
        def one() -> None:
            store.lock("asst_0")
            store.lock_key("a")
            store.add("file", {"id": "file-1"})
            assert done.wait(SECONDS)

        await asyncio.gather(store.perform(one), store.perform(other))

    asyncio.run(main())


def test_many_changes_at_once_lose_nothing(store: PostgresStore) -> None:
    """More than there are connections; each reads what it changes."""
    with store.changes():
        store.add("assistant", {"id": "asst_1", "count": 0})

    def work() -> None:
        store.lock("asst_1")
        found = store.get("assistant", "asst_1")
        assert found is not None
        store.put({**found, "count": found["count"] + 1})

    async def main() -> None:
        await asyncio.gather(*(store.perform(work) for _ in range(50)))

    asyncio.run(main())
    with store.changes():
        assert store.get("assistant", "asst_1") == {"id": "asst_1", "count": 50}


@pytest.mark.parametrize(
    ("body", "is_cancelling"),
    [
        ({"status": "cancelling"}, True),
        ({"status": "cancelling", "instructions": "\0"}, True),
        ({"status": "queued", "metadata": {"status": "cancelling", "a": "\0"}}, False),
    ],
)
def test_a_run_that_is_being_cancelled(
    store: PostgresStore, body: dict[str, Any], *, is_cancelling: bool
) -> None:
    with store.changes():
        store.add("run", {"id": "run_1", **body}, active=True)
        store.processes.take("run_1")
        assert store.hold("run_1") is not is_cancelling
        assert store.hold("run_1", ending=True)
        change = {"run_1": "cancelling"} if is_cancelling else {}
        assert store.processes.changes(["run_1"]) == change


async def _made_and_lost(store: PostgresStore, url: DatabaseURL) -> None:
    def work() -> None:
        store.add("assistant", {"id": "asst_1"})
        ((process,),) = sessions.execute("select pg_backend_pid()").fetchall()
        with connect(url) as connection:
            connection.execute("select pg_terminate_backend(%s, 60000)", (process,))

    sessions = vars(store)["_sessions"]
    await store.perform(work)


def test_a_change_that_is_lost_while_it_is_made_is_uncertain(
    store: PostgresStore, url: DatabaseURL
) -> None:
    with pytest.raises(UncertainChangeError, match="in the middle of a change"):
        asyncio.run(_made_and_lost(store, url))
    asyncio.run(store.perform(added(store, "asst_2")))
