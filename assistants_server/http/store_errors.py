"""What clients are told where the store can't be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..quiet_log import QuietLog
from ..store import ConflictError, StoreAwayError, StoreError
from .errors import storage_away_error, storage_conflict, storage_error

if TYPE_CHECKING:
    from .errors import HTTPError


class StoreErrors:
    """Say in the log what is wrong with the store, once in a while, and to clients."""

    def __init__(self) -> None:
        self._quiet = QuietLog()

    def response_to(self, error: StoreError) -> HTTPError:
        """Return the error for a client that needs the store."""
        if isinstance(error, StoreAwayError):
            self._quiet.error("the store is away", error, traceback=False)
            return storage_away_error("The store can't be used for the moment")
        if isinstance(error, ConflictError):
            # All else that may be in the way was looked for: two requests met here.
            self._quiet.error("two changes clashed", error, traceback=False)
            return storage_conflict()
        self._quiet.error("the store can't be used", error, traceback=False)
        return storage_error()
