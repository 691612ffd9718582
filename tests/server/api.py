"""A server as its clients see it, with every response checked by the document."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from harness.contract.document import DOCUMENT, PREFIX
from tests.server.conformance import DONE, deviations, events_of, judge_stream
from tests.server.plain_client import TIMEOUT as TIMEOUT
from tests.server.plain_client import PlainClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server import LocalServer, Output, Turn
    from tests.server.conformance import Event

JSON = dict[str, Any]
JSON_TYPE = {"content-type": "application/json"}

ENDED = ("cancelled", "failed", "completed", "incomplete", "expired")
IDLE = ("requires_action", *ENDED)
"""The states in which a run does nothing by itself."""

# Literal paths before those with parameters: /threads/runs is no thread.
_PATHS = [
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item)
    for path, item in sorted(DOCUMENT["paths"].items(), key=lambda each: "{" in each[0])
]


class Api:
    """A server, as its clients see it."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http
        # Answers to polling are the same again and again.
        self._judged: set[tuple[str, bytes]] = set()

    def get(self, path: str, *, status: int = 200, **query: Any) -> Any:
        """Return the answer to a GET; `include` stands for `include[]`."""
        if "include" in query:
            query["include[]"] = query.pop("include")
        return self._ask("GET", path, status, params=query)

    def post(
        self,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        script: list[list[Any]] | None = None,
        include: str | None = None,
    ) -> Any:
        """Return the answer to a POST.

        Args:
            path: where to.
            body: what to send, as JSON; nothing without one.
            status: the status that the answer must have.
            script: what a run that is created so shall do, turn by turn.
            include: the query parameter `include[]`.
        """
        return self._ask("POST", path, status, **_sending(body, script, include))

    def delete(self, path: str, *, status: int = 200) -> Any:
        """Return the answer to a DELETE."""
        return self._ask("DELETE", path, status)

    @contextmanager
    def stream(
        self,
        path: str,
        body: JSON,
        *,
        script: list[list[Any]] | None = None,
        include: str | None = None,
        key: str | None = None,
    ) -> Iterator[Stream]:
        """Yield the events of a streamed operation while they come."""
        sent = _sending({**body, "stream": True}, script, include)
        if key is not None:
            sent["headers"] = {**sent.get("headers", {}), "Idempotency-Key": key}
        with self.http.stream("POST", path, **sent) as response:
            if response.status_code != 200:
                raise AssertionError(f"{response.status_code}: {response.read()!r}")
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Stream(response)

    def events(self, path: str, body: JSON, **options: Any) -> list[Event]:
        """Return all events of a streamed operation, found to be as they should."""
        with self.stream(path, body, **options) as stream:
            return stream.rest()

    def assistant(self, **settings: Any) -> str:
        """Make an assistant and give its id."""
        made = self.post("/assistants", {"model": "m", **settings})
        return str(made["id"])

    def thread(self, *texts: str) -> str:
        """Make a thread with a user's messages and give its id."""
        messages = [{"role": "user", "content": text} for text in texts]
        return str(self.post("/threads", {"messages": messages})["id"])

    def start(self, thread: str, assistant: str, **options: Any) -> JSON:
        """Start a run, and return it as it is then."""
        keys = ("script", "include", "status")
        how = {key: options.pop(key) for key in keys if key in options}
        body = {"assistant_id": assistant, **options}
        run: JSON = self.post(f"/threads/{thread}/runs", body, **how)
        return run

    def run(self, thread: str, assistant: str, **options: Any) -> JSON:
        """Return a run when it has ended or waits for outputs."""
        return self.wait(self.start(thread, assistant, **options))

    def wait(self, run: JSON, *statuses: str) -> JSON:
        """Return a run as soon as it has one of these states, or is idle."""

        def ready() -> JSON | None:
            now = self.again(run)
            return now if now["status"] in (statuses or IDLE) else None

        what = f"{run['id']} to be {' or '.join(statuses or IDLE)}"
        found: JSON = until(ready, what)
        return found

    def again(self, run: JSON) -> JSON:
        """Return a run as it is now."""
        now: JSON = self.get(path_of(run))
        return now

    def cancel(self, run: JSON, *, status: int = 200) -> JSON:
        """Ask for a run to be cancelled."""
        response: JSON = self.post(f"{path_of(run)}/cancel", status=status)
        return response

    def submit(self, run: JSON, *outputs: str) -> JSON:
        """Hand in outputs for all calls of a run, in order."""
        body = {"tool_outputs": outputs_for(run, *outputs)}
        response: JSON = self.post(f"{path_of(run)}/submit_tool_outputs", body)
        return response

    def steps(self, run: JSON, **query: Any) -> list[JSON]:
        """Return the steps of a run, oldest first."""
        steps: list[JSON] = self.get(f"{path_of(run)}/steps", order="asc", **query)[
            "data"
        ]
        return steps

    def messages(self, thread: str, **query: Any) -> list[JSON]:
        """Return the messages of a thread, oldest first."""
        path = f"/threads/{thread}/messages"
        messages: list[JSON] = self.get(path, order="asc", **query)["data"]
        return messages

    def answers(self, run: JSON) -> list[str]:
        """Return the texts that a run wrote, oldest first."""
        return [text_of(m) for m in self.messages(run["thread_id"], run_id=run["id"])]

    def _ask(self, method: str, path: str, status: int, **sent: Any) -> Any:
        response = self.http.request(method, path, **sent)
        if response.status_code != status:
            text = f"{method} {path}: {response.status_code}, {response.text[:500]}"
            raise AssertionError(text)
        assert response.headers["content-type"] == "application/json"
        data, schema = response.json(), schema_of(method, path, status)
        if (schema, response.content) not in self._judged:
            assert deviations(data, schema) == []
            self._judged.add((schema, response.content))
        return data


