"""What names a file that doesn't exist is refused, wherever a body can name one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_client import Client, NotFoundError
from assistants_server import LocalServer
from tests.server.api import talking
from tests.server.furnished import Furnished
from tests.server.id_places import Place, places
from tests.server.shelf import DAY, move_clock, settled, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
PLACES = [
    each
    for each in places()
    if each.kind == "body" and each.name.endswith(("file_id", "file_ids[]"))
]
UNKNOWN = "file-nobodyhasit"
NOT_FOUND = f"No file found with id '{UNKNOWN}', which is named in"
CODE = {"type": "code_interpreter"}
JSON = dict[str, Any]


@pytest.fixture(scope="module")
def world(server: LocalServer) -> Iterator[Furnished]:
    with Furnished(server) as world, talking(server) as api:
        # What changes by itself is no sign that a request changed it.
        settled(api, world.ids("createRun")["vector_store_id"])
        yield world


def test_the_places_are_all_that_the_document_has() -> None:
    assert len(PLACES) >= 20
    assert {each.operation for each in PLACES} == {
        *("createAssistant", "modifyAssistant", "createThread", "modifyThread"),
        *("createThreadAndRun", "createRun", "createMessage", "createVectorStore"),
        *("createVectorStoreFile", "createVectorStoreFileBatch"),
    }


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_unknown_file_is_refused_by_its_id_and_its_place(
    api: Api, world: Furnished, place: Place
) -> None:
    ids = world.ids(place.operation)
    before = everything(api, world)
    response = api.http.request(**place.request(ids, UNKNOWN))
    where = place.name.replace("[]", "[0]")
    assert response.status_code == 404, response.text
    error = response.json()["error"]
    assert error["message"] == f"{NOT_FOUND} {where}."
    assert error["param"] == where
    assert everything(api, world) == before


def everything(api: Api, world: Furnished) -> list[str]:
    """Return what a request that is refused may have changed."""
    ids = world.ids("createRun")
    paths = (
        *("/assistants", "/vector_stores", "/files", f"/threads/{ids['thread_id']}"),
        f"/threads/{ids['thread_id']}/messages",
        f"/vector_stores/{ids['vector_store_id']}/files",
    )
    return [api.http.get(each).text for each in paths]


def test_the_one_that_is_unknown_is_found_among_others(api: Api) -> None:
    file = upload(api)["id"]
    known, unknown = ({"file_id": each, "tools": [CODE]} for each in (file, UNKNOWN))
    said = {"role": "user", "content": "Hi", "attachments": [known, known, unknown]}
    body = {"messages": [{"role": "user", "content": "Hi"}, said]}
    error = api.post("/threads", body, status=404)["error"]
    assert error["param"] == "messages[1].attachments[2].file_id"


@pytest.mark.parametrize("gone", ["deleted", "expired"])
def test_a_file_that_is_gone_is_unknown(
    monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    with LocalServer() as server, talking(server) as api:
        seconds = str(2 * DAY)
        expiry = {"expires_after[anchor]": "created_at"}
        expiry |= {"expires_after[seconds]": seconds}
        file = upload(api, b"text", "a.txt", **expiry)["id"]
        body = {"tool_resources": {"code_interpreter": {"file_ids": [file]}}}
        thread = api.post("/threads", body)
        if gone == "deleted":
            api.delete(f"/files/{file}")
        else:
            move_clock(monkeypatch, 3 * DAY)
        assert file in api.post("/threads", body, status=404)["error"]["message"]
        # What named it before stays as it is, and changes in other respects.
        path = f"/threads/{thread['id']}"
        changed = api.post(path, {"metadata": {"a": "b"}})
        assert changed == {**thread, "metadata": {"a": "b"}}


def test_what_only_looks_like_a_file_is_none(api: Api) -> None:
    names = {"file_id": UNKNOWN, "file_ids": UNKNOWN}
    parameters = {"type": "object", "properties": {"file_id": {"type": "string"}}}
    function = {"name": "f", "parameters": parameters}
    tools = [{"type": "function", "function": function}]
    api.assistant(metadata=names, tools=tools)
    said = {"role": "user", "content": "file_id", "metadata": names}
    made = api.post("/threads", {"metadata": names, "messages": [said]})
    assert made["metadata"] == names


def test_the_client_says_which_file_there_is_not(server: LocalServer) -> None:
    with Client(base_url=server.url, api_key="any") as client:
        thread = client.threads.create()
        attached: Any = {"file_id": UNKNOWN, "tools": [CODE]}
        with pytest.raises(NotFoundError) as caught:
            thread.add_message("Hi", attachments=[attached])
        assert f"{NOT_FOUND} attachments[0].file_id." in str(caught.value)
        assert caught.value.param == "attachments[0].file_id"
