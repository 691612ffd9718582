"""Receive the events of one response, and note how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from .. import _api
from .._effects import (
    BufferedResponse,
    Emit,
    NoResponse,
    Receive,
    UnreadableResponse,
)
from .._error_messages import is_error, message, properties_of
from .._errors import APIError
from .._events.parse import (
    DONE,
    ERROR,
    ParsedEvent,
    parse_event,
    parse_value,
    to_model,
)
from .._events.run_status import has_ended
from .._json import decode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .._call import CallResult
    from .._effects import Flow
    from .._events.parse import Received
    from .._events.snapshots import Snapshots


# After these there are no others.
_LAST = frozenset({DONE, ERROR})
_RUN_EVENT = "thread.run."
_STEP_EVENT = "thread.run.step."


@frozen
class Break:
    """How a stream ended before its run did.

    Attributes:
        why: completes "the stream broke off:".
        timed_out: whether nothing came for too long.
        cause: the exception behind it, if any.
        objects: the objects that came in place of events, as JSON data; None if there
            were events.
    """

    why: str
    timed_out: bool = False
    cause: Exception | None = None
    objects: tuple[dict[str, Any], ...] | None = None


def receive(
    result: CallResult[Any],
    first: CallResult[Any],
    snapshots: Snapshots,
    clock: Callable[[], float],
) -> Flow[Break | None]:
    """Emit the events of one response; return how it broke off, if it did.

    Args:
        result: the response.
        first: the first one of the stream, of which errors speak.
        snapshots: where the events are accumulated.
        clock: seconds, from any moment on, that never go back.

    Raises:
        APIError: an event is an error.
        DecodeError: the response is no stream, and no object in its place.
    """
    kind = result.response.headers.get("content-type", "").partition(";")[0].strip()
    if kind.lower().endswith(("json", "html")):
        return (yield from _receive_json(result, first, snapshots))
    decoder, reading = _api.EventDecoder(), _Reading(snapshots)
    more = Receive(result.response, result.limit)
    idle_timeout = result.idle_timeout
    last_event = clock()
    broken = None
    try:
        while (chunk := (yield more)) is not None:
            events = decoder.feed_pairs(chunk)
            if events:
                yield Emit(reading.each(events))
                if reading.is_over:
                    return _ending(reading.last, first)
                last_event = clock()
            elif idle_timeout is not None and clock() - last_event > idle_timeout:
                # Comments keep a connection open, but say nothing about the run.
                why = f"no event came for {idle_timeout:g} s, though the server wrote"
                return Break(why, timed_out=True)
    except NoResponse as error:
        broken = Break(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        broken = Break(f"it is {error}", cause=error)
    # The end of the stream stands for the empty line that ends an event.
    yield Emit(reading.each(decoder.flush()))
    if reading.last.name == ERROR:
        raise _error(reading.last.data, first)
    if broken is None and not snapshots.done:
        broken = Break("it ended before the run did")
    return broken


class _Reading:
    """The events of one response, each accumulated when it is its turn.

    Attributes:
        last: the last one.
        is_over: whether it is cut, or ends the stream: no others are read.
    """

    def __init__(self, snapshots: Snapshots) -> None:
        self.last = ParsedEvent("", None)
        self.is_over = False
        self._snapshots = snapshots

    def each(self, events: Iterable[tuple[str, str]]) -> Iterator[Received]:
        """Yield events, up to one that was cut or that ends the stream.

        Args:
            events: their names and data, as the server sent them.
        """
        snapshots = self._snapshots
        for event in events:
            name, data = event
            self.last = parsed = parse_event(name, data)
            if type(parsed.data) is str and parsed.is_truncated:
                self.is_over = True
                return
            yield received(parsed, event, snapshots)
            if parsed.name in _LAST:
                # Whatever follows is no part of the stream.
                self.is_over = True
                return


def _ending(last: ParsedEvent, first: CallResult[Any]) -> Break | None:
    """Return how a stream broke off by its last event, if it did.

    Raises:
        APIError: the event is an error.
    """
    if last.name == ERROR:
        raise _error(last.data, first)
    if last.is_truncated:
        return Break(f"a {last.name} came whose data is no JSON")
    return None


def received(
    parsed: ParsedEvent, raw: tuple[str, str] | None, snapshots: Snapshots
) -> Received:
    """Accumulate an event, and return it as it is emitted."""
    if parsed.name in _LAST:
        snapshots.done = snapshots.done or parsed.name == DONE
        return None, parsed, raw
    snapshots.apply(parsed)
    return to_model(parsed), parsed, raw


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


def _receive_json(
    result: CallResult[Any], first: CallResult[Any], snapshots: Snapshots
) -> Flow[Break | None]:
    """Read a response that is no stream: some servers send objects instead.

    These are the run, a list of objects, or a list of what would have been events.
    """
    pieces = []
    more = Receive(result.response, result.limit)
    try:
        while (chunk := (yield more)) is not None:
            pieces.append(chunk)
    except NoResponse as error:
        return Break(str(error), error.timed_out, error)
    except UnreadableResponse as error:
        return Break(f"it is {error}", cause=error)
    content = b"".join(pieces)
    response = result.response
    whole = BufferedResponse(response.status_code, response.headers, content)
    if _is_error(content):
        raise result.false_success(whole)
    events = _events_of(content)
    if not events:
        raise result.undecodable(whole, "no stream of events")
    objects = []
    for parsed, is_object in events:
        if parsed.name == ERROR:
            yield Emit([received(parsed, None, snapshots)])
            raise _error(parsed.data, first)
        if not is_object:
            yield Emit([received(parsed, None, snapshots)])
        elif parsed.name.startswith(_STEP_EVENT) or not parsed.name.startswith(
            _RUN_EVENT
        ):
            objects.append(parsed.data)
        elif has_ended(parsed.data.get("status")):
            # Its event is the last one, after those of what it wrote.
            snapshots.apply(parsed)
        else:
            yield Emit([received(parsed, None, snapshots)])
    if not any(is_object for _, is_object in events) and snapshots.ended:
        return None
    why = "the server sent objects, not their events"
    return Break(why, objects=tuple(objects))


def _is_error(content: bytes) -> bool:
    """Return whether a response is an error in place of a run."""
    try:
        value = decode(content)
    except (ValueError, RecursionError):
        return False
    if not isinstance(value, dict) or value.get("data"):
        return False
    return is_error(value, properties_of(_api.RunObject))


def _events_of(content: bytes) -> list[tuple[ParsedEvent, bool]]:
    """Return what a response has in place of a stream, and whether each is an object.

    The other ones are events. What is neither is left out.
    """
    try:
        value = decode(content)
    except (ValueError, RecursionError):
        return []
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        value = value["data"]
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            parsed = parse_value(item)
            is_known = parsed.name.startswith("thread.") and isinstance(
                parsed.data, dict
            )
            if is_known or parsed.name in (DONE, ERROR):
                found.append((parsed, parsed.data is item))
    return found
