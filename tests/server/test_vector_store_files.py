"""The files of vector stores, and batches of them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.search import extract
from tests.server.api import TIMEOUT, talking, until
from tests.server.shelf import counts, file_of, found, settled, upload, vector_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
EXTRACT = "assistants_server.index_file.extract"
AUTO = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Hold up the reading of files until it is set, or the reading is stopped."""
    gate = threading.Event()

    def held(path: Path, filename: str, *, stop: threading.Event) -> str:
        until(lambda: gate.is_set() or stop.is_set(), "the gate to be opened")
        return extract(path, filename, stop=stop)

    monkeypatch.setattr(EXTRACT, held)
    yield gate
    gate.set()


def test_a_file_of_a_vector_store(api: Api, gate: threading.Event) -> None:
    file, store = upload(api, b"The Danube."), api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/files"
    body = {"file_id": file["id"], "attributes": {"a": "b", "n": 1.5, "c": True}}
    response = api.http.post(path, json=body)
    assert response.headers["openai-poll-after-ms"] == "50"
    made = response.json()
    assert made.pop("created_at") >= file["created_at"]
    assert made == {
        "id": file["id"],
        "object": "vector_store.file",
        "usage_bytes": 0,
        "vector_store_id": store,
        "status": "in_progress",
        "last_error": None,
        "chunking_strategy": AUTO,
        "attributes": body["attributes"],
    }
    assert api.get(f"/vector_stores/{store}")["file_counts"] == counts(in_progress=1)
    gate.set()
    settled(api, store)
    done = file_of(api, store, file["id"])
    assert (done["status"], done["usage_bytes"]) == ("completed", 11)
    assert api.get(path)["data"] == [done]


def test_what_does_not_exist_is_not_found(api: Api) -> None:
    file, store = upload(api)["id"], api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}/files"
    api.post(path, {"file_id": "file-x"}, status=404)
    for method, below in (
        *(("GET", ""), ("DELETE", ""), ("GET", "/content"), ("POST", "")),
    ):
        response = api.http.request(
            method, f"{path}/{file}{below}", json={"attributes": {}}
        )
        assert response.status_code == 404
    assert api.get(path)["data"] == []


def test_attributes_are_replaced_as_a_whole(api: Api) -> None:
    store = vector_store(api, b"The Danube.")["id"]
    (file,) = api.get(f"/vector_stores/{store}/files")["data"]
    path = f"/vector_stores/{store}/files/{file['id']}"
    changed = api.post(path, {"attributes": {"a": 1}})
    assert changed == {**file, "attributes": {"a": 1}}
    assert api.post(path, {"attributes": {"b": 2}})["attributes"] == {"b": 2}
    by_b = {"type": "eq", "key": "b", "value": 2}
    assert found(api, store, "Danube", filters=by_b) == ["The Danube."]
    assert api.post(path, {"attributes": None})["attributes"] == {}
    sixteen: Any = {str(n): n for n in range(16)}
    assert api.post(path, {"attributes": sixteen})["attributes"] == sixteen
    api.post(path, {}, status=400)
    several: list[Any] = [{"a": []}, {"a": "x" * 513}, {"x" * 65: 1}]
    for wrong in (*several, {**sixteen, "a": 1}):
        api.post(path, {"attributes": wrong}, status=400)


def test_attributes_set_while_a_file_is_indexed_stay(
    api: Api, gate: threading.Event
) -> None:
    store = api.post("/vector_stores", {"file_ids": [upload(api)["id"]]})["id"]
    (file,) = api.get(f"/vector_stores/{store}/files")["data"]
    path = f"/vector_stores/{store}/files/{file['id']}"
    api.post(path, {"attributes": {"a": 1}})
    gate.set()
    settled(api, store)
    done = api.get(path)
    assert (done["status"], done["attributes"]) == ("completed", {"a": 1})


def test_content_is_the_text_in_its_chunks(api: Api) -> None:
    text = "\n".join(f"River number {n} flows into the sea." for n in range(100))
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    chunking = {"type": "static", "static": static}
    store = vector_store(api, text.encode(), chunking_strategy=chunking)["id"]
    (file,) = api.get(f"/vector_stores/{store}/files")["data"]
    page = api.get(f"/vector_stores/{store}/files/{file['id']}/content")
    assert (page["object"], page["has_more"]) == (
        "vector_store.file_content.page",
        False,
    )
    pieces = [each["text"] for each in page["data"]]
    assert len(pieces) > 5
    assert "\n".join(pieces) == text


