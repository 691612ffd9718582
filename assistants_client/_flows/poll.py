"""Poll a run until it has ended, or somebody has to act."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypedDict, TypeVar

from attrs import field, frozen

from .._call import SendOptions
from .._effects import Invoke, Note, Progress, Sleep
from .._errors import APIError, ConfigurationError
from .._events.run_status import REQUIRES_ACTION, has_ended
from .._run_errors import RunTimeout
from .._text import word
from .tool_calls import tool_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow

    R = TypeVar("R", bound=RunObject)

MAX_WAIT: Final = 600.0
"""Seconds after which waiting ends, unless something else is asked for."""
POLL_AFTER: Final = "openai-poll-after-ms"
TICK: Final = 0.1
"""Seconds between two updates of what is shown on the terminal."""
_FIRST, _MOST, _GROWTH = 0.5, 5.0, 1.5
# A server that asks for more would have the end of a run noticed an hour late.
_LONGEST_ASKED = 60.0


class WaitOptions(TypedDict, total=False):
    """How to wait for a run.

    Attributes:
        poll_interval_ms: milliseconds between two polls; without it, what the server
            asks for, else growing from half a second to five.
        max_wait: seconds after which waiting ends, 600 if not given; None for no
            limit.
        cancel_on_timeout: whether the run is cancelled then.
        on_update: called with the run after the first poll, and each time that it has
            changed; may be asynchronous under the async client.
        spinner: whether a line on the terminal shows the run's status and how long it
            has taken; without effect where stderr is no terminal.
    """

    poll_interval_ms: float
    max_wait: float | None
    cancel_on_timeout: bool
    on_update: Callable[[Any], Any] | None
    spinner: bool


class RunWait(SendOptions, total=False):
    """What waiting for a live run takes besides; `WaitOptions` says what it means."""

    poll_interval_ms: float
    cancel_on_timeout: bool
    spinner: bool


@frozen(kw_only=True)
class PollPolicy:
    """How to poll, validated; `poll_policy` makes it.

    Attributes:
        clock: seconds, from any moment on, that never go back.
        interval: seconds between two polls; None to follow the server.
        max_wait: seconds after which waiting ends; None for no limit.
        cancel_on_timeout: whether the run is cancelled then.
        on_update: called with the run each time that it has changed.
        shows_progress: whether to show on the terminal how the run is doing.
    """

    clock: Callable[[], float] = field(repr=False)
    interval: float | None = None
    max_wait: float | None = MAX_WAIT
    cancel_on_timeout: bool = False
    on_update: Callable[[Any], Any] | None = None
    shows_progress: bool = False


def poll_policy(options: WaitOptions, clock: Callable[[], float]) -> PollPolicy:
    """Validate how to poll.

    Args:
        options: what the user asks for.
        clock: seconds, from any moment on, that never go back.

    Raises:
        ConfigurationError: a number is out of range, or something can't be called.
    """
    interval = options.get("poll_interval_ms")
    if interval is not None and not _is_positive(interval):
        raise ConfigurationError(
            f"poll_interval_ms must be milliseconds above 0, not {interval!r}"
        )
    max_wait = options.get("max_wait", MAX_WAIT)
    if max_wait is not None and not _is_positive(max_wait):
        raise ConfigurationError(
            f"max_wait must be seconds above 0, or None for no limit, not {max_wait!r}"
        )
    on_update = options.get("on_update")
    if on_update is not None and not callable(on_update):
        raise ConfigurationError(
            f"on_update must be a function, not {type(on_update).__name__}"
        )
    return PollPolicy(
        clock=clock,
        interval=None if interval is None else interval / 1000,
        max_wait=max_wait,
        cancel_on_timeout=bool(options.get("cancel_on_timeout")),
        on_update=on_update,
        shows_progress=bool(options.get("spinner")),
    )


def poll_run(
    first: Callable[[], Flow[CallResult[R]]],
    retrieve: Callable[[R], Flow[CallResult[R]]],
    cancel: Callable[[R], Flow[CallResult[R]]],
    policy: PollPolicy,
    act: Callable[[R], Flow[CallResult[R]]] | None = None,
) -> Flow[R]:
    """Poll a run until it has ended, or requires an action.

    Args:
        first: returns the run for the first time: creates it, for example.
        retrieve: retrieves it again.
        cancel: cancels it.
        policy: how often, and for how long.
        act: does what the run requires, and returns the run after that; without it, a
            run that requires an action is returned as it is.

    Raises:
        RunTimeout: the time is up; the error has the run as it was polled last.
        APIError: a poll fails.
    """
    started = policy.clock()
    known: R | None = None
    result = yield from first()
    polls = 0
    while True:
        run = result.read()
        if policy.on_update is not None and run != known:
            yield Invoke(_update(policy.on_update, run))
        known = run
        requires_action = run.status == REQUIRES_ACTION
        if has_ended(run.status):
            return run
        if requires_action and (act is None or not tool_calls(run)):
            return run
        left = math.inf
        if policy.max_wait is not None:
            left = started + policy.max_wait - policy.clock()
        if left <= 0:
            raise (yield from _timed_out(run, cancel, started, policy))
        if requires_action and act is not None:
            result = yield from act(run)
            polls = 0
            continue
        pause = min(_pause(result, polls, policy), left)
        yield Note(f"the run is {word(run.status)}; polling again in {pause:.1f} s")
        yield from _sleep(pause, run, started, policy)
        polls += 1
        result = yield from retrieve(run)


def _timed_out(
    run: R,
    cancel: Callable[[R], Flow[CallResult[R]]],
    started: float,
    policy: PollPolicy,
) -> Flow[RunTimeout]:
    """Cancel the run if that is asked for; return the error to raise."""
    note = None
    if policy.cancel_on_timeout:
        try:
            run = (yield from cancel(run)).read()
        except APIError as failed:
            note = f"the run could not be cancelled: {failed}"
    error = RunTimeout(run, waited=policy.clock() - started)
    if note:
        error.add_note(note)
    return error


def _sleep(
    pause: float, run: RunObject, started: float, policy: PollPolicy
) -> Flow[None]:
    """Sleep; show progress meanwhile, if that is asked for and can be seen."""
    while policy.shows_progress and pause > 0:
        seconds = policy.clock() - started
        if not (yield Progress(word(run.status), seconds)):
            break
        yield Sleep(min(pause, TICK))
        pause -= TICK
    if pause > 0:
        yield Sleep(pause)


def _update(on_update: Callable[[Any], Any], run: RunObject) -> Callable[[], Any]:
    return lambda: on_update(run)


def _pause(result: CallResult[object], polls: int, policy: PollPolicy) -> float:
    if policy.interval is not None:
        return policy.interval
    try:
        asked = float(result.response.headers.get(POLL_AFTER) or "") / 1000
    except ValueError:
        asked = math.nan
    if 0 < asked <= _LONGEST_ASKED:
        return asked
    return float(min(_FIRST * _GROWTH ** min(polls, 20), _MOST))


def _is_positive(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value < math.inf
    )
