"""Vector stores: made, modified, listed, searched, deleted, and expired."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.server.api import talking
from tests.server.shelf import (
    DAY,
    counts,
    found,
    settled,
    upload,
    vector_store,
)

if TYPE_CHECKING:
    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
RIVERS = (
    b"The Danube flows into the Black Sea.",
    b"The Rhine flows into the North Sea.",
    b"The Volga flows into the Caspian Sea.",
)
WEEK = {"anchor": "last_active_at", "days": 7}


def test_a_vector_store_of_nothing(api: Api) -> None:
    before = int(time.time())
    made = api.post("/vector_stores", {})
    assert re.fullmatch(r"vs_[A-Za-z0-9]{24}", made["id"])
    assert api.get(f"/vector_stores/{made['id']}") == made
    assert before <= made["created_at"] == made.pop("last_active_at") <= time.time()
    del made["id"], made["created_at"]
    assert made == {
        "object": "vector_store",
        "name": None,
        "description": None,
        "usage_bytes": 0,
        "file_counts": counts(),
        "status": "completed",
        "expires_after": None,
        "expires_at": None,
        "metadata": {},
    }


def test_a_vector_store_with_all_that_it_can_have(api: Api) -> None:
    ids = [upload(api, each)["id"] for each in RIVERS]
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}
    chunking = {"type": "static", "static": static}
    body: Any = {
        "name": "Rivers",
        "description": "All of them",
        "expires_after": WEEK,
        "metadata": {"a": "b"},
    }
    how = {"file_ids": [*ids, ids[0]], "chunking_strategy": chunking}
    made = api.post("/vector_stores", {**body, **how})
    assert {name: made[name] for name in body} == body
    assert made["expires_at"] == made["last_active_at"] + 7 * DAY
    assert (made["status"], made["file_counts"]["total"]) == ("in_progress", 3)
    done = settled(api, made["id"])
    assert done["file_counts"] == counts(completed=3)
    assert done["usage_bytes"] == sum(map(len, RIVERS))
    files = api.get(f"/vector_stores/{made['id']}/files", order="asc")["data"]
    assert [each["id"] for each in files] == ids
    assert all(each["chunking_strategy"] == chunking for each in files)


def test_active_ones_say_when_to_look_again(api: Api) -> None:
    file = upload(api)["id"]
    response = api.http.post("/vector_stores", json={"file_ids": [file]})
    assert response.headers["openai-poll-after-ms"] == "50"
    store = settled(api, response.json()["id"])
    again = api.http.get(f"/vector_stores/{store['id']}")
    assert "openai-poll-after-ms" not in again.headers


def test_a_file_that_does_not_exist_is_refused_and_nothing_made(api: Api) -> None:
    before = api.get("/vector_stores")["data"]
    file = upload(api)["id"]
    body = {"file_ids": [file, "file-x"]}
    assert "file-x" in api.post("/vector_stores", body, status=404)["error"]["message"]
    assert api.get("/vector_stores")["data"] == before


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"name": 7}, "name"),
        ({"colour": "blue"}, "colour"),
        ({"file_ids": "file-x"}, "file_ids"),
        ({"file_ids": ["file-x"] * 501}, "file_ids"),
        (
            {"expires_after": {"anchor": "created_at", "days": 1}},
            "expires_after.anchor",
        ),
        ({"expires_after": {**WEEK, "days": 0}}, "expires_after.days"),
        ({"expires_after": {**WEEK, "days": 366}}, "expires_after.days"),
        ({"metadata": {str(n): "x" for n in range(17)}}, "metadata"),
        ({"chunking_strategy": {"type": "semantic"}}, "chunking_strategy.type"),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {
                        "max_chunk_size_tokens": 101,
                        "chunk_overlap_tokens": 51,
                    },
                }
            },
            "chunking_strategy.static.chunk_overlap_tokens",
        ),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {
                        "max_chunk_size_tokens": 200,
                        "chunk_overlap_tokens": -1,
                    },
                }
            },
            "chunking_strategy.static.chunk_overlap_tokens",
        ),
        (
            {
                "chunking_strategy": {
                    "type": "static",
                    "static": {"max_chunk_size_tokens": 99, "chunk_overlap_tokens": 0},
                }
            },
            "chunking_strategy.static.max_chunk_size_tokens",
        ),
    ],
    ids=range(12),
)
def test_wrong_bodies_are_refused(api: Api, body: Any, param: str) -> None:
    error = api.post("/vector_stores", body, status=400)["error"]
    assert error["param"] == param


def test_what_only_looks_like_a_strategy_is_left_alone(api: Api) -> None:
    odd = {"type": "static", "static": {"max_chunk_size_tokens": 1}}
    api.post("/assistants", {"model": "m", "odd": odd}, status=400)
    parameters = {"type": "object", "default": {"chunking_strategy": odd, "a": odd}}
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}
    api.assistant(tools=[tool])


def test_changes(api: Api) -> None:
    made = api.post("/vector_stores", {"name": "a", "metadata": {"a": "b"}})
    path = f"/vector_stores/{made['id']}"
    assert api.post(path, {}) == made
    assert api.post(path, {"name": "b"}) == {**made, "name": "b"}
    changed = api.post(path, {"name": None, "metadata": None, "expires_after": WEEK})
    assert (changed["name"], changed["metadata"]) == (None, {})
    assert changed["expires_at"] == changed["last_active_at"] + 7 * DAY
    assert api.post(path, {"expires_after": None})["expires_at"] is None
    assert api.post(path, {"description": "d"}, status=400)


def test_lists() -> None:
    with LocalServer() as server, talking(server) as api:
        ids = [api.post("/vector_stores", {"name": str(n)})["id"] for n in range(4)]
        assert [each["id"] for each in api.get("/vector_stores")["data"]] == ids[::-1]
        page = api.get("/vector_stores", order="asc", after=ids[0], limit=2)
        assert [each["id"] for each in page["data"]] == ids[1:3]
        assert page["has_more"] is True
        before = api.get("/vector_stores", order="asc", before=ids[2])
        assert [each["id"] for each in before["data"]] == ids[:2]
        api.delete(f"/vector_stores/{ids[1]}")
        page = api.get("/vector_stores", order="asc", after=ids[1])
        assert [each["id"] for each in page["data"]] == ids[2:]


def test_a_deleted_one_is_gone_and_its_files_stay(api: Api) -> None:
    store = vector_store(api, *RIVERS)
    path = f"/vector_stores/{store['id']}"
    (file, *_) = api.get(f"{path}/files")["data"]
    batch = api.post(f"{path}/file_batches", {"file_ids": [file["id"]]})
    receipt = {"id": store["id"], "object": "vector_store.deleted", "deleted": True}
    assert api.delete(path) == receipt
    for gone in ("", "/files", f"/files/{file['id']}", f"/file_batches/{batch['id']}"):
        assert "vector store" in api.get(path + gone, status=404)["error"]["message"]
    api.post(f"{path}/search", {"query": "x"}, status=404)
    api.post(f"{path}/files", {"file_id": file["id"]}, status=404)
    api.delete(path, status=404)
    api.get(f"/files/{file['id']}")


def test_search_finds_what_is_asked_for(api: Api) -> None:
    store = vector_store(api, *RIVERS)
    path = f"/vector_stores/{store['id']}/search"
    page = api.post(
        path, {"query": "Where does the Rhine flow?", "rewrite_query": True}
    )
    assert page["object"] == "vector_store.search_results.page"
    assert page["search_query"] == ["Where does the Rhine flow?"]
    assert (page["has_more"], page["next_page"]) == (False, None)
    first = page["data"][0]
    assert first["filename"] == "1.txt"
    assert first["content"] == [{"type": "text", "text": RIVERS[1].decode()}]
    assert first["attributes"] == {}
    scores = [each["score"] for each in page["data"]]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= each <= 1 for each in scores)


def test_search_for_several_at_once(api: Api) -> None:
    store = vector_store(api, *RIVERS)["id"]
    texts = found(api, store, ["Danube", "Volga"])
    assert {*texts} == {RIVERS[0].decode(), RIVERS[2].decode()}


@pytest.mark.parametrize("query", ["", " ", "\x00", '" OR * NEAR(', "zzz", "😀" * 9999])
def test_queries_that_find_nothing(api: Api, query: str) -> None:
    store = vector_store(api, *RIVERS)["id"]
    assert found(api, store, query) == []
    assert found(api, api.post("/vector_stores", {})["id"], query or "sea") == []


def test_search_is_limited(api: Api) -> None:
    store = vector_store(api, *[b"The sea is number %d." % n for n in range(60)])["id"]
    assert len(found(api, store, "sea")) == 10
    assert len(found(api, store, "sea", max_num_results=50)) == 50
    assert len(found(api, store, "sea", max_num_results=1)) == 1
    path = f"/vector_stores/{store}/search"
    for wrong in (0, 51):
        body = {"query": "sea", "max_num_results": wrong}
        assert api.post(path, body, status=400)["error"]["param"] == "max_num_results"


def test_results_have_a_score_of_at_least(api: Api) -> None:
    store = vector_store(api, *RIVERS)["id"]
    page = api.post(f"/vector_stores/{store}/search", {"query": "Volga sea"})
    scores = [each["score"] for each in page["data"]]
    assert len({*scores}) > 1
    least = {"ranker": "default-2024-11-15", "score_threshold": scores[0]}
    texts = found(api, store, "Volga sea", ranking_options=least)
    assert texts == [RIVERS[2].decode()]
    for wrong in ({"score_threshold": 1.1}, {"ranker": "best"}):
        body = {"query": "x", "ranking_options": wrong}
        api.post(f"/vector_stores/{store}/search", body, status=400)


@pytest.mark.parametrize(
    ("filters", "passing"),
    [
        ({"type": "eq", "key": "n", "value": 1}, [1]),
        ({"type": "ne", "key": "n", "value": 1}, [0, 2]),
        ({"type": "gt", "key": "n", "value": 0.5}, [1, 2]),
        ({"type": "gte", "key": "n", "value": 1}, [1, 2]),
        ({"type": "lt", "key": "n", "value": 1}, [0]),
        ({"type": "lte", "key": "n", "value": 1}, [0, 1]),
        ({"type": "in", "key": "n", "value": [0, 2, 7]}, [0, 2]),
        ({"type": "nin", "key": "n", "value": [0, 2, 7]}, [1]),
        ({"type": "eq", "key": "even", "value": True}, [0, 2]),
        ({"type": "eq", "key": "name", "value": "river 1"}, [1]),
        ({"type": "eq", "key": "missing", "value": 1}, []),
        (
            {
                "type": "or",
                "filters": [
                    {"type": "eq", "key": "n", "value": 0},
                    {
                        "type": "and",
                        "filters": [
                            {"type": "eq", "key": "even", "value": False},
                            {"type": "gt", "key": "n", "value": 0},
                        ],
                    },
                ],
            },
            [0, 1],
        ),
        ({"type": "and", "filters": []}, [0, 1, 2]),
        ({"type": "or", "filters": []}, []),
    ],
    ids=range(14),
)
def test_filters(
    river_store: tuple[Api, str], filters: Any, passing: list[int]
) -> None:
    api, store = river_store
    texts = found(api, store, "sea", filters=filters)
    assert {*texts} == {RIVERS[number].decode() for number in passing}


def test_filters_hold_for_all_files_of_a_large_store(
    river_store: tuple[Api, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, store = river_store
    monkeypatch.setattr("assistants_server.library.searcher._AT_ONCE", 1)
    even = {"type": "eq", "key": "even", "value": True}
    assert len(found(api, store, "sea", filters=even)) == 2


@pytest.fixture(scope="module")
def river_store(api: Api) -> tuple[Api, str]:
    """Provide a vector store whose files have attributes."""
    store = api.post("/vector_stores", {})["id"]
    files = [
        {
            "file_id": upload(api, content)["id"],
            "attributes": {"n": n, "even": n % 2 == 0, "name": f"river {n}"},
        }
        for n, content in enumerate(RIVERS)
    ]
    api.post(f"/vector_stores/{store}/file_batches", {"files": files})
    settled(api, store)
    return api, store


@pytest.mark.parametrize(
    ("filters", "place"),
    [
        ({"type": "in", "key": "n", "value": 1}, "filters.value"),
        ({"type": "eq", "key": "n", "value": [1]}, "filters.value"),
        ({"type": "like", "key": "n", "value": 1}, "filters"),
        ({"type": "and"}, "filters"),
        ({"type": "and", "filters": [{"type": "eq"}]}, "filters"),
        ({}, "filters"),
    ],
    ids=range(6),
)
def test_wrong_filters_are_refused(
    river_store: tuple[Api, str], filters: Any, place: str
) -> None:
    api, store = river_store
    body = {"query": "sea", "filters": filters}
    error = api.post(f"/vector_stores/{store}/search", body, status=400)["error"]
    assert error["param"].startswith(place)


def test_filters_that_are_too_deep_are_refused(river_store: tuple[Api, str]) -> None:
    api, store = river_store
    filters: Any = {"type": "eq", "key": "n", "value": 1}
    for _ in range(40):
        filters = {"type": "and", "filters": [filters]}
    body = {"query": "sea", "filters": filters}
    api.post(f"/vector_stores/{store}/search", body, status=400)
