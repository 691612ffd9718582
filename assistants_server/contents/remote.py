"""What contents that are on another machine have in common."""

from __future__ import annotations

import hashlib
import tempfile
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..contract.file_objects import new_file_id
from .names import name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

PIECE = 1024 * 1024
"""How many bytes are in memory at a time."""
# Larger drafts wait on the disk.
_IN_MEMORY = PIECE


class RemoteContents(ABC):
    """Contents on another machine; `Contents` describes the public methods.

    They go there as a whole when all of them have come, so nobody's slow upload holds a
    connection, and one that breaks off leaves nothing.
    """

    # ruff: noqa: D102 - see there
    is_shared = True

    def draft(self, id: str | None = None) -> RemoteDraft:
        return RemoteDraft(self, id or new_file_id())

    def open(self, id: str) -> BinaryIO:
        return self.get(name_of(id))

    @contextmanager
    def lent(self, id: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="content-") as folder:
            path = Path(folder, "content")
            with self.open(id) as source, path.open("wb") as target:
                while piece := source.read(PIECE):
                    target.write(piece)
            yield path

    def delete(self, ids: Iterable[str]) -> None:
        # What can't be reached now, the next sweep deletes.
        with suppress(OSError):
            self.remove([name_of(each) for each in ids])

    def sweep(self, known: Collection[str]) -> None:
        names = {name_of(each) for each in known}
        with suppress(OSError):
            self.remove([each for each in self.old() if each not in names])

    def close(self) -> None:  # noqa: B027 - some have nothing to close
        """Do nothing."""

    @abstractmethod
    def put(self, name: str, source: BinaryIO) -> None:
        """Store a content: all of it or, after an exception, nothing.

        Raises:
            OSError: it can't be stored.
        """

    @abstractmethod
    def get(self, name: str) -> BinaryIO:
        """Return a content, opened.

        Raises:
            OSError: it isn't there, or can't be reached.
        """

    @abstractmethod
    def remove(self, names: Collection[str]) -> None:
        """Delete contents, as far as they are there.

        Raises:
            OSError: they can't be reached.
        """

    @abstractmethod
    def old(self) -> list[str]:
        """Return the names of contents that nobody can be about to use any more.

        What is left of some that were never complete goes.

        Raises:
            OSError: they can't be reached.
        """


class RemoteDraft:
    """A content that waits here until all of it has come; `Draft` has the methods."""

    # ruff: noqa: D102 - see there
    def __init__(self, contents: RemoteContents, id: str) -> None:
        self.id = id
        self.size = 0
        self._contents = contents
        self._hash = hashlib.sha256()
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        self._is_there = False

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> None:
        self._file.seek(0)
        self._contents.put(name_of(self.id), self._file)  # type: ignore[arg-type]
        self._is_there = True
        self._file.close()

    def keep(self) -> None:
        # Where the connection to the store breaks in its last moment, nobody knows
        # whether the file exists. So it is left to a sweep, which does.
        self._is_there = False

    def commit(self) -> None:
        """Do nothing: it is where it belongs."""

    def discard(self) -> None:
        self._file.close()
        if self._is_there:
            self._is_there = False
            self._contents.delete([self.id])
