"""Which process indexes which file of a vector store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..processes import DEAD
from ..vector_store_files import Entry, VectorStoreFiles
from ..whose import Whose

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..database import Database
    from .processes import DatabaseProcesses

# A file that is added again has another place, and is nobody's then. Of a process that
# is dead, everybody may take it; of this one, it itself, when it has given it up.
_WAITS = """
status = 'in_progress' and not place = any(?)
and (carrier is null or split_part(carrier, ' ', 2) <> place::text
    or split_part(carrier, ' ', 1) = ?
    or not exists (select 1 from processes where id = split_part(carrier, ' ', 1)
        and seen_at > now() - make_interval(secs => ?)))
"""


class ClaimedFiles(VectorStoreFiles):
    """The files of all vector stores, some of which processes are at work on."""

    def __init__(self, database: Database, processes: DatabaseProcesses) -> None:
        # What was deleted is left to PostgreSQL.
        super().__init__(database, Whose(), on_delete=lambda: None)
        self._processes = processes

    def next(self, *, besides: Collection[int]) -> Entry | None:
        """Claim the file that waits longest to be indexed, and return it.

        Args:
            besides: positions of those that this process is at work on.
        """
        process = self._processes
        # Who is dead for others must not claim anything.
        alive = process.lease * DEAD
        row = self._sql.execute(
            "select place, body from vector_store_files where"
            f" {_WAITS} order by place limit 1 for update skip locked",
            ([*besides], process.id, alive),
        ).fetchone()
        if row is None:
            return None
        self._sql.execute(
            "update vector_store_files set carrier = ? || ' ' || place where place = ?",
            (process.id, row[0]),
        )
        return Entry(row[0], json.loads(row[1]))

    def spare(self, place: int) -> None:
        """Take back that indexing a file has begun, and leave it to others.

        It stays with another process that has taken it over meanwhile.
        """
        self._sql.execute(
            "update vector_store_files set attempts = attempts - 1,"
            " carrier = nullif(carrier, ?) where place = ?",
            (self._carrier(place), place),
        )

    def holds(self, place: int) -> bool:
        """Lock a file, and return whether this process is still at work on it."""
        row = self._sql.execute(
            "select 1 from vector_store_files where place = ? and carrier = ?"
            " for update",
            (place, self._carrier(place)),
        ).fetchone()
        return row is not None

    def _carrier(self, place: int) -> str:
        return f"{self._processes.id} {place}"
