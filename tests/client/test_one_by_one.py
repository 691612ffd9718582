"""Threads and runs at servers that don't create both at once."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import (
    APIConnectionError,
    APIError,
    InternalServerError,
    NotFoundError,
)
from harness.either_client import entered, settled
from tests.client.both import KINDS, NAMES, mocked, use

if TYPE_CHECKING:
    from collections.abc import Callable

both = pytest.mark.parametrize("kind", KINDS, ids=NAMES)
MISSING = {
    "404": httpx.Response(404, json={"detail": "Not Found"}),
    "405": httpx.Response(405, json={"detail": "Method Not Allowed"}),
    "html": httpx.Response(404, text="<html><title>404</title></html>"),
}


class Server:
    """Has the usual routes, but not the one for threads and runs.

    Attributes:
        seen: method, path and body of each request.
        headers: the headers of each.
        answers: what certain requests get instead.
    """

    def __init__(self, missing: str = "404", answers: Any = None) -> None:
        self.seen: list[tuple[str, str, Any]] = []
        self.headers: list[httpx.Headers] = []
        self.answers = {"POST /threads/runs": MISSING[missing], **(answers or {})}
        self.run: dict[str, Any] = {"id": "run_1", "status": "completed"}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        body = json.loads(request.content) if request.content else None
        self.seen.append((request.method, path, body))
        self.headers.append(request.headers)
        found = self.answers.get(f"{request.method} {path}")
        if isinstance(found, Exception):
            raise found
        if found is not None:
            return httpx.Response(found.status_code, content=found.content)
        if path.endswith("/runs") and body and body.get("stream"):
            text = f"event: thread.run.completed\ndata: {json.dumps(self.run)}\n\n"
            return httpx.Response(
                200, text=text, headers={"content-type": "text/event-stream"}
            )
        if "/runs" in path:
            return httpx.Response(200, json=self.run)
        kind = path.split("/")[1].rstrip("s")
        return httpx.Response(200, json={"id": f"{kind}_1"})

    @property
    def steps(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.seen]


def creating(kind: Any, server: Server, call: Callable[[Any], Any], **more: Any) -> Any:
    async def act(client: Any) -> Any:
        return await settled(call(client))

    http = mocked(kind, server)
    return use(kind, act, base_url="http://x", http_client=http, **more)


MESSAGES = [
    {"role": "user", "content": "one", "metadata": {"a": "b"}},
    {"role": "assistant", "content": [{"type": "text", "text": "two"}]},
]
THREAD = {"messages": MESSAGES, "metadata": {"c": "d"}}
RESOURCES = {"file_search": {"vector_store_ids": ["vs_1"]}}
STEPS = [
    "POST /threads",
    "POST /threads/thread_1/messages",
    "POST /threads/thread_1/messages",
    "POST /threads/thread_1/runs",
]


async def polled(client: Any, **params: Any) -> Any:
    return await settled(client.threads.create_and_run_poll(**params))


async def plain(client: Any, **params: Any) -> Any:
    return await settled(client.threads.create_and_run(**params))


async def raw(client: Any, **params: Any) -> Any:
    method = client.threads.with_raw_response.create_and_run
    return (await settled(method(**params))).parse()


async def unread(client: Any, **params: Any) -> Any:
    method = client.with_streaming_response.threads.create_and_run
    async with entered(method(**params)) as response:
        return await settled(response.parse())


async def streamed(client: Any, **params: Any) -> Any:
    events = await settled(client.threads.create_and_run(stream=True, **params))
    async with entered(events) as stream:
        found = (
            [each async for each in stream]
            if hasattr(stream, "__anext__")
            else [*stream]
        )
    return found[-1].data


async def followed(client: Any, **params: Any) -> Any:
    async with entered(client.threads.create_and_run_stream(**params)) as stream:
        await settled(stream.until_done())
        return await settled(stream.get_final_run())


FORMS = [plain, polled, raw, unread, streamed, followed]


@both
@pytest.mark.parametrize("form", FORMS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("missing", MISSING)
def test_all_is_created_once(kind: Any, form: Any, missing: str) -> None:
    server = Server(missing)
    run = creating(
        kind,
        server,
        lambda client: form(
            client,
            assistant_id="asst_1",
            thread=THREAD,
            instructions="Be brief.",
            tool_resources=RESOURCES,
            extra_body={"more": 7},
        ),
        max_retries=2,
    )
    assert run.id == "run_1"
    if form not in (streamed, followed):
        # Though the server didn't say it.
        assert run.thread_id == "thread_1"
    asked = ["GET /assistants/asst_1"] if missing != "405" else []
    assert server.steps == ["POST /threads/runs", *asked, *STEPS]
    bodies = [body for method, _, body in server.seen if method == "POST"][1:]
    assert bodies[0] == {"metadata": {"c": "d"}, "tool_resources": RESOURCES}
    assert bodies[1:3] == MESSAGES
    expected: Any = {"assistant_id": "asst_1", "instructions": "Be brief.", "more": 7}
    if form in (streamed, followed):
        expected["stream"] = True
    assert bodies[3] == expected


@both
def test_an_assistant_starts_a_thread(kind: Any) -> None:
    async def start(client: Any) -> Any:
        assistant = client.attach({"id": "asst_1", "object": "assistant"})
        run = await settled(assistant.start_thread("Hello", metadata={"a": "b"}))
        return await settled(run.wait())

    server = Server("405")
    assert creating(kind, server, start).thread_id == "thread_1"
    assert server.seen[1:] == [
        ("POST", "/threads", {}),
        ("POST", "/threads/thread_1/messages", {"role": "user", "content": "Hello"}),
        (
            "POST",
            "/threads/thread_1/runs",
            {"assistant_id": "asst_1", "metadata": {"a": "b"}},
        ),
    ]


@both
def test_an_unknown_assistant_is_told_by_the_server(kind: Any) -> None:
    said = {"error": {"message": "No assistant found with id 'asst_9'."}}
    server = Server(
        answers={
            "POST /threads/runs": httpx.Response(404, json=said),
            "GET /assistants/asst_9": httpx.Response(404, json=said),
        }
    )
    with pytest.raises(NotFoundError) as caught:
        creating(
            kind, server, lambda c: c.threads.create_and_run(assistant_id="asst_9")
        )
    assert caught.value.operation == "threads.create_and_run"
    assert caught.value.body == said["error"]
    assert server.steps == ["POST /threads/runs", "GET /assistants/asst_9"]


@both
@pytest.mark.parametrize("status", [400, 401, 403, 409, 422, 500, 501])
def test_other_errors_are_raised(kind: Any, status: int) -> None:
    server = Server(answers={"POST /threads/runs": httpx.Response(status, json={})})
    with pytest.raises(APIError):
        creating(kind, server, lambda c: c.threads.create_and_run(assistant_id="a"))
    assert server.steps == ["POST /threads/runs"]


RUN = "POST /threads/thread_1/runs"


@both
@pytest.mark.parametrize("deleted", [True, False])
def test_a_run_that_is_refused_leaves_nothing(kind: Any, deleted: bool) -> None:
    refused = httpx.Response(404, json={"error": {"message": "No model 'm'."}})
    gone = None if deleted else httpx.Response(500, json={})
    server = Server("405", {RUN: refused, "DELETE /threads/thread_1": gone})
    with pytest.raises(
        NotFoundError, match=r"threads\.runs\.create: No model"
    ) as caught:
        creating(kind, server, lambda c: c.threads.create_and_run(assistant_id="a"))
    assert server.steps[-1] == "DELETE /threads/thread_1"
    notes = getattr(caught.value, "__notes__", [])
    due = ["the thread thread_1 was created for this run, and stays"]
    assert notes == ([] if deleted else due)


@both
@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (httpx.Response(500, json={}), InternalServerError),
        (httpx.ReadError("cut"), APIConnectionError),
    ],
)
def test_a_run_that_may_be_there_keeps_its_thread(
    kind: Any, failure: Any, error: Any
) -> None:
    server = Server("405", {RUN: failure})
    with pytest.raises(error) as caught:
        creating(
            kind,
            server,
            lambda c: c.threads.create_and_run(assistant_id="a"),
            max_retries=2,
        )
    assert max(Counter(server.steps).values()) == 1
    assert "DELETE /threads/thread_1" not in server.steps
    assert "the thread thread_1" in caught.value.__notes__[0]


@both
@pytest.mark.parametrize(
    "given", [{"idempotency_key": "key"}, {"extra_headers": {"Idempotency-Key": "key"}}]
)
def test_each_step_has_the_options_and_a_key_of_its_own(kind: Any, given: Any) -> None:
    server = Server()
    headers = {"x-mine": "here", **given.get("extra_headers", {})}
    creating(
        kind,
        server,
        lambda c: c.threads.create_and_run(
            assistant_id="a", thread=THREAD, **{**given, "extra_headers": headers}
        ),
    )
    assert {each["x-mine"] for each in server.headers} == {"here"}
    keys = [each.get("idempotency-key") for each in server.headers]
    parts = ["assistant", "thread", "message-1", "message-2", "run"]
    assert keys == ["key", *(f"key-{part}" for part in parts)]


@both
def test_a_thread_without_an_id_ends_it(kind: Any) -> None:
    server = Server("405", {"POST /threads": httpx.Response(200, json={})})
    with pytest.raises(APIError, match=r"threads\.create: the response is no thread"):
        creating(kind, server, lambda c: c.threads.create_and_run(assistant_id="a"))
    assert server.steps == ["POST /threads/runs", "POST /threads"]
