"""Streams of runs that are carried on elsewhere: their events come out of the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..http.events import frame
from .run_record import ACTIVE

if TYPE_CHECKING:
    from ..http.events import Listener
    from ..store import Store
    from .run_record import RunRecord


class Followers:
    """The clients of this process that listen to runs of others.

    A run whose process was taken for dead is carried on by another one, but its client
    may still listen here. So the events of such runs are stored as well.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        # By run: who listens, and the position of the last event that it got.
        self._all: dict[str, tuple[Listener, int]] = {}

    def __contains__(self, run: str) -> bool:
        return run in self._all

    def add(self, record: RunRecord) -> None:
        """Follow a run for the client that listens to it."""
        if record.listener:
            if record.id in self._all:
                # Who listened before somebody else went on with the run.
                self._all[record.id][0].abort()
            self._all[record.id] = record.listener, record.last_event
            record.listener = None

    def detach(self, listener: Listener) -> None:
        """Send no more events to a client that is gone."""
        for run, (follower, _) in [*self._all.items()]:
            if follower is listener:
                del self._all[run]

    def abort(self) -> None:
        """End all streams without a last event."""
        for listener, _ in self._all.values():
            listener.abort()
        self._all.clear()

    async def look(self) -> None:
        """Send what is new."""
        for run in [*self._all]:
            await self._store.perform(partial(self._look_at, run))

    def hand_over(self, record: RunRecord) -> None:
        """Return the client of a run to it, within the change that claims it."""
        if record.id in self._all:
            listener, last = self._all[record.id]
            for place, each in self._store.processes.events(record.id, after=last):
                last = place
                if each is not None:
                    self._store.after(partial(listener.put, each.encode()))
            record.listener, record.last_event = listener, last
            self._store.after(partial(self._forget, record.id, listener))

    def _look_at(self, run: str) -> None:
        if run not in self._all:
            return
        listener, last = self._all[run]
        # First, so that the events with which it ended are among those that follow.
        found = self._store.stored(run)
        for place, each in self._store.processes.events(run, after=last):
            self._store.after(partial(self._send, run, listener, place, each))
            if each is None:
                return
        if found is None or found.body is None:
            self._store.after(partial(self._send, run, listener, 0, None))
        elif found.body["status"] not in ACTIVE:
            # It was ended by somebody who didn't know of this client.
            last_one = frame(f"thread.run.{found.body['status']}", found.body)
            self._store.after(partial(listener.put, last_one))
            self._store.after(partial(self._send, run, listener, 0, None))

    def _send(self, run: str, listener: Listener, place: int, each: str | None) -> None:
        if each is None:
            listener.end()
            self._forget(run, listener)
            return
        listener.put(each.encode())
        if run in self._all:
            self._all[run] = listener, place

    def _forget(self, run: str, listener: Listener) -> None:
        if run in self._all and self._all[run][0] is listener:
            del self._all[run]
