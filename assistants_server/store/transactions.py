"""What every database has a way of its own for: changes, locks, and what follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .key_table import KeyTable
    from .rates import Rates
    from .whose import Whose

_T = TypeVar("_T")


class Transactions(ABC):
    """A database in which several changes are made together, or none of them."""

    @property
    @abstractmethod
    def rates(self) -> Rates:
        """Return what keys have used in this minute."""

    @property
    @abstractmethod
    def keys(self) -> KeyTable | None:
        """Return the keys of clients; None where they are not in the database."""

    @abstractmethod
    def errors_explained(self) -> AbstractContextManager[None]:
        """Turn errors of the database into a text for who started the server.

        Raises:
            StoreError: there was one.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the database; what was changed is in it."""

    @abstractmethod
    def changes(self) -> AbstractContextManager[None]:
        """Make several changes or, after an exception, none of them."""

    @abstractmethod
    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work as one change, for code that is on an event loop.

        It may be carried out in another thread, and is never repeated. What it leaves
        to `after` is called on the loop before this returns. Where the task is
        cancelled meanwhile, that is raised when the change was made or taken back.

        Args:
            work: what uses the store.

        Raises:
            StoreError: the store can't be used.
        """

    @abstractmethod
    def lock(self, *ids: str, whose: Whose | None = None) -> None:
        """Let nobody else change some objects until the change that goes on is made.

        They are locked in the order in which they were made, so that no two changes
        wait for each other.

        Args:
            ids: the ids of the objects.
            whose: the project that they must belong to; any without one.
        """

    @abstractmethod
    def lock_key(self, key: str) -> None:
        """Let nobody else use an idempotency key until this change is made."""

    @abstractmethod
    def hold(self, run: str, *, ending: bool = False) -> bool:
        """Lock a run, and return whether this process still has to carry it on.

        It has not where the run has ended or is carried by another process.

        Args:
            run: the run's id.
            ending: whether it may be a run that is being cancelled.
        """

    @abstractmethod
    def after(self, effect: Callable[[], None]) -> None:
        """Call something when the change that goes on is made, if it is.

        Outside of one it is called at once. It must not raise.
        """

    @abstractmethod
    def _purge(self) -> None:
        """Get rid of the traces of what was deleted; called after the change."""
