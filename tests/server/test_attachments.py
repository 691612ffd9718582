"""What messages, threads and assistants bring along for the tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.server.api import talking
from tests.server.shelf import DAY, counts, found, move_clock, settled, upload

if TYPE_CHECKING:
    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
SEARCH, CODE = {"type": "file_search"}, {"type": "code_interpreter"}
WEEK = {"anchor": "last_active_at", "days": 7}
JSON = dict[str, Any]


def message(*attachments: JSON) -> JSON:
    return {"role": "user", "content": "Hi", "attachments": [*attachments]}


def attached(file: str, *tools: JSON) -> JSON:
    return {"file_id": file, "tools": [*tools]}


def resources(api: Api, thread: str) -> Any:
    return api.get(f"/threads/{thread}")["tool_resources"]


@pytest.mark.parametrize("where", ["message", "thread", "run", "thread and run"])
def test_attached_files_are_in_the_vector_store_of_the_thread(
    api: Api, where: str
) -> None:
    file = upload(api, b"The Danube.")["id"]
    said, assistant = message(attached(file, SEARCH)), api.assistant()
    if where == "message":
        thread = api.thread()
        api.post(f"/threads/{thread}/messages", said)
    elif where == "thread":
        made = api.post("/threads", {"messages": [said]})
        thread = made["id"]
        assert made["tool_resources"]["file_search"]["vector_store_ids"]
    elif where == "run":
        thread = api.thread()
        api.run(thread, assistant, additional_messages=[said])
    else:
        body = {"assistant_id": assistant, "thread": {"messages": [said]}}
        thread = api.wait(api.post("/threads/runs", body))["thread_id"]
    (store,) = resources(api, thread)["file_search"]["vector_store_ids"]
    made = settled(api, store)
    assert made["expires_after"] == WEEK
    assert made["file_counts"] == counts(completed=1)
    assert found(api, store, "Danube") == ["The Danube."]


def test_later_files_go_into_the_same_vector_store(api: Api) -> None:
    thread = api.thread()
    for _ in range(2):
        said = message(attached(upload(api)["id"], SEARCH))
        api.post(f"/threads/{thread}/messages", said)
    (store,) = resources(api, thread)["file_search"]["vector_store_ids"]
    assert settled(api, store)["file_counts"] == counts(completed=2)


def test_a_vector_store_that_the_thread_has_is_used(api: Api) -> None:
    own = api.post("/vector_stores", {})["id"]
    search = {"file_search": {"vector_store_ids": [own]}}
    thread = api.post("/threads", {"tool_resources": search})["id"]
    said = message(attached(upload(api)["id"], SEARCH))
    api.post(f"/threads/{thread}/messages", said)
    assert resources(api, thread) == search
    assert settled(api, own)["file_counts"] == counts(completed=1)


@pytest.mark.parametrize("gone", ["deleted", "expired", "never there"])
def test_a_vector_store_that_is_gone_is_replaced(
    monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    with LocalServer() as server, talking(server) as api:
        expiry = {"anchor": "last_active_at", "days": 1}
        own = api.post("/vector_stores", {"expires_after": expiry})["id"]
        own = own if gone != "never there" else "vs_x"
        search = {"file_search": {"vector_store_ids": [own]}}
        thread = api.post("/threads", {"tool_resources": search})["id"]
        if gone == "deleted":
            api.delete(f"/vector_stores/{own}")
        elif gone == "expired":
            move_clock(monkeypatch, DAY + 1)
        said = message(attached(upload(api)["id"], SEARCH))
        api.post(f"/threads/{thread}/messages", said)
        (store,) = resources(api, thread)["file_search"]["vector_store_ids"]
        assert store != own
        assert settled(api, store)["file_counts"] == counts(completed=1)


def test_files_for_code_are_recorded_once(api: Api) -> None:
    one, two = upload(api)["id"], upload(api)["id"]
    thread = api.thread()
    for file in (one, two, one):
        said = message(attached(file, CODE))
        made = api.post(f"/threads/{thread}/messages", said)
        assert made["attachments"] == said["attachments"]
    assert resources(api, thread) == {"code_interpreter": {"file_ids": [one, two]}}


def test_a_file_for_both_tools_is_given_to_both(api: Api) -> None:
    file, thread = upload(api)["id"], api.thread()
    api.post(f"/threads/{thread}/messages", message(attached(file, CODE, SEARCH)))
    given = resources(api, thread)
    assert given["code_interpreter"] == {"file_ids": [file]}
    assert len(given["file_search"]["vector_store_ids"]) == 1


@pytest.mark.parametrize(
    "attachments", [[], [{}], [{"tools": [SEARCH]}], [{"file_id": "FILE"}]]
)
def test_attachments_for_no_tool_change_nothing(api: Api, attachments: Any) -> None:
    file = upload(api)["id"]
    attachments = [
        {**each, "file_id": file} if "file_id" in each else each for each in attachments
    ]
    thread, before = api.thread(), len(api.get("/vector_stores", limit=100)["data"])
    api.post(f"/threads/{thread}/messages", message(*attachments))
    assert resources(api, thread) == {}
    assert len(api.get("/vector_stores", limit=100)["data"]) == before


@pytest.mark.parametrize("where", ["/assistants", "/threads"])
def test_new_vector_stores_have_what_is_asked_for(api: Api, where: str) -> None:
    file = upload(api, b"The Danube. " * 100)["id"]
    static = {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 0}
    new = {
        "file_ids": [file],
        "chunking_strategy": {"type": "static", "static": static},
        "metadata": {"a": "b"},
    }
    body: JSON = {"tool_resources": {"file_search": {"vector_stores": [new]}}}
    body |= {"model": "m"} if where == "/assistants" else {}
    made = api.post(where, body)
    (store,) = made["tool_resources"]["file_search"]["vector_store_ids"]
    done = settled(api, store)
    assert (done["metadata"], done["expires_after"]) == ({"a": "b"}, WEEK)
    (entry,) = api.get(f"/vector_stores/{store}/files")["data"]
    assert entry["chunking_strategy"] == new["chunking_strategy"]
    assert len(found(api, store, "Danube")) > 1


def test_a_run_uses_the_vector_stores_that_it_searches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with LocalServer() as server, talking(server) as api:
        expiry = {"anchor": "last_active_at", "days": 1}
        file = upload(api, b"The Danube.")["id"]
        body = {"file_ids": [file], "expires_after": expiry}
        store = api.post("/vector_stores", body)["id"]
        settled(api, store)
        search = {"file_search": {"vector_store_ids": [store]}}
        assistant = api.assistant(tools=[SEARCH], tool_resources=search)
        thread = api.thread("Danube?")
        run, ended = {"tool_choice": SEARCH}, JSON()
        for days, ending in ((0.9, "completed"), (1.8, "completed"), (3, "failed")):
            move_clock(monkeypatch, days * DAY)
            ended = api.run(thread, assistant, **run)
            assert ended["status"] == ending, days
        assert "expired" in ended["last_error"]["message"]
        assert api.get(f"/vector_stores/{store}")["status"] == "expired"
