"""Indexing, and the end of the process in the middle of it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from assistants_server import search
from assistants_server.library import index_file
from tests.server.api import TIMEOUT
from tests.server.program import Program
from tests.server.shelf import (
    counts,
    file_of,
    found,
    settled,
    upload,
    vector_store,
)

pytestmark = pytest.mark.storeless

FATAL = 7


def _wait_for_files() -> None:
    """Let a file named "slow" be read when there is another file, as the tests say."""
    extract = search.extract

    def gated(path: Path, filename: str, *, stop: threading.Event) -> str:
        while filename == "slow" and not Path("gate").exists() and not stop.is_set():
            time.sleep(0.005)
        if filename == "fatal" and not Path("gate").exists():
            os._exit(FATAL)
        return extract(path, filename, stop=stop)

    setattr(index_file, "extract", gated)  # noqa: B010 - as it is no name of this one


class Gated(Program):
    """The command, with files that wait to be read."""

    def __init__(self, folder: Path) -> None:
        options = ("--store", str(folder / "s"))
        super().__init__(*options, cwd=folder, before=_wait_for_files)


def test_indexing_goes_on_after_the_server_was_killed(tmp_path: Path) -> None:
    with Gated(tmp_path) as server:
        api = server.api
        done = vector_store(api, b"The Danube.")
        names = ("slow", "slow", "later", "later")
        ids = [
            upload(api, b"River %d." % n, name)["id"] for n, name in enumerate(names)
        ]
        store = api.post("/vector_stores", {})["id"]
        path = f"/vector_stores/{store}/file_batches"
        batch = api.post(path, {"file_ids": ids[:3]})["id"]
        cancelled = api.post(path, {"file_ids": ids[3:]})["id"]
        api.post(f"{path}/{cancelled}/cancel")
        assert api.get(f"{path}/{batch}")["file_counts"] == counts(in_progress=3)
        server.kill()
    (tmp_path / "gate").touch()
    with Gated(tmp_path) as server:
        api = server.api
        assert api.get(f"/vector_stores/{done['id']}") == done
        assert settled(api, store)["file_counts"] == counts(completed=3, cancelled=1)
        assert api.get(f"{path}/{batch}")["status"] == "completed"
        assert api.get(f"{path}/{cancelled}")["status"] == "cancelled"
        assert len(found(api, store, "River")) == 3
        assert found(api, done["id"], "Danube") == ["The Danube."]


def test_a_file_that_ends_the_server_is_given_up(tmp_path: Path) -> None:
    with Gated(tmp_path) as server:
        fatal = upload(server.api, b"x", "fatal")["id"]
        store = server.api.post("/vector_stores", {})["id"]
        with contextlib.suppress(httpx.TransportError):
            path = f"/vector_stores/{store}/files"
            server.http.post(path, json={"file_id": fatal})
        assert server.wait(TIMEOUT) == FATAL
    for _ in range(2):
        assert Gated(tmp_path).run_to_its_end()[0] == FATAL
    with Gated(tmp_path) as server:
        done = settled(server.api, store)
        assert done["file_counts"] == counts(failed=1)
        error = file_of(server.api, store, fatal)["last_error"]
        assert error["code"] == "server_error"
        assert "3 times" in error["message"]


def test_an_interrupt_waits_for_no_server_of_embeddings(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}/v1"
        with Program("--embeddings", url, cwd=tmp_path) as server:
            file = upload(server.api, b"The Danube.")["id"]
            server.api.post("/vector_stores", {"file_ids": [file]})
            hanging.settimeout(TIMEOUT)
            connection, _ = hanging.accept()
            with connection:
                assert connection.recv(4) == b"POST"
                begun = time.monotonic()
                assert server.send(signal.SIGINT)[0] == 0
                assert time.monotonic() - begun < 5
