"""What happens inside of a server's event loop, for tests that have to look there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from harness.store_audit import audit
from tests.server.api import TIMEOUT

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from assistants_server import LocalServer
    from assistants_server.scheduler import Scheduler


def scheduler_of(server: LocalServer) -> Scheduler:
    """Return what carries out the runs of a server."""
    assert server._running
    return server._running.scheduler


def sql_of(server: LocalServer) -> sqlite3.Connection:
    """Return the database of a server, which only its own thread may use."""
    sql: sqlite3.Connection = vars(vars(scheduler_of(server))["_store"])["_sql"]
    return sql


def inside(server: LocalServer, act: Callable[[], Any]) -> Any:
    """Return what a function returns in the thread of a server."""
    assert server._running

    async def call() -> Any:
        return act()

    loop = vars(server._running.server)["_loop"]
    return asyncio.run_coroutine_threadsafe(call(), loop).result(TIMEOUT)


def tasks_of(server: LocalServer) -> dict[str, Any]:
    """Return the tasks of a server's runs, by the ids of these."""
    tasks: dict[str, Any] = vars(scheduler_of(server))["_run_tasks"]
    return tasks


def problems(server: LocalServer) -> list[str]:
    """Return what is wrong in the store of a server."""
    return list(inside(server, lambda: audit(sql_of(server), tasks_of(server).keys())))
