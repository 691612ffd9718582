"""How to wait for something: for how long, and with which pauses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypedDict

from attrs import field, frozen

from .._call import SendOptions
from .._effects import Progress, Sleep
from .._errors import ConfigurationError
from .._options import MAX_WAIT as MAX_WAIT

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import CallResult
    from .._effects import Flow
    from .deadline import Deadline

CANCEL_TIME: Final = 2.0
"""Seconds that cancelling may take after the deadline."""
TICK: Final = 0.1
"""Seconds between two updates of what is shown on the terminal."""
POLL_AFTER: Final = "openai-poll-after-ms"
_FIRST, _MOST, _GROWTH = 0.5, 5.0, 1.5
_LAST_LOOK = 0.25
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

    timeout: float | None
    poll_interval_ms: float
    cancel_on_timeout: bool
    spinner: bool
    on_approval: Callable[[Any], Any] | None


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


def sleep(
    pause: float, shown: str, deadline: Deadline, policy: PollPolicy
) -> Flow[None]:
    """Sleep; show progress meanwhile, if that is asked for and can be seen."""
    while policy.shows_progress and pause > 0:
        if not (yield Progress(shown, deadline.waited)):
            break
        yield Sleep(min(pause, TICK))
        pause -= TICK
    if pause > 0:
        yield Sleep(pause)


class Pauses:
    """How long to wait before a run is looked at again."""

    def __init__(self, policy: PollPolicy, deadline: Deadline) -> None:
        self._policy = policy
        self._deadline = deadline
        self._count = 0
        self._is_last = False

    def begin_again(self) -> None:
        """Begin with short pauses again, as something has happened."""
        self._count = 0

    def next(self, result: CallResult[object] | None = None) -> float:
        """Return the seconds to wait after a response.

        The last look comes a little before the deadline, so that there is time for
        its response.
        """
        pause = _pause(result, self._count, self._policy)
        self._count += 1
        left = self._deadline.left
        if left is None or pause < left or self._is_last:
            return pause
        self._is_last = True
        return max(left - min(_LAST_LOOK, left / 4), 0.0)


def _pause(result: CallResult[object] | None, count: int, policy: PollPolicy) -> float:
    if policy.interval is not None:
        return policy.interval
    headers = {} if result is None else result.response.headers
    try:
        asked = float(headers.get(POLL_AFTER) or "") / 1000
    except ValueError:
        asked = math.nan
    if 0 < asked <= _LONGEST_ASKED:
        return asked
    return float(min(_FIRST * _GROWTH ** min(count, 20), _MOST))


def _is_positive(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and 0 < value < math.inf
    )
