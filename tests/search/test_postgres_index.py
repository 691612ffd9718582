"""What only the index in PostgreSQL does: several servers fill it, and search in it."""

from __future__ import annotations

from array import array
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from assistants_server.search import (
    Chunk,
    EmbeddingError,
    Index,
    SearchError,
    chunks,
    extract,
)
from assistants_server.search.interface import SearchIndex
from assistants_server.store import StoreAwayError
from assistants_server.store.postgres import PostgresStore, schema
from tests import postgres_store as stores
from tests.search import test_recall
from tests.search.indexes import index_in, new_index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server.store import DatabaseURL

pytestmark = pytest.mark.postgres
_CLOSE = 0.03


class Embedder:
    """Knows two words, and the model that it is."""

    def __init__(self, model: str) -> None:
        self.model = model

    def embed(self, texts: Any) -> list[array[float]]:
        return [
            array("f", [1.0 + each.count("tide"), 1.0 + each.count("train")])
            for each in texts
        ]


@pytest.fixture
def url() -> DatabaseURL:
    return stores.database()


@pytest.fixture
def opened(url: DatabaseURL) -> Iterator[Callable[..., SearchIndex]]:
    """Provide what opens the same index as another server does."""
    with ExitStack() as stack:
        yield lambda *embedder: stack.enter_context(
            closing(index_in(PostgresStore(url), *embedder))
        )


def found(index: SearchIndex, query: str) -> list[str]:
    return [hit.file_id for hit in index.search(["vs"], query)]


def test_it_finds_what_sqlite_finds() -> None:
    with closing(new_index()) as ours, closing(Index()) as theirs:
        for path in test_recall.TEXTS.glob("*.txt"):
            for each in (ours, theirs):
                each.add("vs", path.name, chunks(extract(path, path.name)))
        assert test_recall.recall(ours) >= test_recall.recall(theirs) - _CLOSE
        same = 0
        for asked in test_recall.questions():
            a, b = (each.search(["vs"], asked.text, 5) for each in (ours, theirs))
            same += [hit.start for hit in a] == [hit.start for hit in b]
            assert a[0].score == pytest.approx(b[0].score, abs=_CLOSE)
        assert same >= 190


def test_servers_see_what_others_do(opened: Callable[..., SearchIndex]) -> None:
    one, other = opened(Embedder("m")), opened(Embedder("m"))
    one.add("vs", "a", chunks("The tide in Hull."))
    assert found(other, "tide") == ["a"]
    other.add("vs", "b", chunks("The tide of tides, and the tide once more."))
    assert sorted(found(one, "tide")) == ["a", "b"]
    assert one.search(["vs"], "tide") == other.search(["vs"], "tide")
    other.remove("vs", "a")
    assert found(one, "tide") == ["b"]
    one.remove("vs")
    assert found(other, "tide") == []


def test_who_adds_a_file_again_wins(opened: Callable[..., SearchIndex]) -> None:
    """As where a server was taken for dead that goes on."""
    late, other = opened(), opened()

    def pieces() -> Iterator[Chunk]:
        for number in range(100):
            if number == 70:
                other.add("vs", "a", chunks("The tide in York."))
            yield Chunk(f"The train of day {number}.", number)

    with pytest.raises(SearchError, match="removed while"):
        late.add("vs", "a", pieces())
    assert found(late, "tide") == ["a"]
    assert found(other, "train") == []
    assert [each.text for each in other.content("vs", "a")] == ["The tide in York."]


def test_what_servers_left_when_they_died_goes(
    opened: Callable[..., SearchIndex], url: DatabaseURL
) -> None:
    index = opened()
    for name in ("kept", "going", "adding", "left"):
        index.add("vs", name, chunks("The tide in Hull. " * 400))
    with closing(PostgresStore(url)) as store, store.changes():
        execute = store.database.execute
        state = "update index_files set state = ?, begun_at = ? where name = ?"
        execute(state, (2, "2026-01-01", "going"))
        execute(state, (0, "2999-01-01", "adding"))
        execute(state, (0, "2026-01-01", "left"))
    again = opened()
    with closing(PostgresStore(url)) as store, store.changes():
        execute = store.database.execute
        names = execute("select name from index_files order by name").fetchall()
        assert names == [("adding",), ("kept",)]
        query = "select count(*), sum(length) from index_chunks"
        count = execute(query).fetchone()
        query = "select chunks, words from index_stores"
        assert execute(query).fetchone() == count
    assert {*found(again, "tide")} == {"kept"}


def test_what_another_model_made_is_made_anew(
    opened: Callable[..., SearchIndex],
) -> None:
    first = opened(Embedder("first"))
    first.add("vs", "a", chunks("The tide in Hull."))
    assert opened(Embedder("first")).files() == {("vs", "a")}
    second = opened(Embedder("second"))
    assert second.files() == set()
    second.add("vs", "a", chunks("The tide in Hull."))
    assert found(second, "tide") == ["a"]


def test_servers_with_an_earlier_model_leave_files_to_the_others(
    opened: Callable[..., SearchIndex],
) -> None:
    first = opened(Embedder("first"))
    first.add("vs", "a", chunks("The tide in Hull."))
    second = opened(Embedder("second"))
    with pytest.raises(StoreAwayError, match=r"all files by second, this one by first"):
        first.add("vs", "a", chunks("The tide in Hull."))
    with pytest.raises(EmbeddingError, match="start all of them with the same model"):
        found(first, "tide")
    assert second.files() == set()
    second.add("vs", "a", chunks("The tide in Hull."))
    assert first.search(["vs"], "tide", ranker="none")[0].file_id == "a"


