"""The rates of keys, shared by all processes: the clock is that of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..rates import WINDOW, Level

if TYPE_CHECKING:
    from ..database import Database
    from ..rates import What

# The moment at which a statement began, and at which a limit is whole again at the
# earliest. It waits for its row: what is taken meanwhile is seen.
_NOW: Final = "extract(epoch from statement_timestamp())::float8"
_WHOLE_AT: Final = f"greatest(rates.whole_at, {_NOW})"
# Of a part, which floats round.
_TRIFLE: Final = 1e-6


class SharedRates:
    """What all keys have used, in a table; `Rates` describes the methods."""

    def __init__(self, sql: Database) -> None:
        self._sql = sql

    def take(self, key: str, limit: int) -> tuple[bool, Level]:
        """Take one request, if there is one; return whether, and the level then."""
        one = WINDOW / limit
        row = self._sql.execute(
            "insert into rates (key, what, whole_at)"
            f" values (?, 'requests', {_NOW} + ?) on conflict (key, what)"
            f" do update set whole_at = {_WHOLE_AT} + ?"
            f" where {_WHOLE_AT} - {_NOW} <= ? returning whole_at - {_NOW}",
            (key, one, one, WINDOW - one + _TRIFLE),
        ).fetchone()
        if row is None:
            return False, self.level(key, "requests", limit)
        return True, Level.of(row[0], limit)

    def level(self, key: str, what: What, limit: int) -> Level:
        """Return the level of a limit."""
        row = self._sql.execute(
            f"select {_WHOLE_AT} - {_NOW} from rates where key = ? and what = ?",
            (key, what),
        ).fetchone()
        return Level.of(row[0] if row else 0.0, limit)

    def spend(self, key: str, limit: int, tokens: int) -> None:
        """Take tokens that a model has read and written, be they there or not."""
        seconds = tokens * WINDOW / limit
        self._sql.execute(
            "insert into rates (key, what, whole_at)"
            f" values (?, 'tokens', {_NOW} + ?) on conflict (key, what)"
            f" do update set whole_at = {_WHOLE_AT} + ?",
            (key, seconds, seconds),
        )
