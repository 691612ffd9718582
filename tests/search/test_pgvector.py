"""Where PostgreSQL has pgvector it compares the vectors, with the same results."""

from __future__ import annotations

import re
import secrets
import zlib
from array import array
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.search import EmbeddingError, SearchError, chunks, extract
from assistants_server.search.pgvector import column_in
from assistants_server.store import DatabaseURL
from assistants_server.store.postgres import PostgresStore
from tests import postgres_store as stores
from tests.search import test_recall
from tests.search.indexes import index_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistants_server.search.interface import SearchIndex

pytestmark = pytest.mark.pgvector
_CLOSE = 0.03
_ARRAYS = "alter table index_vectors alter column vector type real[]"


class Embedder:
    """Counts words, each of which has one of a few places."""

    model = "counting"

    def __init__(self, length: int = 64) -> None:
        self.length = length
        self.fill = 0.01
        self.texts = 0

    def embed(self, texts: Sequence[str]) -> list[array[float]]:
        self.texts += len(texts)
        return [self._vector(each) for each in texts]

    def _vector(self, text: str) -> array[float]:
        vector = array("f", [self.fill] * self.length)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.length] += 1
        return vector


@pytest.fixture
def name() -> Iterator[str]:
    """Provide the name of a database of its own."""
    name = f"pgvector_{secrets.token_hex(4)}"
    yield name
    stores.cluster().drop(name)


@pytest.fixture
def url(name: str) -> DatabaseURL:
    return DatabaseURL(stores.cluster().url(name))


@pytest.fixture
def opened(url: DatabaseURL) -> Iterator[Callable[..., SearchIndex]]:
    """Provide what opens the index as another server does."""
    with ExitStack() as stack:

        def open_(embedder: Embedder, where: DatabaseURL = url) -> SearchIndex:
            index = index_in(PostgresStore(where), embedder)
            return stack.enter_context(closing(index))

        yield open_


def run(name: str, *statements: str) -> None:
    with stores.cluster().connect(name) as connection:
        for each in statements:
            connection.execute(each.encode())


def kind(url: DatabaseURL) -> str:
    with closing(PostgresStore(url)) as store, store.changes():
        return column_in(store.database).kind


def found(index: SearchIndex, query: str, *stores: str, **options: Any) -> list[str]:
    return [hit.file_id for hit in index.search(stores or ["vs"], query, **options)]


def test_it_finds_what_is_found_in_memory(
    opened: Callable[..., SearchIndex], name: str, url: DatabaseURL
) -> None:
    index = opened(Embedder(256))
    for path in test_recall.TEXTS.glob("*.txt"):
        index.add("vs", path.name, chunks(extract(path, path.name)))
    asked = test_recall.questions()
    there = [index.search(["vs"], each.text, test_recall.AT) for each in asked]
    assert kind(url) == "vector"
    run(name, _ARRAYS)
    here = [index.search(["vs"], each.text, test_recall.AT) for each in asked]
    answered = [
        sum(map(test_recall.is_answered, asked, hits)) for hits in (there, here)
    ]
    assert answered[0] >= answered[1] - _CLOSE * len(asked)
    assert sum(a == b for a, b in zip(there, here, strict=True)) >= 190


def test_stores_and_files_are_apart(
    opened: Callable[..., SearchIndex], name: str
) -> None:
    index = opened(Embedder())
    for store in ("vs", "other"):
        for number in range(9):
            index.add(store, f"{store}-{number}", chunks(f"Tide of day {number}."))
    # No word of it is there: all that is found is near.
    assert len(found(index, "moon", limit=50)) == 9
    assert {*found(index, "moon", limit=50)} == {f"vs-{number}" for number in range(9)}
    assert found(index, "moon", "none") == []
    both = found(index, "moon", "vs", "other", limit=50)
    assert len({*both}) == 18
    some = {"vs-3", "other-4", "no"}
    assert found(index, "moon", file_ids=some) == ["vs-3"]
    assert {*found(index, "moon", "vs", "other", file_ids=some)} == some - {"no"}
    assert found(index, "moon", file_ids=[]) == []
    index.remove("vs", "vs-3")
    assert found(index, "moon", file_ids=some) == []
    index.remove("vs")
    assert found(index, "moon") == []
    assert len(found(index, "moon", "other")) == 9
    with stores.cluster().connect(name) as connection:
        (left,) = connection.execute("select count(*) from index_vectors").fetchall()
    assert left == (9,)


