"""When what is stored was used last, and what nobody has used for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .database import marks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from .database import Database
    from .whose import Whose

GRANULARITY = 600
"""Seconds between two uses of which only the first one is noted."""
# How many ids a statement has.
_PORTION = 500
# Nothing of the kind was used in the thread since.
_NOT_USED = (
    " and coalesce((select used_at from objects where kind = '{}' and thread = it.id"
    " and run is null and project = it.project and body is not null"
    " order by run desc, place desc limit 1), 0) < ?"
)
_IS_IDLE = (
    " and not exists (select 1 from objects where active and thread = it.id)"
    + _NOT_USED.format("message")
    + _NOT_USED.format("run")
)
_IS_IN_NOTHING = (
    " and not exists (select 1 from vector_store_files where file = it.id"
    " and body is not null)"
    " and not exists (select 1 from objects where kind = 'assistant'"
    " and thread is null and run is null and project = it.project"
    " and body is not null and body like '%' || it.id || '%')"
)
# What else than its own age says that nobody uses an object of a kind, and how many
# times it names the moment.
_UNUSED = {
    "thread": (_IS_IDLE, 2),
    "file": (_IS_IN_NOTHING, 0),
    "vector_store": ("", 0),
}
KINDS = tuple(_UNUSED)
"""The kinds that are found by how long they have been of no use."""


class Use(NamedTuple):
    """When an object was used.

    Attributes:
        project: the project that it belongs to.
        place: its position.
        id: its id.
        used_at: when it was added or changed, in seconds since 1970.
    """

    project: str
    place: int
    id: str
    used_at: int


class Uses:
    """When objects were used: added, changed, or read by a run."""

    def __init__(
        self, database: Database, clock: Callable[[], float], whose: Whose
    ) -> None:
        self._sql = database
        self._clock = clock
        self._whose = whose

    def now(self) -> int:
        """Return the moment, as it is noted: in whole seconds since 1970."""
        return int(self._clock())

    def note(self, ids: Collection[str]) -> None:
        """Note that some objects are used now; a few minutes make no difference."""
        now, asked = self.now(), sorted({*ids})
        for start in range(0, len(asked), _PORTION):
            some = asked[start : start + _PORTION]
            rows = self._sql.execute(
                f"select id from objects where {self._whose}id in ({marks(len(some))})"
                " and used_at < ? and body is not null",
                (*self._whose.values, *some, now - GRANULARITY),
            ).fetchall()
            # In the order of their ids, so that no two changes wait for each other.
            self._sql.executemany(
                f"update objects set used_at = ? where {self._whose}id = ?",
                [(now, *self._whose.values, id) for (id,) in sorted(rows)],  # noqa: A001
            )

    def some(self, kind: str, after: Use | None, *, limit: int) -> list[Use]:
        """Return objects of a kind, project by project, the oldest first.

        Args:
            kind: one of `KINDS`.
            after: only those behind this one.
            limit: how many at most.
        """
        found: list[Use] = []
        if after:
            # Not in one statement: no index would find where in the project it begins.
            here = (kind, after.project, after.place, limit)
            found = self._select("project = ? and place > ?", "place", here)
        if len(found) < limit:
            beyond = (kind, after.project if after else "", limit - len(found))
            found += self._select("project > ?", "project, place", beyond)
        return found

    def _select(self, condition: str, order: str, values: tuple[Any, ...]) -> list[Use]:
        rows = self._sql.execute(
            f"select project, place, id, used_at from objects where {self._whose}"
            "kind = ? and thread is null and run is null and body is not null"
            f" and {condition} order by {order} limit ?",
            (*self._whose.values, *values),
        )
        return [Use(*row) for row in rows]

    def unused(self, kind: str, before: int, ids: Collection[str]) -> set[str]:
        """Return those of some objects that nobody has used since a moment.

        A thread is used with each message and run in it, and until its run has ended.
        A file is of use in a vector store, and for an assistant.

        Args:
            kind: one of `KINDS`.
            before: the moment, in seconds since 1970.
            ids: the ids of the objects.
        """
        if not ids:
            return set()
        condition, times = _UNUSED[kind]
        rows = self._sql.execute(
            f"select id from objects as it where {self._whose}id in ({marks(len(ids))})"
            f" and body is not null and used_at < ?{condition}",
            (*self._whose.values, *ids, before, *[before] * times),
        )
        return {id for (id,) in rows}  # noqa: A001 - of a row

    def forget(self, before: int, *, limit: int) -> bool:
        """Forget what was deleted before a moment, to the last trace of it.

        Until then it keeps its position, for cursors that name it.

        Args:
            before: the moment, in seconds since 1970.
            limit: how much at most.

        Returns:
            Whether there may be more of it.
        """
        gone = self._sql.execute(
            "delete from objects where place in (select place from objects as it"
            f" where {self._whose}body is null and used_at < ?"
            " and not exists (select 1 from objects where thread = it.id"
            " and body is not null)"
            " and not exists (select 1 from vector_store_files"
            " where vector_store = it.id) limit ?)",
            (*self._whose.values, before, limit),
        )
        return gone.rowcount == limit
