"""Batches of files that are added to vector stores."""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.search import StoppedError
from tests.server.api import TIMEOUT, talking
from tests.server.shelf import (
    AUTO,
    EXTRACT,
    counts,
    file_of,
    found,
    settled,
    upload,
    vector_store,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")


def test_a_batch(api: Api) -> None:
    store = vector_store(api, b"Before.")["id"]
    ids = [upload(api, b"The Danube.")["id"], upload(api, b"", "empty.txt")["id"]]
    path = f"/vector_stores/{store}/file_batches"
    body = {"file_ids": ids, "attributes": {"a": 1}, "chunking_strategy": AUTO}
    made = api.post(path, body)
    assert re.fullmatch(r"vsfb_[A-Za-z0-9]{24}", made["id"])
    assert made["object"] == "vector_store.files_batch"
    assert made["vector_store_id"] == store
    assert made["file_counts"]["total"] == 2
    settled(api, store)
    done = api.get(f"{path}/{made['id']}")
    assert (done["status"], done["file_counts"]) == (
        "completed",
        counts(completed=1, failed=1),
    )
    files = api.get(f"{path}/{made['id']}/files", order="asc")["data"]
    assert [each["id"] for each in files] == ids
    assert all(each["attributes"] == {"a": 1} for each in files)
    failed = api.get(f"{path}/{made['id']}/files", filter="failed")["data"]
    assert [each["id"] for each in failed] == ids[1:]
    assert len(api.get(f"/vector_stores/{store}/files")["data"]) == 3
    # Those that the batch doesn't have are no places of its list.
    other = upload(api)["id"]
    api.get(f"{path}/{made['id']}/files", after=other, status=404)


def test_each_file_of_a_batch_may_have_its_own(api: Api) -> None:
    store = api.post("/vector_stores", {})["id"]
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    files = [
        {"file_id": upload(api)["id"], "attributes": {"n": 1}},
        {
            "file_id": upload(api)["id"],
            "chunking_strategy": {"type": "static", "static": static},
        },
    ]
    batch = api.post(f"/vector_stores/{store}/file_batches", {"files": files})
    path = f"/vector_stores/{store}/file_batches/{batch['id']}/files"
    one, two = api.get(path, order="asc")["data"]
    assert (one["attributes"], one["chunking_strategy"]) == ({"n": 1}, AUTO)
    assert two["attributes"] == {}
    assert two["chunking_strategy"] == files[1]["chunking_strategy"]


def test_a_file_may_be_in_several_batches(api: Api) -> None:
    store, file = api.post("/vector_stores", {})["id"], upload(api)["id"]
    path = f"/vector_stores/{store}/file_batches"
    batches = [api.post(path, {"file_ids": [file]})["id"] for _ in range(2)]
    api.post(f"/vector_stores/{store}/files", {"file_id": file})
    settled(api, store)
    for each in batches:
        assert api.get(f"{path}/{each}")["file_counts"] == counts(completed=1)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, None),
        ({"file_ids": []}, "file_ids"),
        ({"files": []}, "files"),
        ({"files": [{}]}, "files[0].file_id"),
        ({"file_ids": ["file-x"], "files": [{"file_id": "file-x"}]}, "files"),
        ({"file_ids": ["file-x"] * 2001}, "file_ids"),
        ({"file_ids": ["file-x"], "attributes": {"a": {}}}, "attributes['a']"),
    ],
    ids=range(7),
)
def test_wrong_batches_are_refused(api: Api, body: Any, param: str | None) -> None:
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/file_batches"
    error = api.post(path, body, status=400)["error"]
    assert param is None or (error["param"] or "").startswith(param.partition("[")[0])


def test_a_batch_with_an_unknown_file_is_refused_as_a_whole(api: Api) -> None:
    store, file = api.post("/vector_stores", {})["id"], upload(api)["id"]
    path = f"/vector_stores/{store}/file_batches"
    api.post(path, {"file_ids": [file, "file-x"]}, status=404)
    assert api.get(f"/vector_stores/{store}")["file_counts"] == counts()


def test_batches_belong_to_their_vector_store(api: Api) -> None:
    stores = [api.post("/vector_stores", {})["id"] for _ in range(2)]
    body = {"file_ids": [upload(api)["id"]]}
    batch = api.post(f"/vector_stores/{stores[0]}/file_batches", body)["id"]
    for below in ("", "/files"):
        path = f"/vector_stores/{stores[1]}/file_batches/{batch}{below}"
        assert batch in api.get(path, status=404)["error"]["message"]


