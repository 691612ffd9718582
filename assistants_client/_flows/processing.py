"""Poll what a server processes in the background: files, and batches of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from .._effects import Invoke, Note, TimeUp
from .._errors import APIError, AssistantsError
from .._file_errors import WaitTimeout
from .._text import word
from .deadline import Deadline, within
from .outages import through_outages
from .poll_policy import CANCEL_TIME, Pauses, sleep

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import CallResult
    from .._effects import Flow
    from .poll_policy import PollPolicy


class Processed(Protocol):
    """What has a status."""

    @property
    def status(self) -> Any:
        """Return the status, as the server sent it."""
        ...


P = TypeVar("P", bound=Processed)

ENDED: Final = frozenset({"processed", "error", "deleted"})
"""The statuses of files that have been processed, or never will be."""
INDEXED: Final = frozenset({"completed", "failed", "cancelled"})
"""The statuses of files of vector stores, and of their batches, that have ended."""


def poll_processing(
    first: Callable[[], Flow[CallResult[P]]],
    retrieve: Callable[[P], Flow[CallResult[P]]],
    ended: frozenset[str],
    policy: PollPolicy,
    cancel: Callable[[P], Flow[CallResult[P]]] | None = None,
) -> Flow[P]:
    """Poll something until it has been processed; to the deadline at most.

    A server that says no status has nothing to wait for. A status that nobody knows
    counts as still going.

    Args:
        first: returns it for the first time: creates it, for example.
        retrieve: retrieves it again.
        ended: the statuses at which it has ended.
        policy: how often, and for how long.
        cancel: cancels it, where that can be done.

    Raises:
        WaitTimeout: the time is up; the error has the object as it was polled last.
        APIError: a call fails, and not as it does while a server restarts.
    """
    deadline = Deadline.of(policy.clock, policy.max_wait)
    seen: list[P] = []
    try:
        flow = _poll(first, retrieve, ended, policy, deadline, seen)
        return (yield from within(flow, deadline))
    except TimeUp as up:
        error = WaitTimeout(seen[-1] if seen else None, waited=deadline.waited)
        if isinstance(up.__cause__, APIError):
            error.add_note(f"the last request failed: {up.__cause__}")
        if cancel is not None and policy.cancel_on_timeout and seen:
            chance = Deadline.of(policy.clock, CANCEL_TIME)
            try:
                error.object = (yield from within(cancel(seen[-1]), chance)).read()
            except (AssistantsError, TimeUp) as failed:
                error.add_note(f"it could not be cancelled: {failed}")
        raise error from up.__cause__


def _poll(
    first: Callable[[], Flow[CallResult[P]]],
    retrieve: Callable[[P], Flow[CallResult[P]]],
    ended: frozenset[str],
    policy: PollPolicy,
    deadline: Deadline,
    seen: list[P],
) -> Flow[P]:
    result = yield from first()
    pauses = Pauses(policy, deadline)
    while True:
        found = result.read()
        if policy.on_update is not None and (not seen or found != seen[-1]):
            yield Invoke(_update(policy.on_update, found))
        seen[:] = [found]
        status = found.status
        if status in ended or not isinstance(status, str):
            return found
        pause = pauses.next(result)
        yield Note(f"it is {word(status)}; polling again in {pause:.1f} s")
        yield from sleep(pause, _shown(found), deadline, policy)
        result = yield from through_outages(_retrieval(retrieve, found))


def _retrieval(
    retrieve: Callable[[P], Flow[CallResult[P]]], found: P
) -> Callable[[], Flow[CallResult[P]]]:
    return lambda: retrieve(found)


def _update(on_update: Callable[[Any], Any], found: object) -> Callable[[], Any]:
    return lambda: on_update(found)


def _shown(found: Any) -> str:
    """Return what the terminal shows: the status, and how many files have ended."""
    shown = word(found.status)
    counts = getattr(found, "file_counts", None)
    total, going = getattr(counts, "total", None), getattr(counts, "in_progress", None)
    if isinstance(total, int) and isinstance(going, int):
        return f"{shown}, {total - going} of {total} files"
    return shown
