"""Indexing that a server which stops leaves to the next one."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Any

from assistants_server import LocalServer
from tests.server.api import TIMEOUT, talking
from tests.server.inside import store_of
from tests.server.shelf import EXTRACT, counts, found, settled, upload

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_server_that_stops_leaves_the_rest_for_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def endless(path: Path, filename: str, *, stop: threading.Event) -> str:
        begun.set()
        assert stop.wait(TIMEOUT)
        return "not to be seen"

    with monkeypatch.context() as patch:
        patch.setattr(EXTRACT, endless)
        with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
            ids = [upload(api, b"The Danube.")["id"] for _ in range(3)]
            store = api.post("/vector_stores", {"file_ids": ids})["id"]
            assert begun.wait(TIMEOUT)
            before = time.monotonic()
        assert time.monotonic() - before < 2
        # However often: it isn't the fault of the file.
        for _ in range(4):
            begun.clear()
            with LocalServer(store=tmp_path / "s"):
                assert begun.wait(TIMEOUT)
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        assert settled(api, store)["file_counts"] == counts(completed=3)
        assert {*found(api, store, "Danube")} == {"The Danube."}


def test_a_file_whose_beginning_was_just_noted_is_not_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for that may be stopped before it is told."""
    place, noted = tmp_path / "s", threading.Event()
    with monkeypatch.context() as patch:
        with LocalServer(store=place) as server, talking(server) as api:
            kind: Any = type(store_of(server))
            perform = kind.perform

            async def perform_and_wait(store: Any, work: Any) -> Any:
                done = await perform(store, work)
                if getattr(getattr(work, "func", None), "__name__", "") == "_open":
                    noted.set()
                    await asyncio.Event().wait()
                return done

            patch.setattr(kind, "perform", perform_and_wait)
            file = upload(api, b"The Danube.")["id"]
            shelf = api.post("/vector_stores", {"file_ids": [file]})["id"]
            assert noted.wait(TIMEOUT)
        for _ in range(4):
            noted.clear()
            with LocalServer(store=place):
                assert noted.wait(TIMEOUT)
    with LocalServer(store=place) as server, talking(server) as api:
        assert settled(api, shelf)["file_counts"] == counts(completed=1)
