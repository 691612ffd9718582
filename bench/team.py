"""What a team has: several processes over one database, and much that is stored.

Clients stream runs that the server's own engine answers, one after the other each. All
of them, the processes and the database share the processors of this machine, so that
more processes than there are of these can't be quicker.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import httpx

from bench.crowd import Heard, crowd_again
from bench.rows import BenchError, Row
from harness.postgres import Cluster
from harness.processes import ProcessError
from harness.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLIENTS = 200
PROCESSES = 1, 2, 4
STORED = 1_000_000
"""How many messages there are where there are many."""
_TIMES = 2
_IN_A_THREAD = 10
_OPTIONS = ("--pace", "0", "--no-page")
# What the database fills in by itself.
_MADE = {"place", "gone"}
_ONE = "select * from objects where kind = ? and body is not null limit 1"


def measure(rounds: int, stored: int = STORED) -> list[Row]:
    """Measure runs with both kinds of stores, and with several processes.

    Args:
        rounds: how often.
        stored: how many messages there are where there are many.

    Raises:
        BenchError: PostgreSQL can't be had.
    """
    try:
        return [*_on_disk(rounds, stored), *_in_a_database(rounds, stored)]
    except ProcessError as error:
        raise BenchError(str(error)) from error


def _on_disk(rounds: int, stored: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="assistants-bench-") as name:
        file = Path(name, "state.db")
        with _served(Path(name), str(file), 1) as urls:
            yield from _rows("SQLite", urls, rounds)
        with closing(sqlite3.connect(file)) as sql:
            _fill_file(sql, stored)
        with _served(Path(name), str(file), 1) as urls:
            yield from _rows(f"SQLite, {stored:,} messages", urls, rounds)


def _in_a_database(rounds: int, stored: int) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="assistants-bench-") as name,
        Cluster(durable=True) as cluster,
    ):
        url = cluster.url("bench")
        for count in PROCESSES:
            with _served(Path(name), url, count) as urls:
                what = f"PostgreSQL, {count} process{'es' * (count > 1)}"
                yield from _rows(what, urls, rounds)
        _fill_database(cluster, stored)
        with _served(Path(name), url, 1) as urls:
            yield from _rows(f"PostgreSQL, {stored:,} messages", urls, rounds)


@contextmanager
def _served(folder: Path, store: str, count: int) -> Iterator[list[str]]:
    """Serve a store by so many processes, and yield their URLs."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                ServerProcess(folder, *_OPTIONS, ASSISTANTS_STORE=store)
            ).url
            for _ in range(count)
        ]


def _rows(what: str, urls: Sequence[str], rounds: int) -> list[Row]:
    with httpx.Client(base_url=urls[0], timeout=60, trust_env=False) as http:
        made = http.post("/assistants", json={"model": "m"}).raise_for_status()
        said = [{"role": "user", "content": "How are you?"}]
        thread = {"messages": said}
        # What the rows are made of that fill a store.
        http.post("/threads", json=thread).raise_for_status()
    body = {"assistant_id": made.json()["id"], "stream": True, "thread": thread}
    seconds, late = [], []
    # What is done for the first time takes longer.
    asyncio.run(_crowds(urls, body, 1))
    for _ in range(rounds):
        heard = asyncio.run(_crowds(urls, body, _TIMES))
        began, ended = (min(x.began for x in heard), max(x.ended for x in heard))
        seconds.append((ended - began) / len(heard))
        late.append(quantiles([x.first - x.began for x in heard], n=100)[98])
    return [
        Row(f"a run, {what}", seconds, []),
        Row("first event, 99 of 100", late, []),
    ]


async def _crowds(urls: Sequence[str], body: Any, times: int) -> list[Heard]:
    found = await asyncio.gather(
        *(
            crowd_again(f"{url}/threads/runs", body, CLIENTS // len(urls), times)
            for url in urls
        )
    )
    return [each for crowd in found for client in crowd for each in client]


def _fill_file(sql: sqlite3.Connection, stored: int) -> None:
    numbers = (
        "(with recursive c(n) as (select 0 union all select n + 1 from c"
        " where n < {} - 1) select n from c)"
    )
    with sql:
        for kind, count in _kinds(stored):
            found = sql.execute(_ONE, (kind,))
            names = [name for name, *_ in found.description]
            one = dict(zip(names, found.fetchone(), strict=True))
            sql.execute(_copies(kind, one, numbers.format(count)))


def _fill_database(cluster: Cluster, stored: int) -> None:
    with cluster.connect("bench") as sql:
        for kind, count in _kinds(stored):
            found = sql.execute(_ONE.replace("?", "%s"), (kind,))
            assert found.description is not None
            names = [column.name for column in found.description]
            one = dict(zip(names, found.fetchone() or (), strict=True))
            numbers: Any = f"generate_series(0, {count} - 1) as numbers(n)"
            made: Any = _copies(kind, one, numbers)
            sql.execute(made)
        sql.execute("vacuum analyze")


def _copies(kind: str, one: dict[str, Any], numbers: str) -> str:
    """Return what copies a row many times, each with ids of its own."""
    own, thread = f"'{kind}_' || n", f"'thread_' || (n / {_IN_A_THREAD})"
    body = f"replace(body, '{one['id']}', {own})"
    changed = {"id": own, "body": body}
    if kind == "message":
        changed["thread"] = thread
        changed["body"] = f"replace({body}, '{one['thread']}', {thread})"
    names = [name for name in one if name not in _MADE]
    values = [changed.get(name, name) for name in names]
    return (
        f"insert into objects ({', '.join(names)}) select {', '.join(values)}"
        f" from objects cross join {numbers} where id = '{one['id']}'"
    )


def _kinds(stored: int) -> tuple[tuple[str, int], ...]:
    return ("thread", stored // _IN_A_THREAD), ("message", stored)
