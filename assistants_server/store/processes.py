"""The processes that share a store, and which of them carries on which run."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .database import Database

Carrier: TypeAlias = Literal["here", "elsewhere", "nobody"]
Change: TypeAlias = Literal["cancelling", "gone", "taken"]
LEASE = 15.0
"""Seconds after which a process that wasn't seen is taken for dead."""
LET_GO, DEAD = 0.8, 0.9
"""After which parts of a lease it lets go by itself, and others take its runs over."""


class Processes(Protocol):
    """This process among those that share the store.

    A process is alive as long as it is seen. The runs of others, and those of nobody,
    are for whoever claims them first. All but `listen` is called within a change.

    Attributes:
        id: what tells this process from others.
        lease: the seconds after which a process that wasn't seen is taken for dead.
        alone: whether nobody else can have the store.
    """

    id: str
    lease: float
    alone: bool

    def beat(self) -> None:
        """Let this process be seen, and clear up what nobody needs any more."""

    def leave(self) -> None:
        """Let this process be seen no more; its runs are nobody's then."""

    def take(self, run: str) -> bool:
        """Carry on a run from now on, and return whether this process did so before."""
        ...

    def release(self, run: str) -> None:
        """Leave a run to whoever claims it."""

    def carrier(self, run: str) -> Carrier:
        """Return who carries on a run."""
        ...

    def unattended(self, *, besides: Collection[str] = ()) -> dict[str, Carrier]:
        """Return the active runs that nobody carries on, and whose they are.

        Args:
            besides: the runs that tasks of this process carry on.
        """
        ...

    def claim(self, run: str) -> Carrier | None:
        """Take a run that nobody carries on, and return whose it was.

        None where somebody else was quicker.
        """
        ...

    def changes(self, runs: Collection[str]) -> dict[str, Change]:
        """Return what happened elsewhere to runs that this process carries on."""
        ...

    def tell(self, run: str) -> None:
        """Ask whoever carries on a run to look at it."""

    def add_event(self, run: str, frame: str | None) -> int:
        """Add an event for who listens elsewhere, and return its position.

        Args:
            run: the run.
            frame: the event as it is sent; None for the end of the stream.
        """
        ...

    def events(self, run: str, *, after: int) -> list[tuple[int, str | None]]:
        """Return the events of a run after a position, with their positions."""
        ...

    async def listen(self, heard: Callable[[str | None], None]) -> None:
        """Listen to other processes for as long as it isn't cancelled.

        Args:
            heard: called on the loop, with a run of whose events there are more, or
                None where there may be anything else.
        """


class OnlyProcess:
    """A process that has its store for itself; what it says nobody hears."""

    def __init__(self, database: Database) -> None:
        self.id = secrets.token_hex(8)
        self.lease = LEASE
        self.alone = True
        self._database = database

    def beat(self) -> None:
        """Do nothing."""

    def leave(self) -> None:
        """Do nothing."""

    def take(self, run: str) -> bool:
        """Return that all runs are its own."""
        return True

    def release(self, run: str) -> None:
        """Do nothing: the next server takes it up."""

    def carrier(self, run: str) -> Carrier:
        """Return that all runs are its own."""
        return "here"

    def unattended(self, *, besides: Collection[str] = ()) -> dict[str, Carrier]:
        """Return the active runs that no task carries on."""
        rows = self._database.execute(
            "select id from objects indexed by by_activity where active order by place"
        )
        return {run: "here" for (run,) in rows if run not in besides}

    def claim(self, run: str) -> Carrier | None:
        """Return that it is its own, as long as it goes on."""
        found = self._database.execute(
            "select 1 from objects where id = ? and active", (run,)
        )
        return "here" if found.fetchone() else None

    def changes(self, runs: Collection[str]) -> dict[str, Change]:
        """Return nothing: there is no other process."""
        return {}

    def tell(self, run: str) -> None:
        """Do nothing."""

    def add_event(self, run: str, frame: str | None) -> int:
        """Do nothing."""
        return 0

    def events(self, run: str, *, after: int) -> list[tuple[int, str | None]]:
        """Return nothing: nobody listens elsewhere."""
        return []

    async def listen(self, heard: Callable[[str | None], None]) -> None:
        """Hear nothing."""