def test_a_file_taken_out_is_found_no_more_and_stays_a_file(api: Api) -> None:
    store = vector_store(api, b"The Danube.", b"The Rhine.")["id"]
    files = api.get(f"/vector_stores/{store}/files", order="asc")["data"]
    path = f"/vector_stores/{store}/files/{files[0]['id']}"
    receipt = {"object": "vector_store.file.deleted", "deleted": True}
    assert api.delete(path) == {**receipt, "id": files[0]["id"]}
    api.delete(path, status=404)
    assert found(api, store, "Danube") == []
    assert found(api, store, "Rhine") == ["The Rhine."]
    now = api.get(f"/vector_stores/{store}")
    assert (now["file_counts"], now["usage_bytes"]) == (counts(completed=1), 10)
    api.get(f"/files/{files[0]['id']}")
    # It is still a place in the list, and may come again.
    rest = api.get(f"/vector_stores/{store}/files", order="asc", after=files[0]["id"])
    assert rest["data"] == [files[1]]
    api.post(f"/vector_stores/{store}/files", {"file_id": files[0]["id"]})
    settled(api, store)
    assert found(api, store, "Danube") == ["The Danube."]


def test_a_deleted_file_is_in_no_vector_store(api: Api) -> None:
    file = upload(api, b"The Danube.")["id"]
    stores = [api.post("/vector_stores", {"file_ids": [file]})["id"] for _ in range(2)]
    for store in stores:
        settled(api, store)
        assert found(api, store, "Danube") == ["The Danube."]
    api.delete(f"/files/{file}")
    for store in stores:
        assert api.get(f"/vector_stores/{store}")["file_counts"] == counts()
        api.get(f"/vector_stores/{store}/files/{file}", status=404)
        assert found(api, store, "Danube") == []


def test_a_file_that_is_added_again_is_indexed_again(api: Api) -> None:
    store = vector_store(api, b"The Danube. " * 200)["id"]
    path = f"/vector_stores/{store}/files"
    (file,) = api.get(path)["data"]
    before = len(api.get(f"{path}/{file['id']}/content")["data"])
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 50}
    chunking = {"type": "static", "static": static}
    api.post(path, {"file_id": file["id"], "chunking_strategy": chunking})
    done = settled(api, store)
    assert done["file_counts"] == counts(completed=1)
    assert len(api.get(f"{path}/{file['id']}/content")["data"]) > before


def test_lists_by_status(api: Api) -> None:
    ids = [
        upload(api, content, name)["id"]
        for content, name in (
            *((b"The Danube.", "a.txt"), (b"%PDF-nonsense", "b.pdf")),
            *((b"", "c.txt"), (b"PK\x03\x04zip", "d.bin"), (b"The Rhine.", "e.txt")),
        )
    ]
    store = api.post("/vector_stores", {"file_ids": ids})["id"]
    done = settled(api, store)
    assert (done["status"], done["file_counts"]) == (
        "completed",
        counts(completed=2, failed=3),
    )
    path = f"/vector_stores/{store}/files"
    for status, wanted in (
        *(("completed", [ids[0], ids[4]]), ("failed", ids[1:4])),
        *(("cancelled", []), ("in_progress", [])),
    ):
        page = api.get(path, filter=status, order="asc")
        assert [each["id"] for each in page["data"]] == wanted
    api.get(path, filter="lost", status=400)
    errors = [each["last_error"] for each in api.get(path, filter="failed")["data"]]
    assert {each["code"] for each in errors} == {"invalid_file", "unsupported_file"}
    assert all(each["message"] for each in errors)
    page = api.get(path, order="asc", limit=2, after=ids[0])
    assert [each["id"] for each in page["data"]] == ids[1:3]
    page = api.get(path, order="asc", before=ids[2])
    assert [each["id"] for each in page["data"]] == ids[:2]


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


def test_what_is_deleted_while_it_is_read_does_not_come_back(
    api: Api, gate: threading.Event
) -> None:
    kept, gone, file = (upload(api, b"The Danube.")["id"] for _ in range(3))
    stores = [api.post("/vector_stores", {})["id"] for _ in range(3)]
    for store, each in zip(stores, (kept, gone, file), strict=True):
        api.post(f"/vector_stores/{store}/files", {"file_id": each})
    api.delete(f"/vector_stores/{stores[0]}/files/{kept}")
    api.delete(f"/files/{gone}")
    api.delete(f"/vector_stores/{stores[2]}")
    gate.set()
    api.post(f"/vector_stores/{stores[0]}/files", {"file_id": kept})
    settled(api, stores[0])
    assert found(api, stores[0], "Danube") == ["The Danube."]
    assert api.get(f"/vector_stores/{stores[1]}")["file_counts"] == counts()
    assert found(api, stores[1], "Danube") == []
