"""Plans of PostgreSQL, with the values of a request and without any."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg
from psycopg import sql as literal

from assistants_server import LocalServer
from assistants_server.store import DatabaseURL
from assistants_server.store.postgres import PostgresStore
from assistants_server.store.postgres.dialect import bound, translated
from assistants_server.store.postgres.sessions import Sessions
from bench.plans.large import Size, fill
from bench.plans.plan import LARGE, Plan
from bench.plans.recording import Recording
from bench.plans.traffic import Traffic
from harness.postgres import Cluster

_SERIES = "generate_series({first}::bigint, {last}::bigint) as n"
# What is small in any store, and read as a whole.
_SMALL = {"processes", "assistants_migrations", "keys"}


def look(size: Size, folder: Path) -> list[Plan]:
    """Fill a database, ask a server, and return the plans of its statements."""
    with Cluster(shared_buffers="1GB", max_wal_size="8GB") as cluster:
        url = DatabaseURL(cluster.url("plans"))
        with closing(PostgresStore(url)):
            pass
        with cluster.connect("plans") as connection:
            fill(lambda each: connection.execute(each.encode()), size, series=_SERIES)
            connection.execute("vacuum analyze")
        recording = _recorded(url)
        with psycopg.connect(url.secret) as connection:
            return recording.explain(
                lambda sql, values, plan: _explain(connection, sql, values, plan)
            )


def _recorded(url: DatabaseURL) -> Recording:
    recording = Recording()
    execute, executemany = Sessions.execute, Sessions.executemany

    def noting(self: Sessions, sql: str, values: Sequence[Any] = (), /) -> Any:
        with recording.noted(sql, values):
            return execute(self, sql, values)

    def noting_many(self: Sessions, sql: str, values: Any, /) -> None:
        rows = [*values]
        if rows:
            with recording.noted(sql, rows[0]):
                executemany(self, sql, rows)

    with (
        mock.patch.object(Sessions, "execute", noting),
        mock.patch.object(Sessions, "executemany", noting_many),
        LocalServer(store=url) as server,
    ):
        Traffic(server).run()
    return recording


def _explain(
    connection: psycopg.Connection, sql: str, values: Sequence[Any], plan: Plan
) -> None:
    """Note what is used with these values, and with any: prepared statements."""
    query, given = translated(sql).encode(), bound(values)
    used: set[str] = set()
    rows = connection.execute(
        "select relname from pg_class where reltuples <= %s", [LARGE]
    ).fetchall()
    small = {str(name) for (name,) in rows}
    try:
        # What is small is read as a whole, and rightly so; but there has to be an index
        # for when it has grown.
        for may_scan, left_out in (("on", small), ("off", set[str]())):
            connection.execute(f"set local enable_seqscan = {may_scan}".encode())
            explain = b"explain (format json) " + query
            found = connection.execute(explain, given).fetchone()
            _look_at(found, plan, used, left_out, small)
            if given:
                _prepare(connection, query, given)
                known = literal.SQL(", ").join(map(literal.Literal, given))
                run = literal.SQL("explain (format json) execute it ({})").format(known)
                _look_at(
                    connection.execute(run).fetchone(), plan, used, left_out, small
                )
    finally:
        connection.rollback()
    plan.how = ", ".join(sorted(used)) or "no index"
    plan.faults = [*dict.fromkeys(plan.faults)]


def _prepare(
    connection: psycopg.Connection, query: bytes, values: Sequence[Any]
) -> None:
    connection.execute("set local plan_cache_mode = force_generic_plan")
    connection.execute("deallocate all")
    text = query.decode()
    for number in range(len(values)):
        text = text.replace("%s", f"${number + 1}", 1)
    connection.execute(f"prepare it as {text.replace('%%', '%')}".encode())


def _look_at(
    found: Any, plan: Plan, used: set[str], left_out: set[str], small: set[str]
) -> None:
    (whole,) = found[0] if isinstance(found[0], list) else json.loads(found[0])
    for node in _nodes(whole["Plan"]):
        kind, _rows = node["Node Type"], node["Plan Rows"]
        if "Index Name" in node:
            used.add(node["Index Name"])
        table = node.get("Relation Name")
        if kind == "Seq Scan" and table not in {*_SMALL, *left_out}:
            plan.faults.append(f"reads all of {node['Relation Name']}")
        if "Sort" in kind and node["Plans"][0]["Plan Rows"] > LARGE:
            plan.faults.append(f"sorts {node['Plans'][0]['Plan Rows']} rows")
        is_whole = node.get("Index Name", "").endswith("_pkey")
        if is_whole and not node.get("Index Cond") and table not in small:
            plan.faults.append(f"reads all of {table} in order")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for each in node.get("Plans", ()):
        yield from _nodes(each)
