"""Following a run by the events of its streams, across tools and broken streams."""

from __future__ import annotations

from time import monotonic
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
from .._errors import StreamInterrupted
from .._events.catch_up import missed
from .._events.parse import DONE, Told, told
from .._json import decode
from .._text import word
from .poll import Patience, waiting
from .tool_calls import tool_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._call import CallResult
    from .._effects import Flow
    from .._events.snapshots import Snapshots


class Calls(Protocol):
    """The calls that following a run takes."""

    def retrieve(self, run: Any) -> Flow[CallResult[Any]]:
        """Look at the run."""
        ...

    def cancel(self, run: Any) -> Flow[CallResult[Any]]:
        """Cancel the run."""
        ...

    def steps(self, run: Any) -> Flow[list[Any]]:
        """Give all steps of the run."""
        ...

    def messages(self, run: Any) -> Flow[list[Any]]:
        """Give all messages of the run."""
        ...

    def newest(self, thread_id: str) -> Flow[Any]:
        """Give the newest run of a thread."""
        ...

    def named(self) -> Any:
        """Give the run as far as it was named; none where it wasn't."""
        ...

    def alive(self, kind: str, data: Any) -> Any:
        """Give an object of JSON data; none stays none."""
        ...


@frozen(kw_only=True)
class Plan:
    """What is done where a stream alone doesn't lead to the end of the run.

    Attributes:
        calls: looks at the run.
        act: performs what a run requires, and gives the answer that goes on; none
            where the stream ends there.
        resume: how to wait for a run whose stream broke off; none where that raises.
    """

    calls: Calls
    act: Callable[[Any], Flow[CallResult[Any]]] | None = None
    resume: Patience | None = None


@frozen
class _Broken:
    """How a stream ended that has not told the end of its run."""

    why: str
    timed_out: bool = False
    cause: Exception | None = None


Item = tuple[Any, Told]
"""An event as it came, none where it didn't, and what it tells."""


def streaming(first: CallResult[Any], snapshots: Snapshots, plan: Plan) -> Flow[None]:
    """Give the events of a run, until it has ended or waits for somebody else.

    Args:
        first: the answer that the stream begins with.
        snapshots: takes what the events tell, before the flow goes on.
        plan: what to do where the stream ends early, or the run requires an action.

    Raises:
        StreamInterrupted: the stream broke off, and nothing is to be done about it.
        DecodeError: the answer is no stream.
        ToolError: a tool failed, and that is to be raised.
        APIError: a call failed.
    """
    answer = first
    while True:
        broken = yield from _receiving(answer, snapshots)
        if broken is not None and not (snapshots.ended or snapshots.waits):
            if plan.resume is None:
                raise _interrupted(answer, snapshots, plan, broken)
            yield Note(f"the stream broke off ({broken.why}); polling the run")
            yield from _caught_up(answer, snapshots, plan, broken)
        if not snapshots.waits or plan.act is None:
            return
        run = plan.calls.alive("Run", snapshots.run)
        if not tool_calls(run):
            return
        answer = yield from plan.act(run)
        snapshots.acted()


