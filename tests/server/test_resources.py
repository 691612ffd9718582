"""Assistants, threads and messages: made, read, changed and deleted."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from tests.server.api import JSON, Api, function
from tests.server.shelf import upload

FUNCTION = function("height", of={"type": "string"})
SEARCH = {
    "type": "file_search",
    "file_search": {"max_num_results": 5, "ranking_options": {"score_threshold": 0.5}},
}
EVERYTHING: JSON = {
    "model": "gpt-4o",
    "name": "Surveyor",
    "description": "Knows heights.",
    "instructions": "Be brief.",
    "tools": [{"type": "code_interpreter"}, SEARCH, FUNCTION],
    "tool_resources": {
        "code_interpreter": {"file_ids": []},
        "file_search": {"vector_store_ids": ["vs_1"]},
    },
    "metadata": {"a": "b", "é": "ü 😀", "": ""},
    "temperature": 0.5,
    "top_p": 0,
    "response_format": {"type": "json_object"},
}
DEFAULTS: JSON = {
    "name": None,
    "description": None,
    "instructions": None,
    "tools": [],
    "tool_resources": {},
    "metadata": {},
    "temperature": 1,
    "top_p": 1,
    "response_format": "auto",
}
IDS = {
    "assistant": r"asst_[0-9A-Za-z]{24}",
    "thread": r"thread_[0-9A-Za-z]{24}",
    "message": r"msg_[0-9A-Za-z]{24}",
    "vector_store": r"vs_[0-9A-Za-z]{24}",
}
HI: JSON = {"role": "user", "content": "Hi"}


def everything(api: Api) -> JSON:
    """Return all that an assistant can have, with files that exist."""
    files = {"code_interpreter": {"file_ids": [upload(api)["id"], upload(api)["id"]]}}
    resources = {**EVERYTHING["tool_resources"], **files}
    return {**EVERYTHING, "tool_resources": resources}


def test_an_assistant_of_a_model_alone(api: Api) -> None:
    before = int(time.time())
    made = api.post("/assistants", {"model": "m"})
    assert re.fullmatch(IDS["assistant"], made.pop("id"))
    assert before <= made.pop("created_at") <= time.time()
    assert made == {"object": "assistant", "model": "m", **DEFAULTS}


def test_nulls_are_the_same_as_nothing(api: Api) -> None:
    names = {*DEFAULTS, "reasoning_effort"} - {"tools"}
    made = api.post("/assistants", {"model": "m", **dict.fromkeys(names)})
    assert {name: made[name] for name in DEFAULTS} == DEFAULTS
    assert made.get("reasoning_effort") is None


def test_everything_of_an_assistant_is_kept(api: Api) -> None:
    given = everything(api)
    made = api.post("/assistants", given)
    assert {name: made[name] for name in given} == given
    assert api.get(f"/assistants/{made['id']}") == made


@pytest.mark.parametrize("name", [*EVERYTHING])
def test_a_change_changes_what_it_names_only(api: Api, name: str) -> None:
    made = api.post("/assistants", {"model": "m"})
    path = f"/assistants/{made['id']}"
    value = everything(api)[name]
    changed = api.post(path, {name: value})
    assert changed == {**made, name: value}
    assert api.get(path) == changed
    assert api.post(path, {}) == changed


@pytest.mark.parametrize("name", [*DEFAULTS])
def test_null_takes_a_setting_back(api: Api, name: str) -> None:
    made = api.post("/assistants", everything(api))
    value: Any = [] if name == "tools" else None
    changed = api.post(f"/assistants/{made['id']}", {name: value})
    assert changed.pop(name) in (None, DEFAULTS[name])
    del made[name]
    assert changed == made


def test_lists_and_metadata_are_replaced_as_a_whole(api: Api) -> None:
    path = f"/assistants/{api.assistant(**everything(api))}"
    assert api.post(path, {"tools": [FUNCTION]})["tools"] == [FUNCTION]
    assert api.post(path, {"metadata": {"c": "d"}})["metadata"] == {"c": "d"}
    assert api.post(path, {"metadata": {}})["metadata"] == {}


def test_tool_resources_are_replaced_by_tool(api: Api) -> None:
    path = f"/assistants/{api.assistant(**everything(api))}"
    files = {"code_interpreter": {"file_ids": [upload(api)["id"]]}}
    changed = api.post(path, {"tool_resources": files})
    stores = {"file_search": {"vector_store_ids": ["vs_1"]}}
    assert changed["tool_resources"] == {**stores, **files}


@pytest.mark.parametrize("kind", ["assistant", "thread"])
def test_changed_tool_resources_are_as_in_what_is_new(api: Api, kind: str) -> None:
    path = f"/{kind}s/{api.assistant() if kind == 'assistant' else api.thread()}"
    given: JSON = {
        "code_interpreter": {},
        "file_search": {},
        "hammer": {"file_ids": []},
    }
    changed = api.post(path, {"tool_resources": given})
    assert changed["tool_resources"] == {
        "code_interpreter": {"file_ids": []},
        "file_search": {"vector_store_ids": []},
    }
    # A vector store is made beforehand; it isn't said that it was made.
    search: JSON = {"file_search": {"vector_stores": [{}]}}
    error = api.post(path, {"tool_resources": search}, status=400)["error"]
    assert error["param"] == "tool_resources.file_search.vector_stores"
    assert error["code"] == "unknown_parameter"
    assert api.get(path) == changed


def test_a_deleted_assistant_is_gone(api: Api) -> None:
    assistant, other = api.assistant(), api.assistant()
    path = f"/assistants/{assistant}"
    receipt = {"id": assistant, "object": "assistant.deleted", "deleted": True}
    assert api.delete(path) == receipt
    assert assistant in api.get(path, status=404)["error"]["message"]
    api.post(path, {"name": "n"}, status=404)
    api.delete(path, status=404)
    ids = [each["id"] for each in api.get("/assistants", limit=100)["data"]]
    assert assistant not in ids
    assert other in ids


@pytest.mark.parametrize("body", [None, {}, {"tool_resources": None, "metadata": None}])
def test_a_thread_of_nothing(api: Api, body: JSON | None) -> None:
    before = int(time.time())
    made = api.post("/threads", body)
    assert re.fullmatch(IDS["thread"], made["id"])
    assert before <= made.pop("created_at") <= time.time()
    thread = made.pop("id")
    assert made == {"object": "thread", "metadata": {}, "tool_resources": {}}
    assert api.messages(thread) == []


def test_a_thread_with_all_that_it_can_have(api: Api) -> None:
    resources = {
        "code_interpreter": {"file_ids": [upload(api)["id"]]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    }
    messages = [HI, {"role": "assistant", "content": "Hello."}]
    body = {"metadata": {"a": "b"}, "tool_resources": resources, "messages": messages}
    made = api.post("/threads", body)
    assert (made["metadata"], made["tool_resources"]) == ({"a": "b"}, resources)
    assert api.get(f"/threads/{made['id']}") == made
    assert [each["role"] for each in api.messages(made["id"])] == ["user", "assistant"]


def test_changing_a_thread(api: Api) -> None:
    made = api.post("/threads", {"messages": [HI], "metadata": {"a": "b"}})
    path = f"/threads/{made['id']}"
    assert api.post(path, {}) == made
    files = {"code_interpreter": {"file_ids": [upload(api)["id"]]}}
    changed = api.post(path, {"tool_resources": files})
    assert changed == {**made, "tool_resources": files}
    cleared = api.post(path, {"metadata": None})
    assert cleared == {**changed, "metadata": {}}
    assert api.get(path) == cleared
    assert len(api.messages(made["id"])) == 1


@pytest.mark.parametrize(
    ("search", "count"),
    [
        ({"vector_stores": [{}]}, 1),
        ({"vector_stores": [{"file_ids": [], "metadata": {"a": "b"}}]}, 1),
        ({"vector_stores": [{"chunking_strategy": {"type": "auto"}}]}, 1),
        ({"vector_stores": []}, 0),
    ],
)
@pytest.mark.parametrize("where", ["/assistants", "/threads", "/threads/runs"])
def test_new_vector_stores_become_ids(
    api: Api, search: JSON, count: int, where: str
) -> None:
    resources = {"tool_resources": {"file_search": search}}
    if where == "/assistants":
        made = api.post(where, {"model": "m", **resources})
    elif where == "/threads":
        made = api.post(where, resources)
    else:
        body = {"assistant_id": api.assistant(), "thread": resources}
        made = api.get(f"/threads/{api.post(where, body)['thread_id']}")
    ids = made["tool_resources"]["file_search"]["vector_store_ids"]
    assert len(ids) == count
    assert all(re.fullmatch(IDS["vector_store"], each) for each in ids)
    for each, asked in zip(ids, search["vector_stores"], strict=True):
        store = api.get(f"/vector_stores/{each}")
        assert store["metadata"] == asked.get("metadata", {})
        assert store["expires_after"] == {"anchor": "last_active_at", "days": 7}


@pytest.mark.parametrize(
    "search",
    [
        {},
        {"vector_store_ids": ["vs_1", "vs_2"]},
        {"vector_stores": [{}, {}]},
        {"vector_store_ids": ["vs_1"], "vector_stores": [{}]},
    ],
    ids=["none", "two ids", "two new ones", "both"],
)
def test_there_is_one_vector_store_at_most(api: Api, search: JSON) -> None:
    body = {"tool_resources": {"file_search": search}}
    error = api.post("/threads", body, status=400)["error"]
    assert error["param"].startswith("tool_resources.file_search")


def test_resources_of_a_run_on_a_new_thread_are_the_threads(api: Api) -> None:
    files = {"code_interpreter": {"file_ids": [upload(api)["id"]]}}
    body = {"assistant_id": api.assistant(), "tool_resources": files}
    run = api.post("/threads/runs", body)
    thread = api.get(f"/threads/{run['thread_id']}")
    assert thread["tool_resources"] == files


def test_a_message(api: Api) -> None:
    thread, before = api.thread(), int(time.time())
    made = api.post(f"/threads/{thread}/messages", HI)
    assert re.fullmatch(IDS["message"], made["id"])
    path = f"/threads/{thread}/messages/{made['id']}"
    assert api.get(path) == made
    assert before <= made.pop("created_at") <= made.pop("completed_at") <= time.time()
    del made["id"]
    assert made == {
        "object": "thread.message",
        "thread_id": thread,
        "status": "completed",
        "incomplete_details": None,
        "incomplete_at": None,
        "role": "user",
        "content": [{"type": "text", "text": {"value": "Hi", "annotations": []}}],
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
    }


def test_a_message_with_all_that_it_can_have(api: Api) -> None:
    id = upload(api)["id"]  # noqa: A001 - as the API has it
    url = "https://example.org/a.png"
    tools = [{"type": "code_interpreter"}, {"type": "file_search"}]
    body = {
        "role": "assistant",
        "content": [
            {"type": "text", "text": "Look: "},
            {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
            {"type": "image_file", "image_file": {"file_id": id}},
        ],
        "attachments": [{"file_id": id, "tools": tools}],
        "metadata": {"a": "b"},
    }
    made = api.post(f"/threads/{api.thread()}/messages", body)
    same = ("role", "attachments", "metadata")
    assert {name: made[name] for name in same} == {name: body[name] for name in same}
    file = {"file_id": id, "detail": "auto"}
    assert made["content"] == [
        {"type": "text", "text": {"value": "Look: ", "annotations": []}},
        {"type": "image_url", "image_url": {"url": url, "detail": "low"}},
        {"type": "image_file", "image_file": file},
    ]


@pytest.mark.parametrize("text", ["", " ", "\u0000", "a\r\nb\u2028c", "😀" * 1000])
def test_any_text_is_kept(api: Api, text: str) -> None:
    made = api.post(f"/threads/{api.thread()}/messages", {**HI, "content": text})
    assert made["content"][0]["text"]["value"] == text


def test_changing_a_message(api: Api) -> None:
    made = api.post(f"/threads/{api.thread()}/messages", {**HI, "metadata": {"a": "b"}})
    path = f"/threads/{made['thread_id']}/messages/{made['id']}"
    assert api.post(path, {}) == made
    changed = api.post(path, {"metadata": {"c": "d"}})
    assert changed == {**made, "metadata": {"c": "d"}}
    assert api.post(path, {"metadata": None}) == {**made, "metadata": {}}
    api.post(path, {"content": "Bye"}, status=400)


def test_a_deleted_message_is_gone(api: Api) -> None:
    thread = api.thread("One", "Two")
    first, second = api.messages(thread)
    path = f"/threads/{thread}/messages/{first['id']}"
    receipt = {"id": first["id"], "object": "thread.message.deleted", "deleted": True}
    assert api.delete(path) == receipt
    api.get(path, status=404)
    api.post(path, {}, status=404)
    api.delete(path, status=404)
    assert api.messages(thread) == [second]


def test_largest_metadata_is_stored(api: Api) -> None:
    pairs = {f"{number:064}": "v" * 512 for number in range(16)}
    for path, body in (
        ("/assistants", {"model": "m"}),
        ("/threads", {}),
        (f"/threads/{api.thread()}/messages", HI),
    ):
        assert api.post(path, {**body, "metadata": pairs})["metadata"] == pairs
