"""Poll a run until it has ended, or somebody has to act."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from .._effects import Invoke, Note, TimeUp
from .._errors import APIError, AssistantsError
from .._events.run_status import REQUIRES_ACTION, has_ended
from .._run_errors import RunTimeout
from .._text import word
from .deadline import Deadline, within
from .outages import through_outages
from .poll_policy import CANCEL_TIME, Pauses, sleep

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow
    from .poll_policy import PollPolicy

R = TypeVar("R", bound="RunObject")


class Stop(Enum):
    """What acting for a run returns where the caller of the method has to act."""

    STOP = "return the run as it is"


Act: TypeAlias = "Callable[[R], Flow[CallResult[R] | Stop | None]]"


def poll_run(
    first: Callable[[], Flow[CallResult[R]]],
    retrieve: Callable[[R], Flow[CallResult[R]]],
    cancel: Callable[[R], Flow[CallResult[R]]],
    policy: PollPolicy,
    act: Act[R] | None = None,
    known: R | None = None,
) -> Flow[R]:
    """Poll a run until it has ended, or somebody has to act; to the deadline at most.

    Args:
        first: returns the run for the first time: creates it, for example.
        retrieve: retrieves it again.
        cancel: cancels it.
        policy: how often, and for how long.
        act: does what the run requires, and returns the run after that; None where
            there is nothing to do yet, so that it is polled again. Without it, a run
            that requires an action is returned as it is.
        known: the run, as far as it is known before.

    Raises:
        RunTimeout: the time is up; the error has the run as it was polled last.
        APIError: a call fails, and not as it does while a server restarts; likewise.
    """
    deadline = Deadline.of(policy.clock, policy.max_wait)
    seen = Seen(known)
    try:
        return (
            yield from within(
                polling(first, retrieve, policy, act, deadline, seen), deadline
            )
        )
    except TimeUp as up:
        raise (yield from timed_out(seen.run, cancel, deadline, policy, up)) from (
            up.__cause__
        )
    except AssistantsError as error:
        if error.run is None:
            error.run = seen.run
        raise


def polling(
    first: Callable[[], Flow[CallResult[R]]],
    retrieve: Callable[[R], Flow[CallResult[R]]],
    policy: PollPolicy,
    act: Act[R] | None,
    deadline: Deadline,
    seen: Seen[R],
) -> Flow[R]:
    """Poll a run, whoever bounds that; `poll_run` has the arguments.

    Args:
        first: see `poll_run`.
        retrieve: likewise.
        policy: likewise.
        act: likewise.
        deadline: when this has to end, which is for whoever runs it to see to.
        seen: keeps the run as it was read last.
    """
    result = yield from first()
    pauses = Pauses(policy, deadline)
    reported: R | None = None
    identified = result.read() if seen.run is None else seen.run
    while True:
        seen.run = run = result.read()
        if policy.on_update is not None and run != reported:
            yield Invoke(_update(policy.on_update, run))
            reported = run
        requires_action = run.status == REQUIRES_ACTION
        if has_ended(run.status) or (requires_action and act is None):
            return run
        if requires_action and act is not None:
            answered = yield from act(run)
            if answered is Stop.STOP:
                return run
            if answered is not None:
                result = answered
                pauses.begin_again()
                continue
        pause = pauses.next(result)
        yield Note(f"the run is {word(run.status)}; polling again in {pause:.1f} s")
        yield from sleep(pause, word(run.status), deadline, policy)
        if isinstance(run.id, str):
            identified = run
        result = yield from through_outages(_retrieval(retrieve, identified))


class Seen(Generic[R]):
    """The run as it was read last."""

    def __init__(self, run: R | None) -> None:
        self.run = run


def timed_out(
    run: R | None,
    cancel: Callable[[R], Flow[CallResult[R]]],
    deadline: Deadline,
    policy: PollPolicy,
    up: TimeUp,
) -> Flow[RunTimeout]:
    """Cancel the run if that is asked for; return the error to raise.

    Args:
        run: the run as it was read last; None if that is unknown.
        cancel: cancels it.
        deadline: the deadline that has passed.
        policy: how to wait.
        up: says so; its cause is the last failure of the server, if there was one.
    """
    notes = []
    if isinstance(up.__cause__, APIError):
        notes.append(f"the last request failed: {up.__cause__}")
    waited = deadline.waited
    if policy.cancel_on_timeout and run is not None:
        chance = Deadline.of(policy.clock, CANCEL_TIME)
        try:
            run = (yield from within(cancel(run), chance)).read()
        except (APIError, TimeUp) as failed:
            notes.append(f"the run could not be cancelled: {failed}")
    error = RunTimeout(run, waited=waited)
    for each in notes:
        error.add_note(each)
    return error


def _retrieval(
    retrieve: Callable[[R], Flow[CallResult[R]]], run: R
) -> Callable[[], Flow[CallResult[R]]]:
    return lambda: retrieve(run)


def _update(on_update: Callable[[Any], Any], run: RunObject) -> Callable[[], Any]:
    return lambda: on_update(run)