def test_stores_may_have_vectors_of_different_lengths(
    opened: Callable[..., SearchIndex],
) -> None:
    short, long = opened(Embedder(8)), opened(Embedder(3000))
    short.add("short", "a", chunks("The tide."))
    long.add("long", "b", chunks("The tide."))
    assert found(short, "moon", "short") == ["a"]
    assert found(long, "moon", "long") == ["b"]
    with pytest.raises(EmbeddingError, match="of 8 numbers, the server gives 3000"):
        found(long, "moon", "long", "short")
    with pytest.raises(EmbeddingError, match="of 3000 numbers, the server gives 8"):
        short.add("long", "c", chunks("The tide."))
    assert long.files() == {("short", "a"), ("long", "b")}
    # What is empty has none.
    long.remove("long", "b")
    short.add("long", "c", chunks("The tide."))
    assert found(short, "moon", "short", "long") == ["a", "c"]


def test_a_query_without_numbers_is_refused(opened: Callable[..., SearchIndex]) -> None:
    embedder = Embedder(2)
    index = opened(embedder)
    index.add("vs", "a", chunks("The tide."))
    embedder.fill = float("nan")
    with pytest.raises(EmbeddingError, match="gave no numbers"):
        index.search(["vs"], "tide")


def test_who_may_not_create_it_is_told_so_and_goes_on(
    opened: Callable[..., SearchIndex],
    name: str,
    url: DatabaseURL,
    caplog: pytest.LogCaptureFixture,
) -> None:
    secret = stores.cluster().password
    run(
        name,
        f"create role {name} login password '{secret}'",
        f"grant all on schema public to {name}",
    )
    theirs = DatabaseURL(url.secret.replace("://assistants:", f"://{name}:"))
    embedder = Embedder()
    index = opened(embedder, theirs)
    index.add("vs", "a", chunks("The tide in Hull."))
    index.add("vs", "b", chunks("The train to York."))
    assert found(index, "tide of Hull") == ["a", "b"]
    (said,) = caplog.messages
    assert "in memory: permission denied to create extension" in said
    assert "let a superuser run CREATE EXTENSION vector there" in said
    assert kind(theirs) == "array"
    # A superuser does, and vectors stay as they are.
    run(name, "create schema elsewhere", "create extension vector schema elsewhere")
    run(name, f"grant usage on schema elsewhere to {name}")
    before = embedder.texts
    again = opened(embedder, theirs)
    assert kind(theirs) == "vector"
    for each in (index, again):
        assert found(each, "tide of Hull") == ["a", "b"]
    index.add("vs", "c", chunks("The tide in York."))
    assert {*found(again, "moon")} == {"a", "b", "c"}
    assert embedder.texts == before + 4
    assert len(caplog.messages) == 1
    run(name, f"drop owned by {name} cascade", f"drop role {name}")


def test_a_database_that_loses_it_is_indexed_anew(
    opened: Callable[..., SearchIndex],
    name: str,
    url: DatabaseURL,
    caplog: pytest.LogCaptureFixture,
) -> None:
    index = opened(Embedder())
    index.add("vs", "a", chunks("The tide in Hull."))
    run(name, "drop extension vector cascade")
    with pytest.raises(SearchError, match=r"was dropped.*Start the server again"):
        index.search(["vs"], "tide")
    assert found(index, "tide", ranker="none") == ["a"]
    again = opened(Embedder())
    assert "was dropped; files are indexed anew" in caplog.text
    assert again.files() == set()
    again.add("vs", "a", chunks("The tide in Hull."))
    assert found(again, "moon") == ["a"]
    # As in a copy of the database where there is none.
    run(name, "drop table index_vectors")
    third = opened(Embedder())
    assert third.files() == set()
    assert kind(url) == "vector"


def test_servers_that_start_at_once_create_it_once(
    opened: Callable[..., SearchIndex], url: DatabaseURL
) -> None:
    with ThreadPoolExecutor(4) as threads:
        indexes = [*threads.map(lambda _: opened(Embedder()), range(4))]
    for number, each in enumerate(indexes):
        each.add("vs", str(number), chunks(f"Tide of day {number}."))
    assert {*found(indexes[0], "moon")} == {"0", "1", "2", "3"}
    assert kind(url) == "vector"