def test_vectors_of_the_first_version_are_made_anew(url: DatabaseURL) -> None:
    with psycopg.connect(url.secret, autocommit=True) as connection:
        schema.migrate(connection, url, to=5)
        for statement in (
            "insert into index_stores (name, chunks, words) values ('vs', 1, 2)",
            "insert into index_files (store, name, state) values (1, 'a', 1)",
            """insert into index_chunks
            (file, store, start, length, words, text, vector)
            values (1, 1, 0, 2, '1/tide', 'tide', decode('0000803f', 'hex'))""",
            "insert into index_made_with values ('m')",
        ):
            connection.execute(statement.encode())
    with closing(index_in(PostgresStore(url))) as without:
        assert found(without, "tide") == ["a"]
    with closing(index_in(PostgresStore(url), Embedder("m"))) as index:
        assert index.files() == set()
        index.add("vs", "a", chunks("The tide in Hull."))
        assert found(index, "tide") == ["a"]
        assert [each.text for each in index.content("vs", "a")] == ["The tide in Hull."]


def test_letters_of_the_second_version_have_one_form_now(url: DatabaseURL) -> None:
    with psycopg.connect(url.secret, autocommit=True) as connection:
        schema.migrate(connection, url, to=6)
        for statement in (
            "insert into index_stores (name, chunks, words) values ('vs', 2, 8)",
            "insert into index_files (store, name, state) values (1, 'a', 1)",
            "insert into index_files (store, name, state) values (1, 'b', 1)",
            """insert into index_chunks (file, store, start, length, words, text)
            values (1, 1, 0, 6, $$'1/10':1 '1/\u00b5m':2 '1/groß':3 '1/οδος':4,6
            '1/οδοσ':5$$, '10 \u00b5m, große ΟΔΟΣ: οδοσ οδος.')""",
            """insert into index_chunks (file, store, start, length, words, text)
            values (2, 1, 0, 2, '1/tide', 'tide')""",
        ):
            connection.execute(statement.encode())
    with closing(index_in(PostgresStore(url))) as index:
        for query in ("\u03bcm", "\u00b5m", "GROSSE", "große", "οδός", "ΟΔΟΣ"):
            assert found(index, query) == ["a"], query
        assert found(index, "tide") == ["b"]


def test_words_that_the_third_version_cut_are_made_anew(url: DatabaseURL) -> None:
    with psycopg.connect(url.secret, autocommit=True) as connection:
        schema.migrate(connection, url, to=7)
        for statement in (
            "insert into index_stores (name, chunks, words) values ('vs', 2, 4)",
            "insert into index_files (store, name, state) values (1, 'a', 1)",
            "insert into index_files (store, name, state) values (1, 'b', 1)",
            """insert into index_chunks (file, store, start, length, words, text)
            values (1, 1, 0, 3, '1/ह:1 1/न:2 1/द:3', 'हिन्दी')""",
            """insert into index_chunks (file, store, start, length, words, text)
            values (2, 1, 0, 1, '1/tide', 'tide')""",
        ):
            connection.execute(statement.encode())
    with closing(index_in(PostgresStore(url))) as index:
        assert index.files() == {("vs", "b")}
        assert found(index, "हिन्दी") == []
        index.add("vs", "a", chunks("हिन्दी"))
        assert found(index, "हिन्दी") == ["a"]
        assert found(index, "tide") == ["b"]


@pytest.mark.parametrize("text", ["x" * 100_000, "a b " * 20_000, "\0'\\:*|&!<->()"])
def test_any_text_is_taken(opened: Callable[..., SearchIndex], text: str) -> None:
    index = opened()
    index.add("vs", "a", [Chunk(f"{text} tide", 0)])
    assert found(index, "tide") == ["a"]
    (chunk,) = index.content("vs", "a")
    assert chunk.text == f"{text} tide".replace("\0", "\ufffd")


def waiting(store: PostgresStore, *files: str) -> None:
    """Add files that are to be indexed."""
    with store.changes():
        store.processes.beat()
        store.vector_store_files.add(
            [
                {
                    "id": each,
                    "vector_store_id": "vs",
                    "status": "in_progress",
                    "usage_bytes": 0,
                }
                for each in files
            ]
        )


def claimed(store: PostgresStore, *besides: int) -> Any:
    """Return the next file that a server indexes."""
    with store.changes():
        store.processes.beat()
        return store.vector_store_files.next(besides=besides)


def test_each_file_is_for_one_server(url: DatabaseURL) -> None:
    with closing(PostgresStore(url)) as one, closing(PostgresStore(url)) as other:
        waiting(one, "a", "b", "c")
        first, second = claimed(one), claimed(other)
        assert (first.file, second.file) == ("a", "b")
        assert claimed(one, first.place).file == "c"
        assert claimed(other, second.place) is None
        with one.changes():
            assert one.vector_store_files.holds(first.place)
            assert not one.vector_store_files.holds(second.place)
            # As it stops, say.
            one.vector_store_files.spare(first.place)
        assert claimed(other, second.place).file == "a"


def test_files_of_a_dead_server_are_taken_up_again(url: DatabaseURL) -> None:
    with closing(PostgresStore(url)) as dead, closing(PostgresStore(url)) as other:
        waiting(dead, "a")
        entry = claimed(dead)
        assert claimed(other) is None
        with other.changes():
            other.database.execute(
                "update processes set seen_at = now() - interval '1 minute'"
                " where id = ?",
                (dead.processes.id,),
            )
        assert claimed(other).file == "a"
        with dead.changes():
            assert not dead.vector_store_files.holds(entry.place)


def test_a_file_that_is_added_again_is_anybodys(url: DatabaseURL) -> None:
    with closing(PostgresStore(url)) as one, closing(PostgresStore(url)) as other:
        waiting(one, "a")
        before = claimed(one)
        waiting(one, "a")
        assert claimed(other).place > before.place
        assert claimed(one, before.place) is None
