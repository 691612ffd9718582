"""The journal of an export: what is in the folder, line by line as it got there."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import msgspec

from .errors import ArchiveError
from .lines import LONGEST
from .manifest import Entry
from .names import JOURNAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .folder import Folder

_decode = msgspec.json.Decoder(Entry).decode
_encode = msgspec.json.Encoder().encode
_PIECE = 65536


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
                    raise ValueError("cut short, or too long")
                entry = _decode(text)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                where = f"{folder.path / path}, line {number}"
                raise ArchiveError(f"{where}: {error}") from None
            yield entry


class Journal:
    """A file that entries are added to, each of which is on the disk before the next.

    It locks the folder, as long as it is open. A line that was cut short by an
    interruption is taken out.
    """

    def __init__(self, folder: Folder) -> None:
        """Open the journal of a folder.

        Raises:
            ArchiveError: somebody else has it open, or it is a link.
        """
        path = folder.path / JOURNAL
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            handle = os.open(path, flags, 0o600)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise ArchiveError(f"{path} is a link") from error
            raise
        self._file = os.fdopen(handle, "r+b", buffering=0)
        try:
            _lock(handle, folder)
            self._end = self._mended()
            # What is written isn't buffered, and what is read is.
            self._reader = folder.open(JOURNAL)
        except BaseException:
            self._file.close()
            raise
        folder.sync()

    def _mended(self) -> int:
        """Return the end of the last whole line, and cut off what is behind it."""
        end = at = self._file.seek(0, os.SEEK_END)
        while at:
            start = max(0, at - _PIECE)
            self._file.seek(start)
            found = (self._file.read(at - start) or b"").rfind(b"\n")
            if found >= 0:
                at = start + found + 1
                break
            at = start
        if at != end:
            self._file.truncate(at)
        return at

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """Yield what is in it, each entry with its position."""
        at = 0
        while at < self._end:
            entry, length = self._at(at)
            yield at, entry
            at += length

    def at(self, position: int) -> Entry:
        """Return the entry at a position."""
        return self._at(position)[0]

    def _at(self, position: int) -> tuple[Entry, int]:
        if self._reader.tell() != position:
            self._reader.seek(position)
        text = self._reader.readline(LONGEST)
        try:
            return _decode(text), len(text)
        except (msgspec.MsgspecError, RecursionError) as error:
            what = "the journal of the export was changed by others"
            raise ArchiveError(f"{what}: {error}") from None

    def add(self, entry: Entry) -> int:
        """Add an entry, and return its position."""
        position = self._file.seek(self._end)
        line = memoryview(entry_line(entry))
        while line:
            line = line[self._file.write(line) or 0 :]
        os.fsync(self._file.fileno())
        self._end = self._file.tell()
        return position

    def close(self) -> None:
        """Close it."""
        self._reader.close()
        self._file.close()


def _lock(handle: int, folder: Folder) -> None:
    try:
        import fcntl
    except ImportError:  # on Windows
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"another export is writing into {folder.path}"
        raise ArchiveError(message) from None
