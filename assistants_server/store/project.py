"""A store as one project sees it: what is not its own isn't there."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .sql import SQLStore
from .whose import Whose

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .database import Database
    from .processes import Processes
    from .rates import Rates

_T = TypeVar("_T")


class ProjectStore(SQLStore):
    """The part of a store that belongs to a project.

    Every statement has the project as its first condition, and what is added gets it.
    Changes are those of the whole store: one of the project and one of all may be made
    together.
    """

    def __init__(
        self,
        whole: SQLStore,
        project: str,
        *,
        database: Database,
        clock: Callable[[], float],
        purge: Callable[[], None],
    ) -> None:
        """Look at a part of a store.

        Args:
            whole: the store.
            project: the name of the project.
            database: what its statements are carried out by.
            clock: returns the seconds since 1970.
            purge: gets rid of the traces of what was deleted.
        """
        super().__init__(database, clock, Whose(project))
        self._whole = whole
        self._purge_all = purge

    @property
    def rates(self) -> Rates:
        """Return what keys have used, of whatever project."""
        return self._whole.rates

    @property
    def processes(self) -> Processes:
        """Return this process, which carries on runs of all projects."""
        return self._whole.processes

    @property
    def keys(self) -> None:
        """Return none: no project has to do with keys."""

    def of(self, project: str) -> SQLStore:
        """Return the store as another project sees it."""
        return self._whole.of(project)

    def errors_explained(self) -> AbstractContextManager[None]:
        """Turn errors of the database into a text; see the whole store."""
        return self._whole.errors_explained()

    def close(self) -> None:
        """Close the whole store."""
        self._whole.close()

    def changes(self) -> AbstractContextManager[None]:
        """Make several changes or none of them; see the whole store."""
        return self._whole.changes()

    async def perform(self, work: Callable[[], _T]) -> _T:
        """Carry out some work as one change; see the whole store."""
        return await self._whole.perform(work)

    def after(self, effect: Callable[[], None]) -> None:
        """Call something when the change that goes on is made; see the whole store."""
        self._whole.after(effect)

    def lock(self, *ids: str, whose: Whose | None = None) -> None:
        """Lock those of some objects that belong to the project."""
        self._whole.lock(*ids, whose=self._whose)

    def lock_key(self, key: str) -> None:
        """Lock an idempotency key of the project."""
        self._whole.lock_key(f"{self._whose.owner} {key}")

    def hold(self, run: str, *, ending: bool = False) -> bool:
        """Lock a run of the project; see the whole store."""
        return self._whole.hold(run, ending=ending)

    def _purge(self) -> None:
        self._purge_all()
