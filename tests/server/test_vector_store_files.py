"""The files of vector stores."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.shelf import (
    AUTO,
    counts,
    file_of,
    found,
    settled,
    upload,
    vector_store,
)

if TYPE_CHECKING:
    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")


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


def test_a_file_added_again_while_it_is_read_is_read_again(
    api: Api, gate: threading.Event
) -> None:
    file = upload(api, b"The Danube. " * 200)["id"]
    store = api.post("/vector_stores", {"file_ids": [file]})["id"]
    time.sleep(0.05)
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    chunking = {"type": "static", "static": static}
    path = f"/vector_stores/{store}/files"
    api.post(path, {"file_id": file, "chunking_strategy": chunking})
    gate.set()
    settled(api, store)
    assert len(api.get(f"{path}/{file}/content")["data"]) > 4


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