def _receiving(answer: CallResult[Any], snapshots: Snapshots) -> Flow[_Broken | None]:
    """Give the events of one answer; tell how it broke off, if it did."""
    kind = answer.response.headers.get("content-type", "").partition(";")[0].strip()
    if kind.lower().endswith(("json", "html")):
        return (yield from _no_stream(answer))
    decoder = _api.EventDecoder()
    receive = Receive(answer.response, answer.limit)
    broken = None
    idle_timeout = answer.idle_timeout
    heard = monotonic()
    try:
        while (chunk := (yield receive)) is not None:
            items: list[Item] = []
            for event in decoder.feed(chunk):
                what = told(event.event, event.data)
                if _is_spoilt(what):
                    broken = _Broken(f"a {what.name} came whose data is no JSON")
                    break
                items.append((event, what))
                if what.name == DONE:
                    # Whatever follows is no part of the stream.
                    break
            if items:
                yield Emit(items)
                heard = monotonic()
            elif idle_timeout is not None and monotonic() - heard > idle_timeout:
                # Comments keep a connection alive; they say nothing of the run.
                why = f"no event came for {idle_timeout:g} s, though the server wrote"
                return _Broken(why, timed_out=True)
            if broken is not None or snapshots.done:
                return broken
    except NoResponse as error:
        broken = _Broken(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        broken = _Broken(f"it is {error}", cause=error)
    # The end of the stream stands for the empty line that ends an event.
    last = [(event, told(event.event, event.data)) for event in decoder.flush()]
    last = [(event, what) for event, what in last if not _is_spoilt(what)]
    if last:
        yield Emit([*last])
    if broken is None and not snapshots.done:
        broken = _Broken("it ended before the run did")
    return broken


def _is_spoilt(what: Told) -> bool:
    """Tell whether data is cut: all events that are known have an object as data."""
    return isinstance(what.data, str) and what.name.startswith("thread.")


def _no_stream(answer: CallResult[Any]) -> Flow[_Broken]:
    """Give what was answered in place of a stream: some servers give the run."""
    pieces = []
    receive = Receive(answer.response, answer.limit)
    try:
        while (chunk := (yield receive)) is not None:
            pieces.append(chunk)
    except NoResponse as error:
        return _Broken(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        return _Broken(f"it is {error}", cause=error)
    content = b"".join(pieces)
    try:
        run = decode(content)
    except (ValueError, RecursionError):
        run = None
    if not isinstance(run, dict) or not isinstance(run.get("status"), str):
        whole = BufferedResponse(
            answer.response.status_code, answer.response.headers, content
        )
        raise answer.undecodable(whole, "no stream of events")
    yield Emit([(None, Told(f"thread.run.{run['status']}", run))])
    return _Broken("the server gave the run, not its events")


def _caught_up(
    answer: CallResult[Any], snapshots: Snapshots, plan: Plan, broken: _Broken
) -> Flow[None]:
    """Wait for the run by looking at it, and give what was missed."""
    calls = plan.calls
    run = _known_run(snapshots, calls)
    if run is None and snapshots.thread is not None:
        # It was made for this run.
        run = yield from calls.newest(str(snapshots.thread.get("id")))
    if run is None:
        raise _interrupted(answer, snapshots, plan, broken)
    assert plan.resume is not None
    known = run
    run = yield from waiting(
        lambda: calls.retrieve(known), calls.retrieve, calls.cancel, plan.resume
    )
    steps = yield from calls.steps(run)
    messages = yield from calls.messages(run)
    events = missed(
        snapshots,
        run.to_dict(),
        [each.to_dict() for each in steps if isinstance(each, _api.Model)],
        [each.to_dict() for each in messages if isinstance(each, _api.Model)],
    )
    yield Emit([(None, each) for each in events])


def _interrupted(
    answer: CallResult[Any], snapshots: Snapshots, plan: Plan, broken: _Broken
) -> StreamInterrupted:
    alive = plan.calls.alive
    what = "nothing was told of its run"
    if snapshots.run is not None:
        what = f"run {word(snapshots.run.get('id'))} was {word(snapshots.status)}"
    redact = answer.secrets.redact
    error = StreamInterrupted(
        redact(f"the stream broke off: {broken.why}; {what}"),
        request=answer.request,
        operation=answer.call.operation,
        request_id=answer.request_id,
        attempts=answer.attempts,
        run=_known_run(snapshots, plan.calls),
        messages=_alive(alive, "Message", snapshots.messages.values()),
        steps=_alive(alive, "RunStep", snapshots.steps.values()),
        timed_out=broken.timed_out,
    )
    error.__cause__ = broken.cause
    return error


def _known_run(snapshots: Snapshots, calls: Calls) -> Any:
    """Give the run as it was told of, or else as it was asked for; or none."""
    run = calls.alive("Run", snapshots.run)
    return run if run is not None else calls.named()


def _alive(alive: Callable[[str, Any], Any], kind: str, held: Any) -> Iterator[Any]:
    return (alive(kind, each.now()) for each in held)
