"""A server that responds to each request with what it was, for crowds of callers."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

from harness.scripted_server import Response, ScriptedServer, actions_of, chunk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.scripted_server import Action, Reply, Request

RUN = {"id": "run_1", "object": "thread.run", "thread_id": "tools"}
ITEMS = 7
"""How many items each list has."""
TOOLS = "tools"
"""The thread whose runs call a function."""
PIECES = 5
"""How many pieces of text each stream has."""


class EchoServer(ScriptedServer):
    """The server.

    A request with the header `x-hold: NAME` gets its response once that name is
    released. One to `.../runs` gets events, a GET of `.../messages` a page, both made
    of the id of the thread; any other an object whose metadata say what it was. A run
    of the thread `TOOLS` asks for the function `add`, and ends with its output.
    """

    def __init__(self) -> None:
        super().__init__(self._hold_and_respond)
        self.url += "/v1"
        self._gates: dict[str, threading.Event] = {}

    def _gate(self, name: str) -> threading.Event:
        return self._gates.setdefault(name, threading.Event())

    def release(self, name: str) -> None:
        """Let the requests go that are held by this name, and all that follow."""
        self._gate(name).set()

    def until_held(self, name: str, number: int) -> None:
        """Wait until so many requests came that are held by this name."""
        self.until(
            lambda: (
                number
                <= sum(each.headers.get("x-hold") == name for each in [*self.requests])
            )
        )

    def _hold_and_respond(self, request: Request) -> Iterator[Action]:
        name = request.headers.get("x-hold")
        if name:
            yield self._gate(name)
        yield from actions_of(_reply(request))


def expected_echo(mark: str) -> dict[str, Any]:
    """Return the echo of the request for a message in a thread."""
    return {
        "method": "POST",
        "path": f"/v1/threads/{mark}/messages",
        "query": {"q": mark},
        "mark": mark,
        "body": {"role": "user", "content": f"of {mark}"},
    }


def expected_items(mark: str) -> list[str]:
    """Return the ids of all items of a thread's list."""
    return [f"{mark}.{number}" for number in range(ITEMS)]


def expected_text(mark: str) -> str:
    """Return the text that a thread's stream makes up."""
    return "".join(f"{mark}:{number} " for number in range(PIECES))


def pool_problems(http: Any, at_most: int) -> list[str]:
    """Return what is wrong with the pool of a client of httpx that nobody uses now."""
    pool = http._transport._pool
    busy = [each for each in pool.connections if not each.is_idle()]
    found = [f"a connection is in use: {each!r}" for each in busy]
    if pool.used:
        found.append(f"{pool.used} connections are not given back")
    if len(pool.connections) > at_most:
        found.append(f"{len(pool.connections)} connections")
    return found


def _reply(request: Request) -> Reply:
    # The paths are /v1/threads/{mark}/...
    mark, _, what = request.path.removeprefix("/v1/threads/").partition("/")
    if request.method == "POST" and what == "runs":
        return _streamed(_required() if mark == TOOLS else _events(mark))
    if what.endswith("/submit_tool_outputs"):
        return _streamed(
            [_event("thread.run.completed", {**RUN, "status": "completed"})]
        )
    if what == "messages" and request.method == "GET":
        return Response.of(_page(mark, dict(request.query)))
    echo = {
        "method": request.method,
        "path": request.path,
        "query": dict(request.query),
        "mark": request.headers.get("x-mark"),
        "key": request.headers.get("authorization"),
        "body": request.json() if request.body[:1] == b"{" else None,
    }
    return Response.of({"id": "msg_1", "object": "thread.message", "metadata": echo})


def _streamed(events: Iterable[bytes]) -> Iterator[Action]:
    yield Response(content_type="text/event-stream").head("Transfer-Encoding: chunked")
    yield from map(chunk, events)
    # Who has read the last event may have the connection serve the next request.
    yield chunk(b"event: done\ndata: [DONE]\n\n") + chunk(b"")


def _required() -> Iterator[bytes]:
    function = {"name": "add", "arguments": '{"a": 1, "b": 2}'}
    calls = [{"id": "call_1", "type": "function", "function": function}]
    action = {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {"tool_calls": calls},
    }
    run = {**RUN, "status": "requires_action", "required_action": action}
    yield _event("thread.run.requires_action", run)


def _page(mark: str, query: dict[str, str]) -> dict[str, Any]:
    ids = expected_items(mark)
    begin = ids.index(query["after"]) + 1 if "after" in query else 0
    end = begin + int(query["limit"])
    data = [{"id": each, "object": "thread.message"} for each in ids[begin:end]]
    return {"object": "list", "data": data, "has_more": end < len(ids)}


def _events(mark: str) -> Iterator[bytes]:
    run = {"id": "run_1", "object": "thread.run", "thread_id": mark}
    yield _event("thread.run.created", {**run, "status": "queued"})
    for number in range(PIECES):
        text = {"value": f"{mark}:{number} "}
        delta = {"content": [{"index": 0, "type": "text", "text": text}]}
        kind = "thread.message.delta"
        yield _event(kind, {"id": "msg_1", "object": kind, "delta": delta})
    yield _event("thread.run.completed", {**run, "status": "completed"})


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
