"""How much a key may do in a minute, and how much of it is left."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

What: TypeAlias = Literal["requests", "tokens"]
WINDOW: Final = 60.0
"""Seconds in which a limit that was used up is whole again."""
# Of a part, which floats round.
_TRIFLE = 1e-6


@dataclass(frozen=True)
class Level:
    """What is left of a limit.

    Attributes:
        limit: how much there is in a minute.
        remaining: how much of it can be had at once.
        reset: seconds until all of it is there again.
        wait: seconds until there is something; 0 where there is.
    """

    limit: int
    remaining: int
    reset: float
    wait: float

    @classmethod
    def of(cls, owed: float, limit: int) -> Level:
        """Return the level at which so many seconds of refilling are owed."""
        one = WINDOW / limit
        return cls(
            limit,
            max(int((WINDOW - owed) / one + _TRIFLE), 0),
            max(owed, 0.0),
            wait=max(owed + one - WINDOW - _TRIFLE, 0.0),
        )


class Rates(Protocol):
    """What all keys have used; its methods are called within `Store.changes`.

    A limit is refilled all the time, so that a minute's worth can be had at once, and
    then the share of each second. For each key there is the moment at which its limit
    is whole again.
    """

    def take(self, key: str, limit: int) -> tuple[bool, Level]:
        """Take one request, if there is one; return whether, and the level then."""
        ...

    def level(self, key: str, what: What, limit: int) -> Level:
        """Return the level of a limit."""
        ...

    def spend(self, key: str, limit: int, tokens: int) -> None:
        """Take tokens that a model has read and written, be they there or not."""
        ...


class LocalRates:
    """The rates of one process, in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._whole_at: dict[tuple[str, What], float] = {}

    def take(self, key: str, limit: int) -> tuple[bool, Level]:
        """Take one request, if there is one; return whether, and the level then."""
        before = self.level(key, "requests", limit)
        if before.wait:
            return False, before
        self._add(key, "requests", WINDOW / limit)
        return True, self.level(key, "requests", limit)

    def level(self, key: str, what: What, limit: int) -> Level:
        """Return the level of a limit."""
        whole_at = self._whole_at.get((key, what), 0.0)
        return Level.of(max(whole_at - self._clock(), 0.0), limit)

    def spend(self, key: str, limit: int, tokens: int) -> None:
        """Take tokens that a model has read and written, be they there or not."""
        self._add(key, "tokens", tokens * WINDOW / limit)

    def _add(self, key: str, what: What, seconds: float) -> None:
        now = self._clock()
        self._whole_at[key, what] = max(self._whole_at.get((key, what), now), now)
        self._whole_at[key, what] += seconds
