"""The index in PostgreSQL beside the one in SQLite, and pgvector beside memory."""

from __future__ import annotations

import time
from array import array
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

from assistants_server.search import Chunk, Index, Strategy
from assistants_server.search.postgres import PostgresIndex
from assistants_server.store import DatabaseURL
from assistants_server.store.postgres import PostgresStore
from bench.rows import BenchError, Row
from bench.search import A_FILE, drawn_chunks, drawn_words, questions
from harness.postgres import Cluster, pgvector_programs
from harness.processes import ProcessError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistants_server.search.interface import SearchIndex

_LENGTH = 768
_ARRAYS = b"alter table index_vectors alter column vector type real[]"


class _Embedder:
    """Has vectors that mean nothing."""

    model = "random"

    def __init__(self) -> None:
        import numpy

        self._chance = numpy.random.default_rng(1)

    def embed(self, texts: Sequence[str]) -> list[array[float]]:
        return [array("f", self._chance.normal(size=_LENGTH)) for _ in texts]


def words(scratch: Path, strategy: Strategy, count: int) -> list[Row]:
    """Measure adding so many chunks, and the questions of the tests among them.

    Raises:
        BenchError: PostgreSQL can't be had.
    """
    try:
        with (
            Cluster(durable=True) as cluster,
            closing(PostgresStore(DatabaseURL(cluster.url("bench")))) as store,
            closing(Index(scratch / "beside.db")) as theirs,
        ):
            return _words(PostgresIndex(store), theirs, strategy, count)
    except ProcessError as error:
        raise BenchError(str(error)) from error


def vectors(count: int) -> list[Row]:
    """Measure the nearest of so many vectors, compared by pgvector and in memory.

    Raises:
        BenchError: PostgreSQL with pgvector can't be had.
    """
    try:
        programs = pgvector_programs()
        with (
            Cluster(programs=programs, durable=True) as cluster,
            closing(PostgresStore(DatabaseURL(cluster.url("bench")))) as store,
        ):
            index = PostgresIndex(store, _Embedder())
            index.add("vs", "file", (Chunk("word", n) for n in range(count)))
            there = _times(index, 20)
            with cluster.connect("bench") as connection:
                connection.execute(_ARRAYS)
            # The first search reads all of them.
            _times(index, 1)
            here = _times(index, 20)
    except ProcessError as error:
        raise BenchError(str(error)) from error
    what = f"nearest of {count:,} vectors of {_LENGTH} numbers, pgvector"
    return [Row(what, there, here, "memory")]


def _words(
    ours: SearchIndex, theirs: SearchIndex, strategy: Strategy, count: int
) -> list[Row]:
    drawn, size = drawn_words(), 4 * strategy.size
    adding: tuple[list[float], list[float]] = ([], [])
    searching: tuple[list[float], list[float]] = ([], [])
    for number in range(0, count, A_FILE):
        pieces = [*drawn_chunks(drawn, number, size)]
        for index, taken in zip((ours, theirs), adding, strict=True):
            add = partial(index.add, "vs", f"file-{number}", pieces)
            taken.append(_seconds(add))
    for question in questions():
        for index, taken in zip((ours, theirs), searching, strict=True):
            taken.append(_seconds(partial(index.search, ["vs"], question, 20)))
    what = f"chunks of {strategy.size} tokens, PostgreSQL"
    return [
        Row(f"adding {A_FILE:,} {what}", *adding, "SQLite"),
        Row(f"searching {count:,} {what}", *searching, "SQLite"),
    ]


def _times(index: SearchIndex, times: int) -> list[float]:
    search = partial(index.search, ["vs"], "?", 20)
    return [_seconds(search) for _ in range(times)]


def _seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
