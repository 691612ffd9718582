"""Responses to requests with an idempotency key, for as long as the key is known."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from ..compact_json import from_json, to_json
from .interface import StoredResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from .database import Database
    from .whose import Whose

MOST = 10_000
"""How many keys of a project are known, and a few more; the oldest are forgotten."""
LIFETIME = 24 * 3600.0
"""Seconds that an idempotency key is known."""

PORTION = 100
"""How many keys are added before the oldest ones are looked for."""
# What is left of a response once something in it has been deleted.
_GONE = "{}"


class StoredResponses:
    """The stored responses of a project, by their keys; each has keys of its own."""

    def __init__(self, sql: Database, clock: Callable[[], float], whose: Whose) -> None:
        self._sql = sql
        self._clock = clock
        self._whose = whose
        self._added = 0

    def get(self, key: str) -> StoredResponse | None:
        """Return the response stored for a key, if it is still known."""
        row = self._sql.execute(
            "select request, answer from answers"
            " where project = ? and key = ? and kept_at > ?",
            (self._whose.owner, key, self._clock() - LIFETIME),
        ).fetchone()
        if row is None:
            return None
        known = from_json(row[1])
        if not known:
            return StoredResponse(row[0], {}, {}, streamed=False, deleted=True)
        return StoredResponse(fingerprint=row[0], **known)

    def add(self, key: str, response: StoredResponse) -> None:
        """Store the response for a key, and forget the oldest ones.

        It is part of the same change as what was done, so a restart finds both or
        neither.
        """
        stored = asdict(response)
        fingerprint, now = stored.pop("fingerprint"), self._clock()
        del stored["deleted"]
        self.forget_before(now - LIFETIME)
        self._sql.execute(
            "insert into answers"
            " (project, key, request, answer, kept_at, object, thread)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (
                *(self._whose.owner, key, fingerprint, to_json(stored), now),
                *(response.body.get("id"), response.body.get("thread_id")),
            ),
        )
        self._added += 1
        if self._added % PORTION == 0:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        self._sql.execute(
            "delete from answers where project = ? and place <= (select place from"
            " answers where project = ? order by place desc limit 1 offset ?)",
            (self._whose.owner, self._whose.owner, MOST),
        )

    def forget_before(self, moment: float) -> None:
        """Forget the keys that were known before a moment, of all projects."""
        self._sql.execute("delete from answers where kept_at <= ?", (moment,))

    def forget(self, id: str) -> None:
        """Keep no copy of what is deleted: an object, or all that is in a thread."""
        for column in ("object", "thread"):
            self._sql.execute(
                f"update answers set answer = ? where {self._whose}{column} = ?",
                (_GONE, *self._whose.values, id),
            )
