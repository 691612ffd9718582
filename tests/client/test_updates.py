"""`update()` of live objects sends what was changed on them, and what is given."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any

import httpx
import pytest

from harness.either_client import settled
from tests.client.both import KINDS, NAMES, mocked, use

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
OBJECTS: dict[str, dict[str, Any]] = {
    "run": {"object": "thread.run", "thread_id": "t", "metadata": {"a": "1"}},
    "message": {"object": "thread.message", "thread_id": "t", "metadata": {"a": "1"}},
    "thread": {"object": "thread", "metadata": {"a": "1"}},
    "store": {"object": "vector_store", "name": "s", "metadata": {"a": "1"}},
    "assistant": {
        "object": "assistant",
        "metadata": {"a": "1"},
        "tools": [{"type": "file_search"}],
        "tool_resources": {"file_search": {"vector_store_ids": ["vs_1"]}},
    },
}


class Server:
    """Answers with the object as it is after what was sent."""

    def __init__(self, name: str) -> None:
        self.sent: list[dict[str, Any]] = []
        self.data = {"id": f"{name}_1", **copy.deepcopy(OBJECTS[name])}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.sent.append(json.loads(request.content))
            self.data.update(self.sent[-1])
        return httpx.Response(200, content=json.dumps(self.data))


@both
@pytest.mark.parametrize("name", OBJECTS)
def test_what_was_changed_is_sent(kind: Any, name: str) -> None:
    server = Server(name)

    async def act(client: Any) -> None:
        live = client.attach(server.data)
        await settled(live.refresh())
        await settled(live.update())
        live.metadata["b"] = "2"
        assert await settled(live.update()) is live
        live.metadata = {"c": "3"}
        await settled(live.update())
        # Nothing is sent twice.
        await settled(live.update(metadata={"d": "4"}))
        live.metadata["e"] = "5"
        await settled(live.update(metadata=None))
        assert live.metadata is None

    use(kind, act, base_url="http://x", http_client=mocked(kind, server))
    assert server.sent == [
        {},
        {"metadata": {"a": "1", "b": "2"}},
        {"metadata": {"c": "3"}},
        {"metadata": {"d": "4"}},
        {"metadata": None},
    ]


@both
def test_what_is_deep_in_it_counts_and_what_can_t_be_updated_does_not(
    kind: Any,
) -> None:
    server = Server("assistant")

    async def act(client: Any) -> None:
        assistant = await settled(client.assistants.retrieve("assistant_1"))
        assistant.tool_resources.file_search.vector_store_ids.append("vs_2")
        assistant.name = "Zoë"
        assistant.created_at = 5
        await settled(assistant.update(instructions="Be brief."))
        assistant.tools.append({"type": "code_interpreter"})
        await settled(assistant.update())

    use(kind, act, base_url="http://x", http_client=mocked(kind, server))
    assert server.sent == [
        {
            "name": "Zoë",
            "instructions": "Be brief.",
            "tool_resources": {"file_search": {"vector_store_ids": ["vs_1", "vs_2"]}},
        },
        {"tools": [{"type": "file_search"}, {"type": "code_interpreter"}]},
    ]


@both
def test_copies_and_pickled_ones_know_what_was_changed(kind: Any) -> None:
    server = Server("thread")

    async def act(client: Any) -> None:
        thread = await settled(client.threads.retrieve("thread_1"))
        thread.metadata["b"] = "2"
        await settled(copy.deepcopy(thread).update())
        again = client.attach(pickle.loads(pickle.dumps(thread)))
        await settled(again.update())
        bound = client.threads.bind("thread_1")
        bound.metadata = {"x": "y"}
        await settled(bound.update())

    use(kind, act, base_url="http://x", http_client=mocked(kind, server))
    both = {"metadata": {"a": "1", "b": "2"}}
    assert server.sent == [both, both, {"metadata": {"x": "y"}}]


@both
@pytest.mark.parametrize("value", ["\ud800", 10**30, math.nan, 1.0, {"deep": [None]}])
def test_whatever_a_server_stored_counts_as_unchanged(kind: Any, value: Any) -> None:
    server = Server("run")
    server.data["metadata"]["odd"] = value

    async def act(client: Any) -> None:
        run = await settled(client.threads.runs.retrieve("run_1", thread_id="t"))
        for live in (run, pickle.loads(pickle.dumps(run)), copy.copy(run)):
            await settled(client.attach(live).update())
        run.metadata["odd"] = "x"
        await settled(run.update())

    use(kind, act, base_url="http://x", http_client=mocked(kind, server))
    assert server.sent == [{}, {}, {}, {"metadata": {"a": "1", "odd": "x"}}]


@both
@pytest.mark.parametrize("odd", [r'"\ud800"', "1" + "0" * 30])
def test_what_is_odd_may_be_deep(kind: Any, odd: str) -> None:
    """Deeper than `copy.deepcopy` goes."""
    deep = '{"a":[' * 300 + odd + "]}" * 300
    content = f'{{"id":"thread_1","object":"thread","metadata":{deep}}}'

    async def act(client: Any) -> None:
        thread = await settled(client.threads.retrieve("thread_1"))
        assert thread._changed({}) == {}
        thread.metadata["a"][0]["b"] = 1
        assert thread._changed({}) == {"metadata": thread.metadata}

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=content)

    use(kind, act, base_url="http://x", http_client=mocked(kind, answer))
