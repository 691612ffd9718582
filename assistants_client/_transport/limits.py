"""Until when this thread may wait for a connection, whichever it is.

The timeouts of HTTP libraries count from piece to piece, so that a response which comes
byte by byte takes as long as it likes. Tasks can be cancelled; for threads, each wait
of a connection is cut short here.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any
from weakref import ref

# A socket takes 0 for "don't wait at all", and fails in another way then.
_LEAST = 0.001
# The methods of a connection that wait, and the positions of their timeouts.
_TIMEOUTS = {"read": 1, "write": 1, "start_tls": 2}


class _Local(threading.local):
    until: float | None = None


_LOCAL = _Local()


def limit_waits(until: float | None) -> float | None:
    """Set until when this thread may wait, by the monotonic clock; return the former.

    Args:
        until: the time; None for no limit.
    """
    former, _LOCAL.until = _LOCAL.until, until
    return former


def capped(timeout: float | None, until: float | None) -> float | None:
    """Return a timeout, cut short where it would end after a time."""
    if until is None:
        return timeout
    left = max(until - time.monotonic(), _LEAST)
    return left if timeout is None else min(timeout, left)


def cut_waits_short(stream: Any) -> None:
    """Have each wait of a connection end when its thread may not wait any longer.

    Args:
        stream: the connection, as the HTTP library has it. One that can't be changed
            is left as it is.
    """
    for name, position in _TIMEOUTS.items():
        method = getattr(type(stream), name, None)
        if callable(method):
            with suppress(AttributeError, TypeError):
                setattr(stream, name, _Capped(method, ref(stream), position))


class _Capped:
    """A method of a connection, with a timeout that is cut short."""

    def __init__(self, method: Any, stream: ref[Any], position: int) -> None:
        # Weakly: a connection that nobody needs any more must be closed at once.
        self._method = method
        self._stream = stream
        self._position = position

    def __call__(self, *args: Any, **others: Any) -> Any:
        until, at = _LOCAL.until, self._position
        if len(args) > at:
            args = (*args[:at], capped(args[at], until), *args[at + 1 :])
        else:
            others["timeout"] = capped(others.get("timeout"), until)
        return self._method(self._stream(), *args, **others)
