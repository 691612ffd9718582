"""Streams without a server: events as bytes, and the flow that reads them."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING, Any

import httpx
from attrs import frozen

from assistants_api.models import MessageObject, RunObject, RunStepObject
from assistants_api.types import Request
from assistants_client._call import Call, CallResult
from assistants_client._drive import iterate
from assistants_client._effects import NoResponse
from assistants_client._events.snapshots import Snapshots
from assistants_client._flows.follow import Plan, follow_run
from assistants_client._flows.poll_policy import PollPolicy
from harness.flow_driver import FlowDriver

if TYPE_CHECKING:
    from collections.abc import Iterable

Events = list[tuple[str, Any]]
RUN = {"id": "run_1", "object": "thread.run"}
MODELS: dict[str, Any] = {
    "Run": RunObject,
    "Message": MessageObject,
    "RunStep": RunStepObject,
}


def run_event(status: str, name: str | None = None) -> tuple[str, Any]:
    """Return an event of the run."""
    return f"thread.run.{name or status}", {**RUN, "status": status}


def message_delta(text: str) -> tuple[str, Any]:
    """Return a delta of the text of the message."""
    parts = [{"index": 0, "type": "text", "text": {"value": text}}]
    return "thread.message.delta", {
        "id": "msg_1",
        "object": "thread.message.delta",
        "delta": {"content": parts},
    }


def message(text: str | None, status: str, name: str | None = None) -> tuple[str, Any]:
    """Return an event with the whole message."""
    parts = [{"type": "text", "text": {"value": text, "annotations": []}}]
    return f"thread.message.{name or status}", {
        "id": "msg_1",
        "object": "thread.message",
        "status": status,
        "content": [] if text is None else parts,
    }


def step(status: str, name: str | None = None) -> tuple[str, Any]:
    """Return an event of the step in which the message is written."""
    creation = {"message_id": "msg_1"}
    return f"thread.run.step.{name or status}", {
        "id": "step_1",
        "object": "thread.run.step",
        "status": status,
        "step_details": {"type": "message_creation", "message_creation": creation},
    }


TEXT = "Hé\u2028llo\u0085, wörld \U0001f600."
"""What is hard to read rightly: these separate lines elsewhere."""
SAMPLE: Events = [
    run_event("queued", "created"),
    step("in_progress", "created"),
    message(None, "in_progress", "created"),
    *(message_delta(TEXT[:4]), message_delta(TEXT[4:])),
    message(TEXT, "completed"),
    step("completed"),
    run_event("completed"),
]
"""A short run, from its beginning to its end, without the event that says so."""


def frame(name: str, data: Any, *, ascii_only: bool = True) -> str:
    """Return an event in its usual encoding."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=ascii_only)
    return (f"event: {name}\n" if name else "") + f"data: {text}\n\n"


def body(events: Events, *, done: bool = True, ascii_only: bool = True) -> bytes:
    """Return events in their usual encoding."""
    frames = [frame(name, data, ascii_only=ascii_only) for name, data in events]
    return "".join([*frames, frame("done", "[DONE]") if done else ""]).encode()


class _Calls:
    """Makes live objects; requests fail the test."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked for")

    def named(self) -> Any:
        # The calls of these tests bring no id of a run.
        return None

    def live(self, kind: str, data: Any) -> Any:
        return None if data is None else MODELS[kind].from_dict(data)


@frozen
class Followed:
    """What came of a stream.

    Attributes:
        events: the typed events that were emitted.
        snapshots: the accumulated objects.
        error: the exception at the end, if any.
    """

    events: list[Any]
    snapshots: Snapshots
    error: Exception | None

    def outcome(self) -> Any:
        """Return all of it in a form that compares."""
        error = self.error
        names = [_name(event) for event in self.events]
        return names, self.state(), type(error), str(error)

    def state(self) -> Any:
        """Return the run, the messages and the steps as they are at the end."""
        held = self.snapshots
        messages = {key: each.snapshot() for key, each in held.messages.items()}
        steps = {key: each.snapshot() for key, each in held.steps.items()}
        return held.run, messages, steps


def _name(event: Any) -> Any:
    """Return the name of an event, be it of a known kind or not."""
    found = getattr(event, "event", None)
    return found if isinstance(found, str) else event.to_dict()["event"]


def follow(
    chunks: Iterable[bytes],
    *,
    kind: str = "text/event-stream; charset=utf-8",
    breaks: bool = False,
) -> Followed:
    """Follow a stream to its end, whatever that is, without input or output.

    Args:
        chunks: the bytes as they come.
        kind: the content type of the response.
        breaks: whether the connection breaks after them, and isn't closed.
    """
    call: Any = Call(
        operation="threads.runs.create",
        request=Request(method="POST", path="/threads/runs"),
        read=lambda result: result,
        stream=True,
    )
    response = httpx.Response(200, headers={"content-type": kind} if kind else {})
    result: CallResult[Any] = CallResult(call, response, "u", 1)
    snapshots = Snapshots()
    cut = [NoResponse("the cable was cut", stage="answered")] if breaks else []
    driver = FlowDriver(chunks=chain(chunks, cut))
    events: list[Any] = []
    calls: Any = _Calls()
    policy = PollPolicy(clock=driver.clock)
    flow = follow_run(result, snapshots, Plan(calls=calls, policy=policy))
    try:
        # What came before an error stays in the list.
        events.extend(iterate(flow, driver.perform, lambda received: received[0]))
    except Exception as error:  # noqa: BLE001 - it is what is looked at
        return Followed(events, snapshots, error)
    return Followed(events, snapshots, None)
