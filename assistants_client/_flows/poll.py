"""Waiting for a run: looking at it until it has ended, or somebody has to act."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any, Final, TypedDict, cast

from attrs import field, frozen

from .._effects import Invoke, Note, Sleep
from .._errors import APIError, ConfigurationError
from .._progress import TICK, Spinner, spinner
from .._run_errors import RunTimeout
from .._text import word
from .tool_calls import tool_calls

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._api import RunObject
    from .._call import CallResult
    from .._effects import Flow

MAX_WAIT: Final = 600.0
"""Seconds after which waiting is given up, where nothing else was said."""
POLL_AFTER: Final = "openai-poll-after-ms"
_FIRST, _MOST, _GROWTH = 0.5, 5.0, 1.5
# A server that asks for more would have a run's end noticed an hour late.
_LONGEST_ASKED = 60.0
ENDED: Final = frozenset({"cancelled", "completed", "failed", "expired", "incomplete"})
"""The statuses in which a run stays. One that nobody knows counts as still going."""
WAITS: Final = "requires_action"


def has_ended(status: object) -> bool:
    """Tell whether a run of a status stays as it is, whatever a server calls one."""
    return isinstance(status, str) and status in ENDED


class WaitOptions(TypedDict, total=False):
    """How to wait for a run.

    Attributes:
        poll_interval_ms: milliseconds between two looks; else what the server asks for
            in its answers, else growing from half a second to five.
        max_wait: seconds after which waiting is given up, 600 if not given; none for
            no limit.
        cancel_on_timeout: whether the run is cancelled then.
        on_update: called with the run each time that it has changed, the first time
            with what was seen first; may be asynchronous under the async client.
        spinner: whether a line on the terminal tells how the run does, and for how
            long it has gone on. Where stderr is no terminal, there is none.
    """

    poll_interval_ms: float
    max_wait: float | None
    cancel_on_timeout: bool
    on_update: Callable[[Any], Any] | None
    spinner: bool


@frozen(kw_only=True)
class Patience:
    """How to wait, checked; `patience` makes it."""

    interval: float | None = None
    max_wait: float | None = MAX_WAIT
    cancel_on_timeout: bool = False
    on_update: Callable[[Any], Any] | None = None
    spinner: Spinner | None = None
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)


def patience(options: WaitOptions) -> Patience:
    """Check how to wait.

    Raises:
        ConfigurationError: a number can't be used, or something can't be called.
    """
    given = dict(options)
    interval = given.get("poll_interval_ms")
    if interval is not None and not _is_number(interval):
        raise ConfigurationError(
            f"poll_interval_ms must be milliseconds above 0, not {interval!r}"
        )
    most = given.get("max_wait", MAX_WAIT)
    if most is not None and not _is_number(most):
        raise ConfigurationError(
            f"max_wait must be seconds above 0, or None for no limit, not {most!r}"
        )
    on_update = given.get("on_update")
    if on_update is not None and not callable(on_update):
        raise ConfigurationError(
            f"on_update must be a function, not {type(on_update).__name__}"
        )
    return Patience(
        interval=None if interval is None else cast("float", interval) / 1000,
        max_wait=cast("float | None", most),
        cancel_on_timeout=bool(given.get("cancel_on_timeout")),
        on_update=on_update,
        spinner=spinner() if given.get("spinner") else None,
    )


def waiting(
    first: Callable[[], Flow[CallResult[RunObject]]],
    look: Callable[[RunObject], Flow[CallResult[RunObject]]],
    cancel: Callable[[RunObject], Flow[CallResult[RunObject]]],
    how: Patience,
    act: Callable[[RunObject], Flow[CallResult[RunObject]]] | None = None,
) -> Flow[RunObject]:
    """Wait until a run has ended, or requires an action.

    Args:
        first: gives the run for the first time: creates it, say, or looks at it.
        look: looks at it again.
        cancel: cancels it.
        how: how long, and how often to look.
        act: does what the run requires, and gives the run after that; without it, a
            run that requires something is given as it is.

    Raises:
        RunTimeout: the time is up; it has the run as it was seen last.
        APIError: a look fails; it is no reason to create anything once more.
    """
    try:
        return (yield from _looking(first, look, cancel, how, act))
    finally:
        if how.spinner is not None:
            how.spinner.clear()


def _looking(
    first: Callable[[], Flow[CallResult[RunObject]]],
    look: Callable[[RunObject], Flow[CallResult[RunObject]]],
    cancel: Callable[[RunObject], Flow[CallResult[RunObject]]],
    how: Patience,
    act: Callable[[RunObject], Flow[CallResult[RunObject]]] | None,
) -> Flow[RunObject]:
    began = how.clock()
    known: RunObject | None = None
    answer = yield from first()
    looks = 0
    while True:
        run = answer.read()
        if how.on_update is not None and run != known:
            yield Invoke(_told(how.on_update, run))
        known = run
        waits = run.status == WAITS
        if has_ended(run.status) or (waits and (act is None or not tool_calls(run))):
            return run
        left = math.inf
        if how.max_wait is not None:
            left = began + how.max_wait - how.clock()
        if left <= 0:
            raise (yield from _timed_out(run, cancel, began, how))
        if waits and act is not None:
            answer = yield from act(run)
            looks = 0
            continue
        pause = min(_pause(answer, looks, how), left)
        yield Note(f"the run is {word(run.status)}; looking again in {pause:.1f} s")
        yield from _sleeping(pause, run, began, how)
        looks += 1
        answer = yield from look(run)


def _timed_out(
    run: RunObject,
    cancel: Callable[[RunObject], Flow[CallResult[RunObject]]],
    began: float,
    how: Patience,
) -> Flow[RunTimeout]:
    """Cancel the run if that is wished; give the error to raise."""
    note = None
    if how.cancel_on_timeout:
        try:
            run = (yield from cancel(run)).read()
        except APIError as failed:
            note = f"the run could not be cancelled: {failed}"
    error = RunTimeout(run, waited=how.clock() - began)
    if note:
        error.add_note(note)
    return error


def _sleeping(pause: float, run: RunObject, began: float, how: Patience) -> Flow[None]:
    """Let time pass, and tell on the terminal that it does."""
    spinner = how.spinner
    while spinner is not None and pause > 0:
        spinner.show(word(run.status), how.clock() - began)
        yield Sleep(min(pause, TICK))
        pause -= TICK
    if pause > 0:
        yield Sleep(pause)


def _told(on_update: Callable[[Any], Any], run: RunObject) -> Callable[[], Any]:
    return lambda: on_update(run)


def _pause(answer: CallResult[Any], looks: int, how: Patience) -> float:
    if how.interval is not None:
        return how.interval
    try:
        asked = float(answer.response.headers.get(POLL_AFTER) or "") / 1000
    except ValueError:
        asked = math.nan
    if 0 < asked <= _LONGEST_ASKED:
        return asked
    return float(min(_FIRST * _GROWTH ** min(looks, 20), _MOST))


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value < math.inf
    )
