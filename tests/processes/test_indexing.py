"""Files that one server takes in, and another one indexes or searches."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.postgres_store import database
from tests.processes.several import Asked, servers
from tests.server.api import until
from tests.server.shelf import EXTRACT, counts, found, settled, upload

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.api import Api


@pytest.fixture
def pair() -> Iterator[tuple[Api, Api]]:
    with servers(Asked(), lease=600.0) as (_, (one, other)):
        yield one, other


def test_what_one_server_takes_in_the_other_one_has(pair: tuple[Api, Api]) -> None:
    one, other = pair
    file = upload(one, b"The Danube is long.")["id"]
    assert other.http.get(f"/files/{file}/content").content == b"The Danube is long."
    store = other.post("/vector_stores", {"file_ids": [file]})["id"]
    settled(one, store)
    assert found(one, store, "Danube") == found(other, store, "Danube") != []
    one.delete(f"/vector_stores/{store}/files/{file}")
    assert found(other, store, "Danube") == []
    one.delete(f"/files/{file}")
    other.get(f"/files/{file}/content", status=404)


def test_many_files_are_indexed_by_both(pair: tuple[Api, Api]) -> None:
    one, other = pair
    ids = [upload(one, b"Tide %d." % number)["id"] for number in range(12)]
    store = one.post("/vector_stores", {"file_ids": ids})["id"]
    assert settled(other, store)["file_counts"] == counts(completed=12)
    assert len({*found(other, store, "tide")}) == 10


def test_files_of_a_server_that_stops_are_taken_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, begun = database(), threading.Event()

    def endless(path: Path, filename: str, *, stop: threading.Event) -> str:
        begun.set()
        until(stop.is_set, "the end of the server")
        return "never to be seen"

    with (
        monkeypatch.context() as patch,
        servers(Asked(), count=1, url=url) as (_, (one,)),
    ):
        patch.setattr(EXTRACT, endless)
        file = upload(one, b"The Danube is long.")["id"]
        store = one.post("/vector_stores", {"file_ids": [file]})["id"]
        assert begun.wait(60)
    with servers(Asked(), count=1, url=url) as (_, (other,)):
        assert settled(other, store)["file_counts"] == counts(completed=1)
        assert found(other, store, "Danube")


def test_a_file_that_others_take_over_again_and_again_is_indexed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where servers are taken for dead that are not, it ended none of them."""
    url, times = database(), iter(range(5))

    def taken_over(path: Path, filename: str, *, stop: threading.Event) -> str:
        if next(times, None) is not None:
            with psycopg.connect(url.secret) as other:
                other.execute(
                    "update vector_store_files set carrier = 'other ' || place"
                )
        return "The Danube is long."

    monkeypatch.setattr(EXTRACT, taken_over)
    with servers(Asked(), count=1, url=url) as (_, (api,)):
        file = upload(api, b"The Danube is long.")["id"]
        store = api.post("/vector_stores", {"file_ids": [file]})["id"]
        assert settled(api, store)["file_counts"] == counts(completed=1)
    assert next(times, None) is None
