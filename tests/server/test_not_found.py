"""What isn't there, or belongs to something else than the path says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cases import some
from tests.server.api import Api, path_of
from tests.server.shelf import settled, upload

if TYPE_CHECKING:
    from collections.abc import Callable


class World:
    """Two threads with all that can be in them."""

    def __init__(self, api: Api) -> None:
        assistant = api.assistant()
        self.ids: list[dict[str, str]] = []
        for _ in range(2):
            thread = api.thread("Hi")
            run = api.run(thread, assistant)
            (step,) = api.steps(run)
            message, _ = api.messages(thread)
            file = upload(api)["id"]
            store = api.post("/vector_stores", {"file_ids": [file]})["id"]
            path = f"/vector_stores/{store}/file_batches"
            batch = api.post(path, {"file_ids": [file]})["id"]
            settled(api, store)
            ids = {"thread": thread, "run": run["id"], "step": step["id"]}
            ids |= {"file": file, "store": store, "batch": batch}
            self.ids.append({**ids, "message": message["id"], "assistant": assistant})
            assert path_of(run) == "/threads/{thread}/runs/{run}".format(**ids)


@pytest.fixture(scope="module")
def world(api: Api) -> World:
    return World(api)


PATHS = [
    *("/assistants/{assistant}", "/threads/{thread}"),
    *("/threads/{thread}/messages", "/threads/{thread}/messages/{message}"),
    *("/threads/{thread}/runs", "/threads/{thread}/runs/{run}"),
    "/threads/{thread}/runs/{run}/steps",
    "/threads/{thread}/runs/{run}/steps/{step}",
    *("/files/{file}", "/vector_stores/{store}", "/vector_stores/{store}/files"),
    "/vector_stores/{store}/files/{file}",
    "/vector_stores/{store}/files/{file}/content",
    "/vector_stores/{store}/file_batches/{batch}",
    "/vector_stores/{store}/file_batches/{batch}/files",
]


@pytest.mark.parametrize("path", PATHS)
def test_unknown_ids_are_not_found(api: Api, world: World, path: str) -> None:
    mine, others = world.ids
    api.get(path.format(**mine))
    names = re.findall(r"{(\w+)}", path)
    for name in some(names):
        wrong = [f"{name}_of_nobody", "%00", "%F0%9F%98%80", "a" * 5000, "..%2F", "'"]
        # The id of something else, too.
        wrong += [mine[kind] for kind in mine if kind != name]
        # And of the same kind, but elsewhere: the parents have to match.
        wrong += [others[name]] if len(names) > 1 else []
        for each in wrong:
            error = api.get(path.format(**{**mine, name: each}), status=404)["error"]
            assert error["type"] == "invalid_request_error"
            assert len(error["message"]) < 200


CHANGING: list[tuple[str, Callable[[Api, str], Any]]] = [
    ("/threads/{thread}/messages/{message}", lambda a, p: a.post(p, {}, status=404)),
    ("/threads/{thread}/messages/{message}", lambda a, p: a.delete(p, status=404)),
    ("/threads/{thread}/runs/{run}", lambda a, p: a.post(p, {}, status=404)),
    ("/threads/{thread}/runs/{run}/cancel", lambda a, p: a.post(p, status=404)),
    ("/vector_stores/{store}/files/{file}", lambda a, p: a.delete(p, status=404)),
    (
        "/vector_stores/{store}/files/{file}",
        lambda a, p: a.post(p, {"attributes": {}}, status=404),
    ),
    (
        "/vector_stores/{store}/file_batches/{batch}/cancel",
        lambda a, p: a.post(p, status=404),
    ),
    (
        "/threads/{thread}/runs/{run}/submit_tool_outputs",
        lambda a, p: a.post(p, {"tool_outputs": []}, status=404),
    ),
]


@pytest.mark.parametrize(
    ("path", "act"),
    CHANGING,
    ids=range(8),
)
def test_nothing_is_changed_by_way_of_another_owner(
    api: Api, world: World, path: str, act: Callable[[Api, str], Any]
) -> None:
    mine, others = world.ids
    owner, inner = re.findall(r"{(\w+)}", path)
    kept = path[: path.rindex("}") + 1]
    before = api.get(kept.format(**mine))
    act(api, path.format(**{**mine, owner: others[owner]}))
    act(api, path.format(**{**mine, inner: others[inner]}))
    assert api.get(kept.format(**mine)) == before
