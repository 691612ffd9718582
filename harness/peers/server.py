"""Serve the router of openai-responses, a mock that we didn't write, on loopback.

It runs in an environment of its own, which has openai-responses and the openai package
that this wants. The mock's runs never move, have no steps and stream nothing by
themselves; its users write these things with its stores and its event streams,
and so it is done here, where the test asks for it at `/peer/...`.

It prints its address and serves until it is stopped.
"""

from __future__ import annotations

import json
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGIN = "http://mock.test/v1"
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "add", "arguments": '{"a": 1}'},
}
ACTION = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": [CALL]}}


class Peer:
    """The mock, and what a test may ask of it."""

    def __init__(self) -> None:
        responses: Any = import_module("openai_responses")
        self.mock = responses.OpenAIMock(base_url=ORIGIN)
        self.streaming: Any = responses.streaming
        self.lock = threading.Lock()
        self.runs: Any = self.mock.state.beta.threads.runs

    def respond(self, request: httpx.Request) -> httpx.Response:
        """Have the router respond to a request; it is not made for several threads."""
        with self.lock:
            try:
                response: httpx.Response = self.mock.router.handler(request)
            except AssertionError:
                # That is how it says that no route fits.
                return httpx.Response(404, text="not mocked")
            except Exception:  # noqa: BLE001 - a server that breaks responds so
                traceback.print_exc()
                return httpx.Response(500)
            response.read()
            return response

    def control(self, what: str, given: dict[str, Any]) -> dict[str, Any]:
        """Do what a test asks for."""
        with self.lock:
            getattr(self, f"_{what}")(**given)
        return {}

    def _step(self, **fields: Any) -> None:
        """Put a step of a run into the store."""
        steps: Any = import_module("openai.types.beta.threads.runs.run_step")
        made = {"message_creation": {"message_id": "msg_1"}, "type": "message_creation"}
        more = {"object": "thread.run.step", "status": "completed", "created_at": 1}
        step = {**more, "type": "message_creation", "step_details": made, **fields}
        self.runs.steps.put(steps.RunStep.model_validate(step))

    def _status(self, run_id: str, status: str) -> None:
        """Have a run get somewhere."""
        action = ACTION if status == "requires_action" else None
        run = self.runs.get(run_id).model_dump()
        self.runs.put(self._run({**run, "status": status, "required_action": action}))

    def _moving(self) -> None:
        """Have runs go on whenever somebody looks at them or submits to them."""
        routes = self.mock.beta.threads.runs
        looked, submitted = (
            routes.retrieve.response,
            routes.submit_tool_outputs.response,
        )

        def look(request: httpx.Request, route: Any, **ids: Any) -> httpx.Response:
            run = self.runs.get(ids["run_id"])
            following = {"queued": "in_progress", "in_progress": "completed"}
            if run is not None and run.status == "in_progress" and run.metadata == ASKS:
                following = {"in_progress": "requires_action"}
            if run is not None and run.status in following:
                self._status(run.id, following[run.status])
            found: httpx.Response = looked(request, route, **ids)
            return found

        def submit(request: httpx.Request, route: Any, **ids: Any) -> httpx.Response:
            if self.runs.get(ids["run_id"]) is not None:
                self._status(ids["run_id"], "completed")
            found: httpx.Response = submitted(request, route, **ids)
            return found

        routes.retrieve.response = look
        routes.submit_tool_outputs.response = submit

    def _streams(self) -> None:
        """Have the three operations that may stream do so."""
        threads = self.mock.beta.threads
        for route in (
            threads.create_and_run,
            threads.runs.create,
            threads.runs.submit_tool_outputs,
        ):
            route.response = self._streamed(route.response)

    def _streamed(self, plain: Any) -> Any:
        events: Any = import_module("openai.types.beta.assistant_stream_event")

        def respond(request: httpx.Request, route: Any, **ids: Any) -> httpx.Response:
            response: httpx.Response = plain(request, route, **ids)
            asked = json.loads(request.content)
            if not response.is_success or not asked.get("stream"):
                return response
            run = response.json()

            def generate(_: Any) -> Iterator[Any]:
                for name in ("created", "queued", "in_progress", "completed"):
                    status = "queued" if name == "created" else name
                    kind = f"ThreadRun{name.title().replace('_', '')}"
                    made = self._run({**run, "status": status})
                    event = getattr(events, kind)(event=f"thread.run.{name}", data=made)
                    yield event
                self._status(run["id"], "completed")

            base = self.streaming.EventStream
            stream = type("Events", (base,), {"generate": generate})()
            kind = {"content-type": "text/event-stream"}
            return httpx.Response(200, headers=kind, content=b"".join(stream))

        return respond

    @staticmethod
    def _run(fields: dict[str, Any]) -> Any:
        runs: Any = import_module("openai.types.beta.threads.run")
        return runs.Run.model_validate(fields)


# What a run's metadata are if it is to ask for a tool.
ASKS = {"cell": "asks"}


class Handler(BaseHTTPRequestHandler):
    """Hand requests on to the mock, and its responses back."""

    protocol_version = "HTTP/1.1"
    # A small response is not to wait for the acknowledgement of its headers.
    wbufsize = -1
    disable_nagle_algorithm = True
    peer: Peer

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if self.path.startswith("/peer/"):
            given = json.loads(body)
            response = httpx.Response(200, json=self.peer.control(self.path[6:], given))
        else:
            url = ORIGIN + self.path.removeprefix("/v1")
            request = httpx.Request(
                self.command, url, headers=[*self.headers.items()], content=body
            )
            response = self.peer.respond(request)
        self.send_response_only(response.status_code)
        kind = response.headers.get("content-type")
        if kind is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        self.wfile.write(response.content)

    do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = _serve  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""


def main() -> None:
    """Serve until somebody stops it."""
    Handler.peer = Peer()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