def test_a_cancelled_batch_stops(api: Api, gate: threading.Event) -> None:
    ids = [upload(api, b"River %d." % n)["id"] for n in range(5)]
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/file_batches"
    made = api.post(path, {"file_ids": ids})
    assert made["status"] == "in_progress"
    cancelled = api.post(f"{path}/{made['id']}/cancel")
    assert cancelled["status"] == "cancelled"
    assert cancelled["file_counts"] == counts(cancelled=5)
    gate.set()
    # What was being read is dropped, also when it would have been read in the end.
    other = api.post(f"/vector_stores/{store}/files", {"file_id": upload(api)["id"]})
    settled(api, store)
    assert file_of(api, store, other["id"])["status"] == "completed"
    assert api.get(f"{path}/{made['id']}") == cancelled
    assert found(api, store, "River") == []
    # To cancel it once more changes nothing.
    assert api.post(f"{path}/{made['id']}/cancel") == cancelled


def test_what_a_batch_was_reading_is_stopped(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = threading.Semaphore(0)

    def endless(path: Path, filename: str, *, stop: threading.Event) -> str:
        if stop.wait(TIMEOUT):
            stopped.release()
        raise StoppedError

    monkeypatch.setattr(EXTRACT, endless)
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/file_batches"
    made = api.post(path, {"file_ids": [upload(api)["id"] for _ in range(2)]})["id"]
    time.sleep(0.05)
    api.post(f"{path}/{made}/cancel")
    assert stopped.acquire(timeout=TIMEOUT / 2)


def test_a_batch_that_has_ended_stays_as_it_is(api: Api) -> None:
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/file_batches"
    made = api.post(path, {"file_ids": [upload(api)["id"]]})["id"]
    settled(api, store)
    assert api.post(f"{path}/{made}/cancel")["status"] == "completed"
    empty = upload(api, b"")["id"]
    made = api.post(path, {"file_ids": [empty]})["id"]
    settled(api, store)
    assert api.get(f"{path}/{made}")["status"] == "failed"


@pytest.mark.parametrize("how", ["file", "batch", "after it was removed", "attached"])
@pytest.mark.parametrize("ending", ["completed", "failed", "cancelled"])
def test_a_batch_that_has_ended_stays_so_when_its_files_come_again(
    api: Api, gate: threading.Event, how: str, ending: str
) -> None:
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/file_batches"
    file = upload(api, b"" if ending == "failed" else b"The Danube.")["id"]
    other = upload(api, b"" if ending == "failed" else b"The Rhine.")["id"]
    batch = f"{path}/{api.post(path, {'file_ids': [file, other]})['id']}"
    if ending == "cancelled":
        api.post(f"{batch}/cancel")
    else:
        gate.set()
        settled(api, store)
        gate.clear()
    ended = api.get(batch)
    assert (ended["status"], ended["file_counts"]) == (ending, counts(**{ending: 2}))
    if how == "batch":
        api.post(path, {"file_ids": [file]})
    elif how == "attached":
        search = {"file_search": {"vector_store_ids": [store]}}
        thread = api.post("/threads", {"tool_resources": search})["id"]
        attached = {"file_id": file, "tools": [{"type": "file_search"}]}
        said = {"role": "user", "content": "Hi", "attachments": [attached]}
        api.post(f"/threads/{thread}/messages", said)
    else:
        if how != "file":
            api.delete(f"/vector_stores/{store}/files/{file}")
            ended = api.get(batch)
        api.post(f"/vector_stores/{store}/files", {"file_id": file})
    # It is being read again, and nobody may cancel that by the batch.
    assert api.get(f"/vector_stores/{store}")["status"] == "in_progress"
    assert api.get(batch) == ended
    assert api.post(f"{batch}/cancel") == ended
    assert file_of(api, store, file)["status"] == "in_progress"
    gate.set()
    settled(api, store)
    assert api.get(batch) == ended


def test_a_batch_that_has_not_ended_waits_for_a_file_that_comes_again(
    api: Api, gate: threading.Event
) -> None:
    store, file = api.post("/vector_stores", {})["id"], upload(api)["id"]
    path = f"/vector_stores/{store}/file_batches"
    batch = api.post(path, {"file_ids": [file, upload(api)["id"]]})["id"]
    api.post(f"/vector_stores/{store}/files", {"file_id": file})
    assert api.get(f"{path}/{batch}")["status"] == "in_progress"
    gate.set()
    settled(api, store)
    done = api.get(f"{path}/{batch}")
    assert (done["status"], done["file_counts"]) == ("completed", counts(completed=2))


def test_no_more_than_two_files_are_read_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    running, most = 0, 0
    lock = threading.Lock()

    def slow(path: Path, filename: str, *, stop: threading.Event) -> str:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        begun.release()
        assert go.wait(TIMEOUT)
        with lock:
            running -= 1
        return "text"

    monkeypatch.setattr(EXTRACT, slow)
    with LocalServer() as server, talking(server) as api:
        ids = [upload(api)["id"] for _ in range(6)]
        store = api.post("/vector_stores", {"file_ids": ids})["id"]
        for _ in range(2):
            assert begun.acquire(timeout=TIMEOUT)
        # Others are served meanwhile.
        assert api.get(f"/vector_stores/{store}")["status"] == "in_progress"
        go.set()
        settled(api, store)
    assert most == 2
