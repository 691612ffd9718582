"""Vector stores that nobody uses any more: they expire."""

from __future__ import annotations

import pytest

from assistants_server import LocalServer
from assistants_server.library.library import Library
from tests.server.api import talking
from tests.server.shelf import DAY, counts, found, move_clock, upload, vector_store

pytestmark = pytest.mark.usefixtures("no_errors")
RIVERS = (b"The Danube flows into the Black Sea.", b"The Rhine flows north.")
DAILY = {"anchor": "last_active_at", "days": 1}


def test_use_puts_the_expiry_off(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, *RIVERS, expires_after=DAILY)
        path, last = f"/vector_stores/{store['id']}", store["last_active_at"]
        move_clock(monkeypatch, DAY - 60)
        # To look at it is no use.
        assert api.get(path)["last_active_at"] == last
        assert found(api, store["id"], "Rhine") == [RIVERS[1].decode()]
        used = api.get(path)
        assert used["last_active_at"] >= last + DAY - 60
        assert used["expires_at"] == used["last_active_at"] + DAY
        move_clock(monkeypatch, 2 * DAY - 120)
        assert api.get(path)["status"] == "completed"
        api.post(f"{path}/files", {"file_id": upload(api)["id"]})
        move_clock(monkeypatch, 3 * DAY - 180)
        assert api.get(path)["status"] != "expired"


def test_an_expired_one_is_empty_and_refuses_to_be_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, *RIVERS, expires_after=DAILY)
        other = vector_store(api, *RIVERS)
        path = f"/vector_stores/{store['id']}"
        (file, *_) = api.get(f"{path}/files")["data"]
        move_clock(monkeypatch, DAY + 1)
        now = api.get(path)
        assert (now["status"], now["usage_bytes"]) == ("expired", 0)
        assert now["file_counts"] == counts()
        assert now["expires_at"] == store["expires_at"]
        assert api.get(f"{path}/files")["data"] == []
        for below, body in (
            ("search", {"query": "Rhine"}),
            ("files", {"file_id": file["id"]}),
            ("file_batches", {"file_ids": [file["id"]]}),
        ):
            error = api.post(f"{path}/{below}", body, status=400)["error"]
            assert error["code"] == "vector_store_expired"
        # It doesn't come back to life, and may be deleted.
        changed = api.post(path, {"expires_after": None})
        assert changed["status"] == "expired"
        assert changed["expires_at"] == store["expires_at"]
        assert api.get("/vector_stores", order="asc")["data"][0]["status"] == "expired"
        api.delete(path)
        api.get(f"/files/{file['id']}")
        assert api.get(f"/vector_stores/{other['id']}")["status"] == "completed"


def test_it_expires_once(monkeypatch: pytest.MonkeyPatch) -> None:
    emptied: list[str] = []
    usual = Library._empty

    def empty(library: Library, store: str) -> None:
        emptied.append(store)
        usual(library, store)

    monkeypatch.setattr(Library, "_empty", empty)
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, *RIVERS, expires_after=DAILY)
        move_clock(monkeypatch, 2 * DAY)
        for _ in range(3):
            api.get("/vector_stores")
        assert emptied == [store["id"]]


def test_a_new_policy_begins_now(monkeypatch: pytest.MonkeyPatch) -> None:
    with LocalServer() as server, talking(server) as api:
        store = vector_store(api, *RIVERS)
        path = f"/vector_stores/{store['id']}"
        move_clock(monkeypatch, 10 * DAY)
        changed = api.post(path, {"expires_after": DAILY})
        assert changed["expires_at"] >= store["last_active_at"] + 11 * DAY
        assert api.get(path)["file_counts"] == counts(completed=2)
        move_clock(monkeypatch, 12 * DAY)
        assert api.get(path)["status"] == "expired"
