"""The log of servers as lines of JSON."""

from __future__ import annotations

import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.telemetry.log import JSONFormatter

if TYPE_CHECKING:
    from collections.abc import Iterator


class Log:
    """The log of a server, as lines of JSON."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def of(self, message: str) -> list[dict[str, Any]]:
        """Return the lines with a message."""
        return [line for line in self.lines if line["message"] == message]


@pytest.fixture
def log() -> Iterator[Log]:
    """Provide the log of all servers, at the level of a log in JSON."""
    made = Log()
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(JSONFormatter())
    logger = logging.getLogger("assistants_server")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield made
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
