"""Follow a run by the events of its streams, through tool calls and broken streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from .. import _api
from .._effects import (
    BufferedResponse,
    Emit,
    NoResponse,
    Note,
    Receive,
    UnreadableResponse,
)
from .._error_messages import message
from .._errors import APIError, StreamInterrupted
from .._events.catch_up import catch_up
from .._events.parse import (
    DONE,
    ERROR,
    ParsedEvent,
    Received,
    parse_event,
    to_model,
)
from .._json import decode
from .._text import word
from .poll import PollPolicy, poll_run
from .tool_calls import tool_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .._api import Event, RunObject
    from .._call import CallResult
    from .._effects import Flow
    from .._events.accumulate import Accumulated
    from .._events.snapshots import Snapshots


class Calls(Protocol):
    """The calls that following a run takes."""

    def retrieve(self, run: RunObject) -> Flow[CallResult[Any]]:
        """Retrieve the run."""
        ...

    def cancel(self, run: RunObject) -> Flow[CallResult[Any]]:
        """Cancel the run."""
        ...

    def steps(self, run: RunObject) -> Flow[list[Any]]:
        """Return all steps of the run, the first one first."""
        ...

    def messages(self, run: RunObject) -> Flow[list[Any]]:
        """Return all messages of the run, the first one first."""
        ...

    def newest(self, thread_id: str) -> Flow[Any]:
        """Return the newest run of a thread; None if it has none."""
        ...

    def named(self) -> Any:
        """Return the run that the method was called with; None if it is a new one."""
        ...

    def live(self, kind: str, data: Any) -> Any:
        """Return the live object of JSON data; None stays None."""
        ...


@frozen(kw_only=True)
class Plan:
    """What to do where a stream alone doesn't lead to the end of the run.

    Attributes:
        calls: the calls of the run.
        clock: seconds, from any moment on, that never go back.
        act: performs what a run requires, and returns the response that goes on; None
            where the stream ends there.
        resume: how to poll a run whose stream broke off; None where that raises.
    """

    calls: Calls
    clock: Callable[[], float]
    act: Callable[[Any], Flow[CallResult[Any]]] | None = None
    resume: PollPolicy | None = None


@frozen
class _Break:
    """How a stream ended before its run did."""

    why: str
    timed_out: bool = False
    cause: Exception | None = None


def follow_run(first: CallResult[Any], snapshots: Snapshots, plan: Plan) -> Flow[None]:
    """Emit the events of a run, until it has ended or waits for somebody else.

    Args:
        first: the response that the stream begins with.
        snapshots: where events are accumulated. Only this flow changes them; each
            event is in them when it is emitted.
        plan: what to do where the stream ends early, or the run requires an action.

    Raises:
        StreamInterrupted: the stream broke off, and nothing is to be done about it.
        DecodeError: the response is no stream.
        ToolError: a tool failed, and that is to be raised.
        APIError: an event is an error, or a call failed.
    """
    result = first
    while True:
        broken = yield from _receive(result, first, snapshots, plan.clock)
        if broken is not None and not (snapshots.ended or snapshots.requires_action):
            if plan.resume is None:
                raise _interrupted(result, snapshots, plan, broken)
            yield Note(f"the stream broke off ({broken.why}); polling the run")
            yield from _resume(result, snapshots, plan, broken)
        if not snapshots.requires_action or plan.act is None:
            return
        run = plan.calls.live("Run", snapshots.run)
        if not tool_calls(run):
            return
        result = yield from plan.act(run)
        snapshots.outputs_submitted()


def _receive(
    result: CallResult[Any],
    first: CallResult[Any],
    snapshots: Snapshots,
    clock: Callable[[], float],
) -> Flow[_Break | None]:
    """Emit the events of one response; return how it broke off, if it did."""
    kind = result.response.headers.get("content-type", "").partition(";")[0].strip()
    if kind.lower().endswith(("json", "html")):
        return (yield from _receive_json(result, snapshots))
    decoder = _api.EventDecoder()
    receive = Receive(result.response, result.limit)
    idle_timeout = result.idle_timeout
    last_event = clock()
    broken = None
    try:
        while (chunk := (yield receive)) is not None:
            events = decoder.feed(chunk)
            for event in events:
                parsed = parse_event(event.event, event.data)
                if parsed.is_truncated:
                    return _Break(f"a {parsed.name} came whose data is no JSON")
                yield Emit(_received(parsed, event, snapshots))
                if parsed.name == ERROR:
                    raise _error(parsed.data, first)
                if snapshots.done:
                    # Whatever follows is no part of the stream.
                    return None
            if events:
                last_event = clock()
            elif idle_timeout is not None and clock() - last_event > idle_timeout:
                # Comments keep a connection open, but say nothing about the run.
                why = f"no event came for {idle_timeout:g} s, though the server wrote"
                return _Break(why, timed_out=True)
    except NoResponse as error:
        broken = _Break(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        broken = _Break(f"it is {error}", cause=error)
    # The end of the stream stands for the empty line that ends an event.
    for event in decoder.flush():
        parsed = parse_event(event.event, event.data)
        if not parsed.is_truncated:
            yield Emit(_received(parsed, event, snapshots))
            if parsed.name == ERROR:
                raise _error(parsed.data, first)
    if broken is None and not snapshots.done:
        broken = _Break("it ended before the run did")
    return broken


def _received(parsed: ParsedEvent, raw: Event | None, snapshots: Snapshots) -> Received:
    """Accumulate an event, and return it as it is emitted."""
    if parsed.name == ERROR:
        return Received(None, parsed, raw)
    if parsed.name == DONE:
        snapshots.done = True
        return Received(None, parsed, raw)
    snapshots.apply(parsed)
    return Received(to_model(parsed), parsed, raw)


def _error(body: Any, result: CallResult[Any]) -> APIError:
    body = result.secrets.redact_json(body)
    status = result.response.status_code
    return APIError(
        message(body, status, "with an error among the events"),
        request=result.request,
        operation=result.call.operation,
        body=body,
        request_id=result.request_id,
        attempts=result.attempts,
    )


def _receive_json(result: CallResult[Any], snapshots: Snapshots) -> Flow[_Break]:
    """Read a response that is no stream: some servers send the run instead."""
    pieces = []
    receive = Receive(result.response, result.limit)
    try:
        while (chunk := (yield receive)) is not None:
            pieces.append(chunk)
    except NoResponse as error:
        return _Break(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        return _Break(f"it is {error}", cause=error)
    content = b"".join(pieces)
    try:
        run = decode(content)
    except (ValueError, RecursionError):
        run = None
    if not isinstance(run, dict) or not isinstance(run.get("status"), str):
        response = result.response
        whole = BufferedResponse(response.status_code, response.headers, content)
        raise result.undecodable(whole, "no stream of events")
    event = ParsedEvent(f"thread.run.{run['status']}", run)
    yield Emit(_received(event, None, snapshots))
    return _Break("the server sent the run, not its events")


def _resume(
    result: CallResult[Any], snapshots: Snapshots, plan: Plan, broken: _Break
) -> Flow[None]:
    """Poll the run until it ends, and emit what was missed."""
    calls = plan.calls
    known = _known_run(snapshots, calls)
    if known is None and snapshots.thread is not None:
        # The thread was created for this run.
        known = yield from calls.newest(str(snapshots.thread.get("id")))
    if known is None:
        raise _interrupted(result, snapshots, plan, broken)
    assert plan.resume is not None
    run = yield from poll_run(
        lambda: calls.retrieve(known), calls.retrieve, calls.cancel, plan.resume
    )
    steps = yield from calls.steps(run)
    messages = yield from calls.messages(run)
    missed = catch_up(snapshots, run.to_dict(), _data(steps), _data(messages))
    for event in [*missed]:
        yield Emit(_received(event, None, snapshots))


def _data(objects: Iterable[object]) -> list[dict[str, Any]]:
    return [each.to_dict() for each in objects if isinstance(each, _api.Model)]


def _interrupted(
    result: CallResult[Any], snapshots: Snapshots, plan: Plan, broken: _Break
) -> StreamInterrupted:
    what = "nothing is known of its run"
    if snapshots.run is not None:
        what = f"run {word(snapshots.run.get('id'))} was {word(snapshots.status)}"

    def live(kind: str, held: Iterable[Accumulated]) -> Iterable[Any]:
        return (plan.calls.live(kind, each.snapshot()) for each in held)

    error = StreamInterrupted(
        result.secrets.redact(f"the stream broke off: {broken.why}; {what}"),
        request=result.request,
        operation=result.call.operation,
        request_id=result.request_id,
        attempts=result.attempts,
        run=_known_run(snapshots, plan.calls),
        messages=live("Message", snapshots.messages.values()),
        steps=live("RunStep", snapshots.steps.values()),
        timed_out=broken.timed_out,
    )
    error.__cause__ = broken.cause
    return error


def _known_run(snapshots: Snapshots, calls: Calls) -> Any:
    """Return the run as the stream had it last, else as it was asked for, else None."""
    run = calls.live("Run", snapshots.run)
    return run if run is not None else calls.named()
