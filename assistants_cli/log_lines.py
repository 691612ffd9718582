"""What the client logs, in lines on stderr."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .session import Session


class _Lines(logging.Handler):
    """Writes a line for each record; its traceback too for those who look for it."""

    def __init__(self, session: Session) -> None:
        super().__init__(logging.WARNING)
        self._session = session

    def emit(self, record: logging.LogRecord) -> None:
        output = self._session.output
        output.problem(record.getMessage())
        if record.exc_info and self._session.settings.verbosity == "debug":
            output.note(logging.Formatter().formatException(record.exc_info))


@contextmanager
def logged(session: Session) -> Iterator[None]:
    """Write the warnings of the client within, tracebacks only where asked for."""
    logger = logging.getLogger("assistants_client")
    handler = _Lines(session)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