class Stream:
    """The events of a stream, while they come."""

    def __init__(self, response: httpx.Response) -> None:
        self.seen: list[Event] = []
        self._texts = response.iter_text()
        self._text = ""
        # How much of it has been read as events.
        self._read = 0

    def until(self, *names: str) -> Event:
        """Read on until an event with one of these names, and return it."""
        while not (self.seen and self.seen[-1][0] in names):
            self._next()
        return self.seen[-1]

    def until_text(self, text: str) -> None:
        """Read on until the pieces of the answer make up a text."""
        while text not in written(self.seen):
            self._next()

    def rest(self) -> list[Event]:
        """Read to the end; return all events, found to be as they should."""
        while not (self.seen and self.seen[-1] == DONE):
            self._next()
        rest = [text for text in self._texts if text]
        assert rest == []
        assert judge_stream(self._text) == []
        return self.seen

    def _next(self) -> None:
        """Read one more event."""
        while "\n\n" not in self._text[self._read :]:
            piece = next(self._texts, None)
            assert piece is not None, f"the stream ended after {self.seen[-1:]}"
            self._text += piece
        end = self._text.index("\n\n", self._read) + 2
        self.seen += events_of(self._text[self._read : end])
        self._read = end


class Gate:
    """An engine that stops half-way until it is let go.

    Attributes:
        reached: set when a run has come to where it stops.
    """

    def __init__(self, *before: Output, after: tuple[Output, ...] = ()) -> None:
        self.reached = threading.Event()
        self._before = before
        self._after = after
        self._open = threading.Event()

    def __call__(self, turn: Turn) -> Iterator[Output]:
        yield from self._before
        self.reached.set()
        assert self._open.wait(TIMEOUT)
        yield from self._after

    def open(self) -> None:
        """Let all runs continue, later ones too."""
        self._open.set()


def until(ready: Any, what: str) -> Any:
    """Ask again and again, until there is something to give.

    Args:
        ready: gives it, or none as long as there is nothing.
        what: what is waited for, in words.
    """
    deadline = time.monotonic() + TIMEOUT
    # Most is there at once; to ask often for what isn't takes its time away from it.
    pause = 0.002
    while not (found := ready()):
        assert time.monotonic() < deadline, f"waited {TIMEOUT} s for {what}"
        time.sleep(pause)
        pause = min(1.5 * pause, 0.05)
    return found


def schema_of(method: str, path: str, status: int) -> str:
    """Return the name of the schema that the document has for an answer."""
    if status >= 400:
        return "ErrorResponse"
    item = next(item for pattern, item in _PATHS if pattern.fullmatch(path))
    content = item[method.lower()]["responses"]["200"]["content"]
    reference: str = content["application/json"]["schema"]["$ref"]
    return reference.removeprefix(PREFIX)


def path_of(run: JSON) -> str:
    """Return the path of a run."""
    return f"/threads/{run['thread_id']}/runs/{run['id']}"


def calls_of(run: JSON) -> list[JSON]:
    """Return the calls whose outputs a run waits for."""
    calls: list[JSON] = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    return calls


def outputs_for(run: JSON, *outputs: str) -> list[JSON]:
    """Return outputs for all calls of a run, in the form to hand them in."""
    pairs = zip(calls_of(run), outputs, strict=True)
    return [{"tool_call_id": call["id"], "output": output} for call, output in pairs]


def function(name: str, **properties: JSON) -> JSON:
    """Make the definition of a function whose arguments are all required."""
    parameters = {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
    described = {"name": name, "parameters": parameters}
    return {"type": "function", "function": described}


def text_of(message: JSON) -> str:
    """Return all text of a message, its parts on lines of their own."""
    parts = [part["text"]["value"] for part in message["content"] if "text" in part]
    return "\n".join(parts)


def written(events: list[Event]) -> str:
    """Return the text that the deltas of messages make up."""
    return "".join(
        part["text"].get("value", "")
        for name, data in events
        if name == "thread.message.delta"
        for part in data["delta"]["content"]
        if part["type"] == "text"
    )


def refused(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the error of an answer that is one, in the document's shape."""
    assert response.status_code == status, response.text[:500]
    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"]
    body = response.json()
    assert deviations(body, "ErrorResponse") == []
    error: dict[str, Any] = body["error"]
    assert 0 < len(error["message"]) < 1500
    return error


def send(
    http: httpx.Client, path: str, body: bytes | str, **headers: str
) -> httpx.Response:
    """Send a body as it is, as JSON unless a header says otherwise."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return http.post(path, content=body, headers={**JSON_TYPE, **named})


def raw(server: LocalServer, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes, and return the head and the body of what comes until the end."""
    with socket.create_connection(("127.0.0.1", server.port), TIMEOUT) as connection:
        connection.sendall(request)
        response = b""
        while piece := connection.recv(65536):
            response += piece
    head, _, body = response.partition(b"\r\n\r\n")
    return head, body


@contextmanager
def talking(server: LocalServer) -> Iterator[Api]:
    """Provide a client of a server."""
    with PlainClient(server.url) as http:
        yield Api(http)


def _sending(
    body: Any, script: list[list[Any]] | None, include: str | None
) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    if body is not None:
        sent["json"] = body
    if script is not None:
        sent["headers"] = {"X-Local-Script": json.dumps(script)}
    if include is not None:
        sent["params"] = {"include[]": include}
    return sent
