"""A log that doesn't grow by itself: what goes on is said once in a while."""

from __future__ import annotations

import logging
import time

# Seconds between two lines about the same.
_SILENCE = 60.0
_log = logging.getLogger("assistants_server")


class QuietLog:
    """Log errors that are tried again and again, or met by every request."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def error(self, what: str, error: BaseException, *, traceback: bool = True) -> None:
        """Log an error, unless the same was logged a moment ago.

        Args:
            what: what failed; the same words are the same thing.
            error: how it failed.
            traceback: whether to log where; never for an error that explains itself.
        """
        now = time.monotonic()
        if now - self._said.get(what, -_SILENCE) < _SILENCE:
            return
        self._said[what] = now
        # The formatter decides how much of the error it says.
        where = traceback and not getattr(error, "explains_itself", False)
        _log.error("%s: %s", what, error, exc_info=error if where else None)
