"""What happens inside of a server's event loop, for tests that have to look there."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from harness.store_audit import audit
from tests.server.api import TIMEOUT, until

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Coroutine, Iterator

    from assistants_server import LocalServer
    from assistants_server.execution.scheduler import Scheduler
    from assistants_server.store.database import Database
    from assistants_server.store.sql import SQLStore


def scheduler_of(server: LocalServer) -> Scheduler:
    """Return what carries out the runs of a server."""
    assert server._running
    return server._running.scheduler


def store_of(server: LocalServer) -> SQLStore:
    """Return the store of a server."""
    store: SQLStore = vars(scheduler_of(server))["_store"]
    return store


def sql_of(server: LocalServer) -> sqlite3.Connection:
    """Return the database of SQLite of a server, which only its own thread may use."""
    sql: sqlite3.Connection = vars(store_of(server))["_sql"]
    return sql


def inside(server: LocalServer, act: Callable[[], Any]) -> Any:
    """Return what a function returns in the thread of a server."""

    async def call() -> Any:
        return act()

    return _await(server, call())


def let_pass(server: LocalServer, seconds: float) -> None:
    """Let time go by in the event loop of a server: what waits that long is due now."""

    def move() -> None:
        loop = asyncio.get_running_loop()
        before = loop.time
        vars(loop)["time"] = lambda: before() + seconds

    inside(server, move)


def changing(server: LocalServer, work: Callable[[Database], Any]) -> Any:
    """Return what a function returns that has the database of a server for a change."""
    store = store_of(server)
    return _await(server, store.perform(lambda: work(store._database)))


def _await(server: LocalServer, doing: Coroutine[Any, Any, Any]) -> Any:
    assert server._running
    loop = vars(server._running.server)["_loop"]
    return asyncio.run_coroutine_threadsafe(doing, loop).result(TIMEOUT)


def tasks_of(server: LocalServer) -> dict[str, Any]:
    """Return the tasks of a server's runs, by the ids of these."""
    tasks: dict[str, Any] = vars(scheduler_of(server))["_run_tasks"]
    return tasks


def problems(server: LocalServer) -> list[str]:
    """Return what is wrong in the store of a server."""
    tasks = [*inside(server, lambda: [*tasks_of(server)])]
    found: list[str] = changing(server, lambda sql: audit(sql, tasks))
    return found


@contextmanager
def stopping(server: LocalServer) -> Iterator[threading.Thread]:
    """Stop a server in another thread; yield when it has begun to drain."""
    scheduler = scheduler_of(server)
    thread = threading.Thread(target=server.stop)
    thread.start()
    until(lambda: scheduler.is_closing, "the server to be stopped")
    yield thread
    thread.join(TIMEOUT)
    assert not thread.is_alive()
