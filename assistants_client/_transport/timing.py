"""When the parts of one exchange have to be there."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping


class Timing:
    """The deadlines of one exchange, by the monotonic clock; None is for no limit.

    The timeouts of HTTP libraries count from one piece received to the next, so that a
    server that sends a byte from time to time holds a call for ever.

    Attributes:
        whole: when all of it has to be there.
        alarm: what ends the wait for the head, where that is awaited.
        is_waiting: whether no connection is free for it yet.
        lease: the connection that it uses, once there is one.
    """

    __slots__ = (
        *("_head", "_own", "_parts", "_read", "_seconds", "_soon", "_until"),
        *("alarm", "is_waiting", "lease", "whole"),
    )

    def __init__(
        self,
        timeout: Any,
        parts: Mapping[str, float | None],
        until: float | None = None,
    ) -> None:
        """Begin now.

        Args:
            timeout: seconds for all of it, None, or a timeout of the HTTP library,
                which limits the parts.
            parts: the parts of it.
            until: when all of it has to be there anyway.
        """
        self._seconds = timeout if isinstance(timeout, int | float) else None
        self._read = parts["read"]
        self._parts: float | None = None
        if self._seconds is None:
            known = [each for each in parts.values() if each is not None]
            self._parts = sum(known) if len(known) == len(parts) else None
        self._until = until
        self.alarm: asyncio.Timeout | None = None
        self.is_waiting = False
        self.lease: Any = None
        self._head: float | None = None
        self._soon: float | None = None
        # By its own timeout. Each piece of a body asks when all has to be there.
        self._own: float | None = None
        self.whole: float | None = until
        self._begin()

    def end_by(self, until: float | None) -> None:
        """Have all of it be there until some moment, whatever its own timeout is."""
        self._until = until
        self.whole = _first(self._own, until)

    @property
    def head(self) -> float | None:
        """Return when the head of the response has to be there."""
        return _first(self._head, self._until)

    def put_off(self) -> None:
        """Count the time anew: the request goes on being sent."""
        self._begin()
        self._set_alarm()

    def reading(self) -> None:
        """Note that the request was sent, and the head is waited for from now on."""
        if self._seconds is None and self._read is not None:
            self._head = time.monotonic() + self._read
            self._set_alarm()

    @property
    def piece(self) -> float | None:
        """Return when the next piece of the body has to be there."""
        # A stream has thousands of them, and no end.
        return self._soon if self.whole is None else _first(self._soon, self.whole)

    def renew(self) -> None:
        """Count anew for a piece of the body, as one is asked for."""
        if self._read is not None:
            self._soon = time.monotonic() + self._read

    def open_end(self) -> None:
        """Let the body take as long as its pieces come."""
        self._own, self.whole = None, self._until

    def hurry(self) -> None:
        """Have all that is left of the body come within the time for one piece."""
        if self._seconds is not None:
            self.renew()
            self._own = self.whole = self.piece

    def _begin(self) -> None:
        now = time.monotonic()
        if self._seconds is not None:
            self._head = self._own = now + self._seconds
            self.whole = _first(self._own, self._until)
        elif self._parts is not None:
            self._head = now + self._parts

    def _set_alarm(self) -> None:
        head = self.head
        if self.alarm is not None:
            import asyncio

            # It may have gone off, and nobody have heard it yet.
            with suppress(RuntimeError):
                loop = asyncio.get_running_loop()
                left = None if head is None else head - time.monotonic()
                self.alarm.reschedule(None if left is None else loop.time() + left)
        elif self.lease is not None and self.lease.line is not None:
            self.lease.line.deadline = head


def _first(*moments: float | None) -> float | None:
    found = None
    # Several times in each call, where a generator would take twice as long.
    for each in moments:
        if each is not None and (found is None or each < found):
            found = each
    return found
