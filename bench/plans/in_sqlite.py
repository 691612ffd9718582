"""Plans of SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from assistants_server import LocalServer
from assistants_server.store import SQLiteStore
from bench.plans.large import Size, fill
from bench.plans.plan import Plan
from bench.plans.recording import Recording
from bench.plans.traffic import Traffic

_SERIES = (
    "(with recursive s(n) as (select {first} union all select n + 1 from s"
    " where n < {last}) select n from s)"
)
_INDEX = re.compile(r"USING (?:COVERING )?INDEX (\w+)|USING (INTEGER PRIMARY KEY)")


def look(size: Size, folder: Path) -> list[Plan]:
    """Fill a file, ask a server, and return the plans of its statements."""
    path = folder / "plans.db"
    SQLiteStore(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as sql:
        sql.execute("pragma synchronous = off")
        fill(sql.execute, size, series=_SERIES)
    recording = Recording()

    class Noting(sqlite3.Connection):
        def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
            with recording.noted(sql, values):
                return super().execute(sql, values)

        def executemany(self, sql: str, values: Any, /) -> sqlite3.Cursor:
            rows = [*values]
            if not rows:
                return super().executemany(sql, rows)
            with recording.noted(sql, rows[0]):
                return super().executemany(sql, rows)

    connect = partial(sqlite3.connect, factory=Noting)
    patched = mock.patch("assistants_server.store.sqlite.sqlite3.connect", connect)
    with patched, LocalServer(store=path) as server:
        Traffic(server).run()
    with closing(sqlite3.connect(path)) as sql:
        return recording.explain(partial(_explain, sql))


def _explain(
    sql: sqlite3.Connection, statement: str, values: Sequence[Any], plan: Plan
) -> None:
    used: set[str] = set()
    try:
        rows = sql.execute(f"explain query plan {statement}", values).fetchall()
    except sqlite3.OperationalError:
        # Of another file, such as that of the index.
        return
    for *_, step in rows:
        used.update(a or b for a, b in _INDEX.findall(step))
        # What begins otherwise is no table: `SCAN CONSTANT ROW`.
        is_table = re.match(r"SCAN [a-z_]{4}", step)
        if is_table and not _INDEX.search(step):
            plan.faults.append(step.lower())
        if "USE TEMP B-TREE FOR ORDER BY" in step:
            plan.faults.append("sorts")
    plan.how = ", ".join(sorted(used)) or "no index"
