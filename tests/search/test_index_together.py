"""Several threads add, remove and search at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from assistants_server.search import Chunk, Index, SearchError, chunks
from assistants_server.search.interface import SearchIndex
from tests.search.indexes import new_index
from tests.server.api import TIMEOUT, until


@pytest.fixture
def index() -> Iterator[SearchIndex]:
    index = new_index()
    yield index
    index.close()


def test_a_file_that_is_removed_while_it_is_added_is_not_there(
    index: SearchIndex,
) -> None:
    for removed in ("a", None):

        def watched(file: str | None = removed) -> Iterator[Chunk]:
            for number in range(200):
                if number == 100:
                    index.remove("vs", file)
                yield Chunk(f"The tide of day {number}.", number)

        with pytest.raises(SearchError, match="removed while"):
            index.add("vs", "a", watched())
        assert index.files() == set()
        assert index.search(["vs"], "tide") == []
    _add(index, "a", "The tide in Hull.")
    assert len(index.search(["vs"], "tide")) == 1


@pytest.mark.sqlite("it looks into how an index in a file removes")
def test_others_search_while_much_is_removed(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(index, "large", "The tide of many days is high at noon. " * 40_000)
    _add(index, "small", "The train to York.")
    database, changes = index._database, index._database.changes
    searches: list[Future[list[Any]]] = []

    @contextmanager
    def watched() -> Iterator[None]:
        with changes():
            if searches:
                # It waited in the piece before, so it came before this one.
                assert searches[-1].result(10) == []
            yield
            searches.append(others.submit(index.search, ["vs"], "tide"))
            until(database._queue.locked, "a search that waits")

    with ThreadPoolExecutor(1) as others, monkeypatch.context() as patch:
        patch.setattr(database, "changes", watched)
        index.remove("vs", "large")
    assert len(searches) > 3
    assert len(index.search(["vs"], "train")) == 1
    assert index.files() == {("vs", "small")}


def test_several_threads_may_use_it(index: SearchIndex) -> None:
    failures = []

    def work(name: str) -> None:
        try:
            for number in range(30):
                _add(index, f"{name}{number}", f"The tide of {name} {number}. " * 50)
                assert index.search(["vs"], f"tide {name}", 5)
                index.remove("vs", f"{name}{number - 5}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(index.files()) == 20


@pytest.mark.sqlite("it looks into how an index in a file removes")
def test_a_new_store_is_not_taken_for_one_that_is_being_removed(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove = index._delete

    def late(*arguments: Any, **options: Any) -> None:
        index.add("new", "a", chunks("The tide in Hull."))
        remove(*arguments, **options)

    index.add("old", "a", chunks("The tide in York."))
    with monkeypatch.context() as patch:
        patch.setattr(index, "_delete", late)
        index.remove("old")
    (hit,) = index.search(["new"], "tide")
    assert hit.text == "The tide in Hull."


def test_a_new_file_is_not_taken_for_one_that_was_removed(index: SearchIndex) -> None:
    begun, ready = threading.Event(), threading.Event()
    added: list[Future[Any]] = []

    def new() -> Iterator[Chunk]:
        begun.set()
        assert ready.wait(TIMEOUT)
        yield Chunk("The tide in Hull.", 0)

    def old() -> Iterator[Chunk]:
        for number in range(100):
            yield Chunk(f"The tide of day {number}.", number)
        index.remove("vs", "old")
        added.append(others.submit(index.add, "vs", "new", new()))
        assert begun.wait(TIMEOUT)
        yield Chunk("never", 0)

    with ThreadPoolExecutor(1) as others:
        try:
            with pytest.raises(SearchError, match="removed while"):
                index.add("vs", "old", old())
        finally:
            ready.set()
    assert added[0].result().chunks == 1
    assert [each.text for each in index.content("vs", "new")] == ["The tide in Hull."]


def _add(index: SearchIndex, file: str, text: str) -> None:
    index.add("vs", file, chunks(text))
