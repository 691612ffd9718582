"""No request that the limits let through holds up the event loop."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.compact_json import to_json
from tests.server import loop_watch
from tests.server.api import Api, refused, send, until
from tests.server.inside import changing, inside
from tests.server.loop_watch import LONGEST, Steps, watched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistants_server import LocalServer
    from assistants_server.store.database import Database

MIB = 1024 * 1024
MOST = 8 * MIB
MESSAGE = {"role": "user", "content": "x"}
TEXT = {"type": "text", "text": "x"}


@pytest.fixture
def steps() -> Iterator[Steps]:
    """Provide the longest step of the loop, and fail if it was too long."""
    with watched() as steps:
        yield steps
    steps.check()


@pytest.mark.parametrize("slowness", [1, 9])
def test_the_watchdog_sees_what_holds_up(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch, slowness: int
) -> None:
    def busy() -> None:
        end = time.thread_time() + 2 * LONGEST
        while time.thread_time() < end:
            pass

    with watched() as steps:
        inside(server, busy)
    assert steps.longest >= 2 * LONGEST
    monkeypatch.setattr(loop_watch, "slowness", lambda: slowness)
    with pytest.raises(AssertionError) if slowness == 1 else nullcontext():
        steps.check()


def _filled(start: bytes, item: bytes, end: bytes, size: int = MOST) -> bytes:
    """Return a body as large as it may be, with as many items as go into it."""
    room = size - len(start) - len(end) - len(item)
    return start + item * (room // len(item)) + item.rstrip(b",") + end


# Made when they are sent, not by each process that lists the tests.
BODIES: dict[str, Callable[[], bytes]] = {
    "empty messages": lambda: _filled(b'{"messages": [', b"{},", b"]}"),
    "messages of a schema": lambda: _filled(
        b'{"messages": [', b'{"role":"user"},', b"]}", MIB
    ),
    "lists": lambda: _filled(b'{"messages": [', b"[],", b"]}"),
    "in a text": lambda: _filled(b'{"metadata": {"a": "', b"{},", b'"}}'),
    "quotes in a text": lambda: _filled(b'{"metadata": {"a": "', b'\\"', b'"}}'),
    "quotes without an end": lambda: _filled(b'{"metadata": {"a": "', b'\\"', b",,"),
    "commas": lambda: b"," * MOST,
    "numbers": lambda: _filled(b'{"metadata": [', b"1,", b"]}"),
    "pairs": lambda: _filled(b'{"metadata": {', b'"a":1,', b"}}"),
    "surrogates": lambda: _filled(b'{"metadata": {"a": "', b"\\ud800", b'"}}', MIB),
    "deviations": lambda: json.dumps({"messages": [{}] * 30_000}).encode(),
    "too many messages": lambda: json.dumps({"messages": [MESSAGE] * 20_000}).encode(),
    "too many parts": lambda: json.dumps(
        {"messages": [{"role": "user", "content": [TEXT] * 20_000}]}
    ).encode(),
    "too many attachments": lambda: json.dumps(
        {"messages": [{**MESSAGE, "attachments": [{"file_id": "f"}] * 500}] * 30}
    ).encode(),
    "vector stores": lambda: json.dumps(
        {"tool_resources": {"file_search": {"vector_stores": [{}] * 30_000}}}
    ).encode(),
}


@pytest.mark.parametrize("what", BODIES)
def test_bodies_that_are_refused(api: Api, steps: Steps, what: str) -> None:
    body = BODIES[what]()
    assert len(body) <= MOST
    refused(send(api.http, "/threads", body), 400)


def test_as_many_messages_as_may_be(api: Api, steps: Steps) -> None:
    body = {"messages": [MESSAGE] * 1000}
    thread = api.post("/threads", body)["id"]
    api.post(f"/threads/{thread}/messages", MESSAGE)


@pytest.mark.parametrize("key", ["", "one"])
def test_the_largest_text(api: Api, steps: Steps, key: str) -> None:
    path = f"/threads/{api.thread()}/messages"
    body = json.dumps({"role": "user", "content": "x" * (MOST - 100)})
    headers = {"idempotency_key": key} if key else {}
    assert send(api.http, path, body, **headers).status_code == 200
    page = api.http.get(path).json()
    assert len(page["data"]) == 1


def test_many_schemas(api: Api, steps: Steps) -> None:
    """The first check of a schema also loads what checks it."""
    properties = {f"p{n}": {"type": "string"} for n in range(40)}
    parameters = {"type": "object", "properties": properties}
    tools = [
        {"type": "function", "function": {"name": f"f{n}", "parameters": parameters}}
        for n in range(16)
    ]
    api.post("/assistants", {"model": "m", "tools": tools})


def _add(server: LocalServer, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
    changing(server, lambda database: database.executemany(sql, rows))


@pytest.fixture(scope="module")
def long_thread(server: LocalServer, api: Api) -> str:
    """Provide a thread of 20,000 messages."""
    thread = api.thread("Hi")
    (message,) = api.messages(thread)
    text = to_json({**message, "id": "msg_0"})
    before, after = text.split("msg_0")
    _add(
        server,
        "insert into objects (id, kind, thread, body, notes)"
        " values (?, 'message', ?, ?, '{}')",
        ((f"msg_{n}", thread, f"{before}msg_{n}{after}") for n in range(20_000)),
    )
    return thread


@pytest.mark.parametrize(
    ("settings", "tokens"),
    [
        ({}, 10_000),
        ({"truncation_strategy": {"type": "last_messages", "last_messages": 1}}, 1),
        (
            {"truncation_strategy": {"type": "last_messages", "last_messages": 3000}},
            3000,
        ),
        ({"max_prompt_tokens": 1000}, 1000),
        ({"max_prompt_tokens": 90_000}, 10_000),
    ],
)
def test_a_long_thread(
    api: Api, long_thread: str, steps: Steps, settings: dict[str, Any], tokens: int
) -> None:
    run = api.run(long_thread, api.assistant(), **settings)
    assert run["status"] == "completed"
    # Its own answers, of which there are a few, are longer than the others.
    assert abs(run["usage"]["prompt_tokens"] - tokens) < 50


def test_lists_of_a_long_thread(api: Api, long_thread: str, steps: Steps) -> None:
    path = f"/threads/{long_thread}/messages"
    assert len(api.get(path, limit=100)["data"]) == 100
    assert api.get(path, run_id="run_of_nobody")["data"] == []


def test_deleting_a_long_thread(
    server: LocalServer, api: Api, long_thread: str, steps: Steps
) -> None:
    """The last of the tests of this thread."""
    api.delete(f"/threads/{long_thread}")
    api.get(f"/threads/{long_thread}/messages", status=404)
    left = "select count(*) from objects where body is not null and thread = ?"

    def gone(database: Database) -> bool:
        return bool(database.execute(left, (long_thread,)).fetchone() == (0,))

    until(lambda: changing(server, gone), "the messages to go")


def test_a_list_of_long_texts(api: Api, steps: Steps) -> None:
    thread = api.thread()
    body = json.dumps({"role": "user", "content": "x" * MIB})
    for _ in range(8):
        send(api.http, f"/threads/{thread}/messages", body)
    page = api.http.get(f"/threads/{thread}/messages", params={"limit": 100}).json()
    assert [len(each["content"][0]["text"]["value"]) for each in page["data"]] == (
        [MIB] * 8
    )
    run = api.run(thread, api.assistant())
    assert run["status"] == "completed"


@pytest.fixture(scope="module")
def files(server: LocalServer, api: Api) -> list[str]:
    """Provide 12,000 files without content."""
    sent = {"file": ("a.txt", b"x")}
    made = api.http.post("/files", files=sent, data={"purpose": "assistants"}).json()
    ids = [f"file-{n}" for n in range(12_000)]
    before, after = to_json(made).split(made["id"])
    _add(
        server,
        "insert into objects (id, kind, body, notes, label)"
        " values (?, 'file', ?, '{}', 'assistants')",
        ((each, f"{before}{each}{after}") for each in ids),
    )
    return ids


def test_a_page_of_ten_thousand(api: Api, files: list[str], steps: Steps) -> None:
    page = api.http.get("/files", params={"limit": 10_000}).json()
    assert len(page["data"]) == 10_000
    assert page["has_more"]


def test_a_batch_of_two_thousand(api: Api, files: list[str], steps: Steps) -> None:
    """Without contents none of them can be indexed, which is not what is watched."""
    store = api.post("/vector_stores", {})["id"]
    body = {"file_ids": files[:2000]}
    batch = api.post(f"/vector_stores/{store}/file_batches", body)
    assert batch["file_counts"]["total"] == 2000
    cancelled = api.post(f"/vector_stores/{store}/file_batches/{batch['id']}/cancel")
    assert cancelled["status"] == "cancelled"


def test_a_vector_store_of_many_files(
    server: LocalServer, api: Api, files: list[str], steps: Steps
) -> None:
    store = api.post("/vector_stores", {})["id"]
    path = f"/vector_stores/{store}"
    api.post(f"{path}/files", {"file_id": files[0]})
    made = api.get(f"{path}/files/{files[0]}")
    text = to_json({**made, "status": "failed"})
    before, after = text.split(files[0], 1)
    _add(
        server,
        "insert into vector_store_files (vector_store, file, body, status, usage)"
        " values (?, ?, ?, 'failed', 0) on conflict (vector_store, file)"
        " do update set body = excluded.body, status = excluded.status",
        ((store, each, f"{before}{each}{after}") for each in files),
    )
    # Which was the test's own.
    steps.longest = 0.0
    assert api.get(path)["file_counts"]["total"] == len(files)
    assert api.get(f"{path}/files", filter="cancelled")["data"] == []
    found = {"query": "x", "filters": {"type": "eq", "key": "a", "value": "b"}}
    assert api.post(f"{path}/search", found)["data"] == []
    api.get("/vector_stores")
    api.delete(path)


def test_a_long_text_that_is_indexed(api: Api, steps: Steps) -> None:
    text = "Où est la plage ? " * 50_000
    for encoding in ("utf-8", "latin-1"):
        sent = {"file": ("a.txt", text.encode(encoding))}
        data = {"purpose": "assistants"}
        file = api.http.post("/files", files=sent, data=data).json()["id"]
        store = api.post("/vector_stores", {})["id"]
        body = {
            "file_id": file,
            "chunking_strategy": {
                "type": "static",
                "static": {"max_chunk_size_tokens": 4096, "chunk_overlap_tokens": 0},
            },
        }
        path = f"/vector_stores/{store}/files"
        api.post(path, body)
        until(
            lambda: api.get(f"{path}/{file}")["status"] == "completed",  # noqa: B023
            "the index",
        )
