"""Projects side by side: lists, files, searches, runs, streams, idempotency keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import FileSearch, LocalServer
from tests.cases import some
from tests.server.api import Api
from tests.server.keyed import client, make_key
from tests.server.shelf import settled, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server import Turn

JSON = dict[str, Any]
SECRET = b"The secret of the other project is a badger."
KEY = "sk-of-the-settings"


class Worlds:
    """A server, and its clients by the names of their projects."""

    def __init__(self, server: LocalServer, keys: dict[str, str]) -> None:
        self.server = server
        self.clients = {name: client(server, key) for name, key in keys.items()}
        self.apis = {name: Api(http) for name, http in self.clients.items()}

    def __getitem__(self, project: str) -> Api:
        return self.apis[project]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    store = tmp_path_factory.mktemp("worlds") / "state.db"
    names = ("mine", "theirs", "empty")
    keys = {name: make_key(store, project=name) for name in names}
    # Each needs some place: another key of the same project, and that of the settings.
    keys |= {"mine too": make_key(store, project="mine", scope="admin"), "default": KEY}
    with LocalServer(store=store, key=KEY) as server:
        worlds = Worlds(server, keys)
        yield worlds
        for each in worlds.clients.values():
            each.close()


@pytest.fixture(scope="module")
def theirs(worlds: Worlds) -> JSON:
    """Provide ids of the other project: what mine would like to have."""
    api = worlds["theirs"]
    file = upload(api, SECRET)["id"]
    store = api.post("/vector_stores", {"file_ids": [file]})["id"]
    settled(api, store)
    (hit,) = api.post(f"/vector_stores/{store}/search", {"query": "badger"})["data"]
    assert hit["file_id"] == file
    assistant, thread = api.assistant(), api.thread("Hello")
    return {"file": file, "store": store, "assistant": assistant, "thread": thread}


def test_lists_have_what_is_the_projects_own(worlds: Worlds, theirs: JSON) -> None:
    mine = worlds["mine"].assistant()
    kinds = {"assistants": "assistant", "threads": "thread", "files": "file"}
    kinds |= {"vector_stores": "store"}
    for kind, name in some([*kinds.items()]):
        # Nobody judges the answer, as the document has no list of threads.
        seen = {
            project: [each["id"] for each in http.get(f"/{kind}").json()["data"]]
            for project, http in worlds.clients.items()
        }
        assert theirs[name] in seen["theirs"]
        assert seen["empty"] == []
        assert theirs[name] not in seen["mine"] + seen["default"]
        # Keys of one project see the same.
        assert seen["mine"] == seen["mine too"]
    assert mine in [
        each["id"] for each in worlds["mine too"].get("/assistants")["data"]
    ]


def test_what_somebody_else_has_stands_in_no_context(
    worlds: Worlds, theirs: JSON
) -> None:
    """Ids may be guessed, or be known: as part of an assistant they open nothing.

    A file is refused where it is named, and a vector store, which an upstream may have,
    is empty.
    """
    api, turns = worlds["mine"], []

    def engine(turn: Turn) -> Any:
        turns.append(turn)
        found = yield FileSearch(query="badger")
        yield f"I found {len(found)}."

    resources = {"file_search": {"vector_store_ids": [theirs["store"]]}}
    files = {"code_interpreter": {"file_ids": [theirs["file"]]}}
    tools = [{"type": "file_search"}, {"type": "code_interpreter"}]
    assistant = api.assistant(tools=tools, tool_resources=resources)
    tool = {"tools": [{"type": "code_interpreter"}], "file_id": theirs["file"]}
    image = {"type": "image_file", "image_file": {"file_id": theirs["file"]}}
    for refused in (
        {"tool_resources": files},
        {"messages": [{"role": "user", "content": [image]}]},
        {"messages": [{"role": "user", "content": "Hi", "attachments": [tool]}]},
    ):
        error = api.post("/threads", refused, status=404)["error"]
        assert theirs["file"] in error["message"]
    thread = api.post("/threads", {"tool_resources": resources})
    usual = worlds.server.engine
    worlds.server.engine = engine
    try:
        run = api.run(thread["id"], assistant)
    finally:
        worlds.server.engine = usual
    assert run["status"] == "completed", run["last_error"]
    (turn,) = turns
    assert not turn.files
    said = api.messages(thread["id"])[-1]["content"][0]["text"]["value"]
    assert said == "I found 0."
    # Nor does searching make them look used.
    seen = worlds["theirs"].get(f"/vector_stores/{theirs['store']}")
    assert seen["file_counts"]["total"] == 1


def test_a_vector_store_takes_no_file_of_others(worlds: Worlds, theirs: JSON) -> None:
    api = worlds["mine"]
    store = api.post("/vector_stores", {"name": "mine"})["id"]
    body = {"file_id": theirs["file"]}
    api.post(f"/vector_stores/{store}/files", body, status=404)
    attached = {"tools": [{"type": "file_search"}], "file_id": theirs["file"]}
    message = {"role": "user", "content": "Look.", "attachments": [attached]}
    api.post("/threads", {"messages": [message]}, status=404)
    assert api.get(f"/vector_stores/{store}/files")["data"] == []


def test_each_search_finds_its_own(worlds: Worlds, theirs: JSON) -> None:
    api = worlds["mine"]
    file = upload(api, b"Ours is a badger, too.")["id"]
    store = api.post("/vector_stores", {"file_ids": [file]})["id"]
    settled(api, store)
    found = api.post(f"/vector_stores/{store}/search", {"query": "badger"})["data"]
    assert [each["file_id"] for each in found] == [file]
    path = f"/vector_stores/{theirs['store']}/search"
    assert "badger" not in str(api.post(path, {"query": "badger"}, status=404))


def test_each_project_has_idempotency_keys_of_its_own(worlds: Worlds) -> None:
    key = {"idempotency-key": "the-same"}
    body, other = {"metadata": {"a": "b"}}, {"metadata": {"c": "d"}}
    clients = worlds.clients
    first = clients["mine"].post("/threads", json=body, headers=key).json()
    again = clients["mine too"].post("/threads", json=body, headers=key)
    assert again.json()["id"] == first["id"]
    assert again.headers["idempotent-replayed"] == "true"
    for project, said in (("theirs", body), ("empty", other)):
        response = clients[project].post("/threads", json=said, headers=key)
        assert response.status_code == 200
        assert "idempotent-replayed" not in response.headers
        assert response.json()["id"] != first["id"]
        assert response.json()["metadata"] == said["metadata"]
        worlds[project].delete(f"/threads/{response.json()['id']}")
    # What became of theirs changes nothing of mine.
    again = clients["mine"].post("/threads", json=body, headers=key)
    assert again.json()["id"] == first["id"]


def test_streams_have_events_of_their_own_run(worlds: Worlds) -> None:
    seen = {}
    for project in ("mine", "theirs"):
        api = worlds[project]
        thread = api.thread(f"Hello, {project}")
        body = {"assistant_id": api.assistant()}
        seen[project] = str(api.events(f"/threads/{thread}/runs", body))
        assert thread in seen[project]
    assert "Hello, theirs" not in seen["mine"]


def test_ids_of_the_settings_key_are_those_of_the_default_project(
    worlds: Worlds,
) -> None:
    assistant = worlds["default"].assistant()
    worlds["mine"].get(f"/assistants/{assistant}", status=404)
    worlds["default"].get(f"/assistants/{assistant}")


def test_what_was_stored_without_keys_is_in_the_default_project(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = tmp_path_factory.mktemp("before") / "state.db"
    with LocalServer(store=store) as server, client(server, "any") as http:
        assistant = Api(http).assistant()
    key, other = make_key(store), make_key(store, project="other")
    with LocalServer(store=store) as server, client(server, key) as http:
        Api(http).get(f"/assistants/{assistant}")
        with client(server, other) as elsewhere:
            Api(elsewhere).get(f"/assistants/{assistant}", status=404)
