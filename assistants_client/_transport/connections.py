"""The connections of a client that threads share; `leases` says why.

A thread may be interrupted between any two steps. What it held then is let go by its
own clean-up, or, where that was interrupted as well, when its frames are forgotten: so
who uses a connection is known by weak references alone, and nothing is ever counted.
"""

from __future__ import annotations

import gc
import threading
import time
import weakref
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from .._locks import locked
from .leases import (
    EXTENSION,
    BaseConnections,
    IdleConnections,
    Kept,
    Lease,
    key_of,
    usable,
)
from .lines import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .exchange import Timing

# Seconds after which who waits looks for itself: who was to wake it may be interrupted.
_LOOK: Final = 0.1
# Seconds between two collections of garbage, while others wait for a connection.
_COLLECT: Final = 5.0


class Connections(BaseConnections):
    """A pool of connections, in the place of one of httpcore."""

    _idle: IdleConnections

    def handle_request(self, request: Any) -> Any:
        """Send a request; return the response, its body unread."""
        self.start_afresh()
        timing: Timing | None = request.extensions.get(EXTENSION)
        lease = ThreadLease(self)
        if timing is not None:
            timing.lease = lease
        try:
            self._acquire(lease, request.extensions.get("timeout", {}).get("pool"))
            self._connect(lease, self._origin(request))
            if timing is not None:
                lease.line.deadline = timing.head
            response = lease.connection.handle_request(request)
            # In place: a response of its own would have all headers checked once more.
            response.stream = _Body(response.stream, lease, timing, self.core)
            return response
        except BaseException:
            lease.drop()
            raise

    def release(self, lease: ThreadLease) -> None:
        """Let another request have its turn; a second time does nothing."""
        self._leases.discard(lease.reference)
        if self._freed.empty():
            self._freed.put(None)

    def give_back(self, lease: ThreadLease) -> None:
        """Keep the connection of a request that has ended, if it can serve another."""
        connection, line = lease.connection, lease.line
        if self.is_closed or line is None or not connection.is_idle():
            lease.drop()
            return
        line.deadline = None
        # First, so that whoever is interrupted here doesn't close it for others.
        lease.line = None
        surplus = self._idle.push(lease.key, connection, line)
        if surplus is not None:
            surplus.line.close()
        self.release(lease)

    def close(self) -> None:
        """Close all connections, also those that other threads read from."""
        self.is_closed = True
        for lease in self.leases:
            if lease.line is not None:
                lease.line.shut()
        while (kept := self._idle.pop_any()) is not None:
            kept.line.close()
        self._pool.close()

    def __enter__(self) -> Connections:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def idle(self) -> list[Kept]:
        """Return the connections that nobody uses."""
        return [*self._idle]

    @property
    def leases(self) -> list[Lease]:
        """Return the uses that there are."""
        return [lease for each in [*self._leases] if (lease := each()) is not None]

    def _begin(self) -> None:
        self._lock = threading.RLock()
        self._leases: set[weakref.ref[ThreadLease]] = set()
        # What is in it only wakes who waits; unlike a condition, it can't be left in
        # disorder.
        self._freed: SimpleQueue[None] = SimpleQueue()
        self._idle = self._idle_connections()
        self._collected = -_COLLECT

    def _leave(self) -> None:
        for each in (*self.leases, *self._idle):
            if each.line is not None:
                # Only this process's copy of its socket: nothing is sent.
                each.line.close()

    def _acquire(self, lease: ThreadLease, seconds: float | None) -> None:
        ends = None if seconds is None else time.monotonic() + seconds
        while True:
            if self._admit(lease):
                break
            left = _LOOK if ends is None else min(_LOOK, ends - time.monotonic())
            if left <= 0:
                raise self.core.PoolTimeout("no connection was free")
            try:
                self._freed.get(timeout=left)
            except Empty:
                self._collect()
            if self.is_closed:
                raise self._closed_error()
        if len(self._leases) < self._limit and self._freed.empty():
            # Two may have been freed, and only one have been told.
            self._freed.put(None)

    @locked
    def _admit(self, lease: ThreadLease) -> bool:
        """Let a request use a connection, unless as many as may do."""
        if len(self._leases) >= self._limit:
            self._forget_dead()
        if len(self._leases) >= self._limit:
            return False
        self._leases.add(lease.reference)
        return True

    def _forget_dead(self) -> None:
        """Forget the leases that interrupted threads have left without a word."""
        for each in [*self._leases]:
            if each() is None:
                self._leases.discard(each)

    def _collect(self) -> None:
        """Have what an interrupted thread has left in a circle forgotten."""
        now = time.monotonic()
        if now - self._collected > _COLLECT:
            self._collected = now
            gc.collect()

    def _connect(self, lease: ThreadLease, origin: Any) -> None:
        """Have the lease hold a connection that is there, or one to be opened."""
        lease.key = key_of(origin)
        while (kept := self._idle.pop(lease.key)) is not None:
            if usable(kept):
                lease.hold(kept.connection, kept.line)
                return
            kept.line.close()
        if len(self._idle) + len(self._leases) > self._limit:
            other = self._idle.pop_any()
            if other is not None:
                other.line.close()
        line = Line(self._backend, self.core)
        lease.hold(self._made(origin, line), line)
        if self.is_closed:
            raise self._closed_error()


class ThreadLease(Lease):
    """The use of a connection by a thread.

    Attributes:
        reference: what its pool knows of it.
    """

    __slots__ = ("_pool", "reference")

    def __init__(self, pool: Connections) -> None:
        super().__init__()
        self._pool = pool
        self.reference = weakref.ref(self)

    def drop(self) -> None:
        """End the use, and the connection; a second time does nothing."""
        if self.is_inherited:
            return
        if self.line is not None:
            self.line.close()
        self._pool.release(self)

    def end(self) -> None:
        """End the use, and keep the connection if it can serve another request."""
        if not self.is_inherited:
            self._pool.give_back(self)


class _Body:
    """The body of a response, which ends the lease."""

    def __init__(
        self, stream: Any, lease: ThreadLease, timing: Timing | None, core: Any
    ) -> None:
        self._stream = stream
        self._core = core
        self._lease = lease
        self._timing = timing

    def __iter__(self) -> Iterator[bytes]:
        lease, timing = self._lease, self._timing
        try:
            pieces = iter(self._stream)
            while True:
                lease.check(self._core)
                if timing is not None and lease.line is not None:
                    lease.line.deadline = timing.piece
                piece = next(pieces, None)
                if piece is None:
                    return
                yield piece
        except BaseException:
            lease.drop()
            raise

    def close(self) -> None:
        lease = self._lease
        if lease.is_inherited:
            return
        try:
            self._stream.close()
        except BaseException:
            lease.drop()
            raise
        lease.end()
