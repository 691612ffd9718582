"""Objects stand for ids, wherever ids are; those of another kind are refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import openai.types
import pytest

from assistants_api.models import VectorStoreFileObject
from assistants_client import ConfigurationError
from harness.either_client import settled
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
OBJECTS = {
    "assistant": "assistant",
    "file": "file",
    "message": "thread.message",
    "run": "thread.run",
    "step": "thread.run.step",
    "store": "vector_store",
    "thread": "thread",
}


def things(client: Any) -> dict[str, Any]:
    """Return one live object of each kind, whose id is its name."""
    ids = {"thread_id": "thread", "run_id": "run"}
    return {
        name: client.attach({"id": name, "object": kind, **ids})
        for name, kind in OBJECTS.items()
    }


def sent(kind: Any, call: Callable[[Any, dict[str, Any]], Any]) -> httpx.Request:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, json={"id": "x", "data": []})

    async def act(client: Any) -> None:
        await settled(call(client, things(client)))

    use(kind, act, base_url="http://x", http_client=mocked(kind, answer))
    return requests[-1]


PLACES: list[tuple[Callable[[Any, Any], Any], str]] = [
    (
        lambda c, o: c.threads.runs.steps.retrieve(
            o["step"], run_id=o["run"], thread_id=o["thread"]
        ),
        "/threads/thread/runs/run/steps/step",
    ),
    (
        lambda c, o: c.threads.messages.list(
            o["thread"], run_id=o["run"], after=o["message"], before=o["message"]
        ),
        "/threads/thread/messages?after=message&before=message&run_id=run",
    ),
    (
        lambda c, o: c.vector_stores.files.list(o["store"], after=o["file"]),
        "/vector_stores/store/files?after=file",
    ),
    (
        lambda c, o: c.threads.runs.retrieve(
            {"id": "run", "object": "thread.run"}, thread_id=o["run"].thread_id
        ),
        "/threads/thread/runs/run",
    ),
    (
        lambda c, _: c.files.retrieve(VectorStoreFileObject.from_dict({"id": "file"})),
        "/files/file",
    ),
]


@both
@pytest.mark.parametrize(("call", "target"), PLACES)
def test_in_paths_and_queries(
    kind: Any, call: Callable[[Any, Any], Any], target: str
) -> None:
    assert sent(kind, call).url.raw_path.decode() == target


@both
def test_in_bodies_however_deep(kind: Any) -> None:
    theirs = openai.types.FileObject(
        id="theirs",
        object="file",
        bytes=1,
        created_at=1,
        filename="x",
        purpose="assistants",
        status="processed",
    )

    def create(client: Any, of: dict[str, Any]) -> Any:
        image = {"type": "image_file", "image_file": {"file_id": of["file"]}}
        attachment = {"file_id": theirs, "tools": [{"type": "file_search"}]}
        message = {"role": "user", "content": [image], "attachments": (attachment,)}
        return client.threads.create_and_run(
            assistant_id=of["assistant"],
            thread={
                "messages": (each for each in [message]),
                "tool_resources": {"code_interpreter": {"file_ids": {of["file"].id}}},
            },
            tool_resources={
                "file_search": {"vector_store_ids": [of["store"], "other"]},
                "code_interpreter": {"file_ids": (each for each in [of["file"]])},
            },
            tools=[
                {
                    "type": "function",
                    "function": {
                        "name": "f",
                        # No object of the API, whatever it is called.
                        "parameters": {"file_id": {"type": "string", "id": "x"}},
                    },
                }
            ],
            metadata={"user_id": of["thread"]},
        )

    found = json.loads(sent(kind, create).content)
    (message,) = found["thread"]["messages"]
    assert found["assistant_id"] == "assistant"
    assert message["content"][0]["image_file"] == {"file_id": "file"}
    assert message["attachments"][0]["file_id"] == "theirs"
    own = found["thread"]["tool_resources"]
    assert own == {"code_interpreter": {"file_ids": ["file"]}}
    resources = found["tool_resources"]
    assert resources["file_search"] == {"vector_store_ids": ["store", "other"]}
    assert resources["code_interpreter"] == {"file_ids": ["file"]}
    parameters = found["tools"][0]["function"]["parameters"]
    assert parameters == {"file_id": {"type": "string", "id": "x"}}
    assert found["metadata"] == {"user_id": "thread"}


class Reference(NamedTuple):
    id: str
    object: str


@both
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"file_id": {"id": "a", "object": "file", "ä": [0.5]}}, {"file_id": "a"}),
        ({"file_id": Reference("a", "file")}, {"file_id": "a"}),
        (
            {"file_ids": ["x]", {"id": "a", "object": "file"}]},
            {"file_ids": ["x]", "a"]},
        ),
        (
            {"file_ids": ["a"], "b": [None, 1e22]},
            {"file_ids": ["a"], "b": [None, 1e22]},
        ),
    ],
    ids=["one", "tuple", "among ids", "ids"],
)
def test_in_bodies_that_are_data(kind: Any, given: Any, expected: Any) -> None:
    def create(client: Any, _: Any) -> Any:
        return client.threads.create(messages=[{"content": [given]}])

    found = json.loads(sent(kind, create).content)
    assert found == {"messages": [{"content": [expected]}]}


WRONG: list[tuple[Callable[[Any, Any], Any], str]] = [
    (
        lambda c, o: c.threads.retrieve(o["run"]),
        r"must be a thread or its id, not a run \(object 'thread.run', id 'run'\)",
    ),
    (
        lambda c, o: c.threads.runs.create(o["thread"], assistant_id=o["thread"]),
        "assistant_id must be an assistant or its id, not a thread",
    ),
    (
        lambda c, o: c.threads.runs.list(o["thread"], after=o["message"]),
        "after must be a run or its id, not a message",
    ),
    (
        lambda c, o: c.threads.messages.list(o["thread"], before=o["run"]),
        "before must be a message or its id, not a run",
    ),
    (
        lambda c, o: c.threads.messages.list(o["thread"], run_id=o["assistant"]),
        "run_id must be a run or its id",
    ),
    (
        lambda c, o: c.vector_stores.create(file_ids=[o["store"]]),
        "file_ids must be a file or its id, not a vector store",
    ),
    (
        lambda c, o: c.vector_stores.create(file_ids=o["file"]),
        "file_ids must be a list, not ",
    ),
    (lambda c, _: c.vector_stores.create(file_ids="file_1"), "file_ids must be a list"),
    (
        lambda c, o: c.threads.create(
            tool_resources={"file_search": {"vector_store_ids": [o["file"]]}}
        ),
        "vector_store_ids must be a vector store or its id, not a file",
    ),
    (
        lambda c, _: c.threads.create(
            tool_resources={
                "file_search": {"vector_store_ids": [{"id": "f", "object": "file"}]}
            }
        ),
        r"must be a vector store or its id, not a file \(object 'file', id 'f'\)",
    ),
    (
        lambda c, _: c.threads.retrieve({"id": "x", "object": "assistant"}),
        "thread_id must be a thread or its id, not an assistant",
    ),
    (lambda c, o: o["assistant"].run(o["run"]), "thread_id must be a thread"),
    (
        lambda c, _: c.threads.retrieve({"id": "t", "object": "thread.deleted"}),
        "must be a thread or its id, not one that was deleted",
    ),
    (lambda c, _: c.attach({"object": "thread"}, thraed_id="t"), "takes no thraed_id"),
]


@both
@pytest.mark.parametrize(("call", "said"), WRONG)
def test_what_is_of_another_kind_is_refused(
    kind: Any, call: Callable[[Any, Any], Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        sent(kind, call)


@both
def test_also_in_what_goes_out_besides(kind: Any) -> None:
    def create(client: Any, of: dict[str, Any]) -> Any:
        extra = {"tool_resources": {"code_interpreter": {"file_ids": [of["file"]]}}}
        return client.threads.create(extra_body={**extra, "agent_id": of["assistant"]})

    assert json.loads(sent(kind, create).content) == {
        "tool_resources": {"code_interpreter": {"file_ids": ["file"]}},
        "agent_id": "assistant",
    }

    def post(client: Any, of: dict[str, Any]) -> Any:
        return client.post("/x", cast_to=dict, body={"file_id": of["file"]})

    assert json.loads(sent(kind, post).content) == {"file_id": "file"}


@both
def test_an_object_is_what_its_class_says_whatever_a_server_says(kind: Any) -> None:
    def retrieve(client: Any, of: dict[str, Any]) -> Any:
        of["thread"].object = "thread.run"
        return client.threads.retrieve(of["thread"])

    assert sent(kind, retrieve).url.path == "/threads/thread"


@both
def test_a_kind_that_nobody_knows_is_no_reason_to_refuse(kind: Any) -> None:
    # Servers have names of their own for theirs.
    own = {"id": "agent_1", "object": "agent"}
    found = sent(kind, lambda c, _: c.assistants.retrieve(own))
    assert found.url.path == "/assistants/agent_1"


def test_what_has_to_be_awaited_first_is_named() -> None:
    async def act(client: Any) -> None:
        thread = client.threads.create()
        with pytest.raises(ConfigurationError, match="coroutine: await it first"):
            await client.threads.runs.create(thread, assistant_id="a")
        thread.close()

    use(KINDS[1], act, base_url="http://x")
