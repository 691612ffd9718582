"""The journal of an export: what is in the folder, line by line as it got there."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from .errors import ArchiveError
from .lines import LONGEST
from .manifest import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .folder import Folder

_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode


def entry_line(entry: Entry) -> bytes:
    """Return an entry as a line."""
    return _encode(entry) + b"\n"


def entries_of(folder: Folder, path: str) -> Iterator[Entry]:
    """Yield the entries of an index or a journal.

    Raises:
        ArchiveError: a line of it is none.
    """
    with folder.open(path) as file:
        number = 0
        while text := file.readline(LONGEST + 1):
            number += 1
            try:
                if not text.endswith(b"\n"):
                    raise ValueError("cut short, or too long")  # noqa: TRY301
                entry = _decode(text)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                where = f"{folder.path / path}, line {number}"
                raise ArchiveError(f"{where}: {error}") from None
            yield entry


class Journal:
    """A file that lines are added to, each of which is on the disk before the next.

    A line that was cut short by an interruption is taken out when it is opened.
    """

    def __init__(self, folder: Folder, path: str) -> None:
        self._folder = folder
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(folder.path / path, flags, 0o600)
        self._file = os.fdopen(handle, "r+b", buffering=0)
        self._mend()
        folder.sync()

    def _mend(self) -> None:
        end = self._file.seek(0, os.SEEK_END)
        at = end
        while at:
            start = max(0, at - 65536)
            self._file.seek(start)
            found = self._file.read(at - start) or b""
            line_end = found.rfind(b"\n")
            if line_end >= 0:
                at = start + line_end + 1
                break
            at = start
        if at != end:
            self._file.truncate(at)
        self._file.seek(0, os.SEEK_END)

    def entries(self) -> Iterator[Entry]:
        """Yield what is in it."""
        return entries_of(self._folder, self._path)

    def add(self, entry: Entry) -> None:
        """Add an entry."""
        line = memoryview(entry_line(entry))
        while line:
            line = line[self._file.write(line) or 0 :]
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close it."""
        self._file.close()
