"""Streams that are no event streams, or not quite: made such before they are decoded.

Some servers leave out the empty lines between events, and some send JSON line by line.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress

from .._model_api import Event

# A line of data before that of another event; one event may have several lines, too.
_JOINED = re.compile(
    rb"^data: ?(\{[^\n]*\}) *\n(?=data: ?(?:\{|\[DONE\])|(?:event|id):[^\n]*\ndata:)",
    re.MULTILINE,
)


class Separator:
    """Put empty lines between events that have none; all others stay as they are."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> bytes:
        """Take the next bytes, and return those of the events that are whole."""
        self._pieces.append(chunk)
        if b"\n" not in chunk and b"\r" not in chunk:
            return b""
        block = b"".join(self._pieces)
        # Half of a CRLF, perhaps.
        half = b"\r" if block.endswith(b"\r") else b""
        if b"\r" in block:
            block = block.removesuffix(half)
            block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        whole, end, rest = _JOINED.sub(_apart, block).rpartition(b"\n\n")
        self._pieces = [rest + half]
        return whole + end

    def end(self) -> bytes:
        """Return what is left."""
        # The last lines may have come in pieces without an end.
        return _JOINED.sub(_apart, b"".join(self._pieces))


def _apart(line: re.Match[bytes]) -> bytes:
    return line[0] + b"\n" if _is_object(line[1]) else line[0]


class JSONLines:
    """A body that begins as an object: all of it one, or line by line.

    Attributes:
        rest: what has come and isn't taken as an event yet.
    """

    def __init__(self) -> None:
        self.rest = bytearray()
        self._are_lines: bool | None = None

    def feed(self, chunk: bytes, most: int) -> list[Event]:
        """Take the next bytes, and return the lines that are events of their own.

        Args:
            chunk: the bytes.
            most: how many are kept; those beyond are dropped.
        """
        self.rest += chunk[: most - len(self.rest)]
        if self._are_lines is False or b"\n" not in chunk:
            return []
        *lines, rest = bytes(self.rest).split(b"\n")
        found = [line.strip() for line in lines if line.strip()]
        if self._are_lines is None and found:
            self._are_lines = _is_object(found[0])
        if not self._are_lines:
            return []
        self.rest = bytearray(rest)
        return [Event("", each.decode("utf-8", "replace")) for each in found]


def _is_object(text: bytes) -> bool:
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(text), dict)
    return False
