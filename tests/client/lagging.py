"""A server whose run goes on asking for tool calls when it has their outputs."""

from __future__ import annotations

import json
from typing import Any

import httpx
from attrs import define, field

RUN = "/threads/thread_1/runs/run_1"
# Requests beyond which something goes on for ever.
_MOST = 500


@define
class Lagging:
    """Answers the requests of one run, as `httpx.MockTransport` asks for it.

    Attributes:
        rounds: the ids of the calls that it asks for, one action after the other.
        lag: how many looks at the run still show an action that was answered.
        submitting: what becomes of the submissions, one after the other: each is
            called first, and may respond or raise; one that returns None is taken.
        steps: whether the steps say what has become of the outputs.
        repeats: whether an action shows the calls of those before as well.
        submitted: the ids and outputs of each submission, and whether it is streamed.
        asked: the method and path of each request.
    """

    rounds: list[list[str]] = field(factory=lambda: [["call_1"]])
    lag: float = 0
    submitting: list[Any] = field(factory=list)
    steps: bool = True
    repeats: bool = False
    submitted: list[tuple[dict[str, str], bool]] = field(factory=list)
    asked: list[str] = field(factory=list)
    round: int = 0
    taken: int = 0
    behind: float = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1")
        self.asked.append(f"{request.method} {path.removeprefix('/threads/thread_1')}")
        assert len(self.asked) < _MOST, "a loop without pauses"
        body = json.loads(request.content or b"{}")
        if path.endswith("/submit_tool_outputs"):
            return self._submit(body)
        if path.endswith("/runs"):
            return self._run(streamed=body.get("stream"))
        if path == RUN:
            return self._run()
        if path.endswith("/cancel"):
            return httpx.Response(200, json={**self.run("cancelling")})
        if path.endswith("/steps"):
            return self._list([self._step()] if self.steps else [])
        assert path.endswith("/messages"), path
        return self._list([])

    def take(self) -> None:
        """Have the outputs of the present action."""
        self.taken += 1
        self.behind = self.lag

    def run(self, status: str, calls: list[str] | None = None) -> dict[str, Any]:
        """Return the run as JSON data."""
        functions = [
            {
                "id": each,
                "type": "function",
                "function": {"name": "pay", "arguments": "{}"},
            }
            for each in calls or ()
        ]
        action = {
            "type": "submit_tool_outputs",
            "submit_tool_outputs": {"tool_calls": functions},
        }
        return {
            "id": "run_1",
            "object": "thread.run",
            "thread_id": "thread_1",
            "assistant_id": "asst_1",
            "status": status,
            "required_action": action if calls else None,
        }

    def _submit(self, body: Any) -> httpx.Response:
        outputs = {
            each["tool_call_id"]: each["output"] for each in body["tool_outputs"]
        }
        self.submitted.append((outputs, bool(body.get("stream"))))
        if self.submitting:
            answer = self.submitting.pop(0)(self)
            if answer is not None:
                found: httpx.Response = answer
                return found
        if self.taken > self.round:
            text = "no outputs are expected"
            return httpx.Response(400, json={"error": {"message": text}})
        self.take()
        return self._run(streamed=body.get("stream"))

    def _run(self, *, streamed: Any = False) -> httpx.Response:
        if self.behind:
            self.behind -= 1
        else:
            self.round = self.taken
        if self.round < len(self.rounds):
            first = 0 if self.repeats else self.round
            shown = [
                each for ids in self.rounds[first : self.round + 1] for each in ids
            ]
            run = self.run("requires_action", shown)
        else:
            run = self.run("completed")
        if not streamed:
            return httpx.Response(200, json=run)
        return events((f"thread.run.{run['status']}", run), ("done", "[DONE]"))

    def _step(self) -> dict[str, Any]:
        calls = [
            {
                "id": each,
                "type": "function",
                "function": {
                    "name": "pay",
                    "arguments": "{}",
                    "output": "paid" if number < self.taken else None,
                },
            }
            for number, ids in enumerate(self.rounds)
            for each in ids
        ]
        return {
            "id": "step_1",
            "object": "thread.run.step",
            "status": "in_progress",
            "step_details": {"type": "tool_calls", "tool_calls": calls},
        }

    def _list(self, items: list[Any]) -> httpx.Response:
        data = {"object": "list", "data": items, "has_more": False}
        return httpx.Response(200, json=data)


def events(*named: tuple[str, Any]) -> httpx.Response:
    """Return a stream of events."""
    lines = []
    for name, data in named:
        text = data if isinstance(data, str) else json.dumps(data)
        lines += [f"event: {name}", f"data: {text}", "", ""]
    text = "\n".join(lines)
    return httpx.Response(200, headers={"content-type": "text/event-stream"}, text=text)


def lost(status: int = 500) -> Any:
    """Return what fails without taking the outputs."""
    return lambda _: httpx.Response(status, json={"error": {"message": "no"}})


def cut_off(*, taken: bool) -> Any:
    """Return what breaks the connection, having taken the outputs or not."""

    def submit(server: Lagging) -> httpx.Response:
        if taken:
            server.take()
        raise httpx.ReadError("the cable was cut")

    return submit


def cut_stream(*, taken: bool) -> Any:
    """Return what begins a stream and says nothing in it."""

    def submit(server: Lagging) -> httpx.Response:
        if taken:
            server.take()
        return httpx.Response(
            200, headers={"content-type": "text/event-stream"}, text=": hello\n\n"
        )

    return submit
