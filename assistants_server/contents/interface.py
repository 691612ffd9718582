"""What the server needs of the contents of files, wherever they are."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path


class UnreachableError(OSError):
    """Where the contents are can't be reached now; `strerror` is for clients."""

    # The log needn't say where it was met.
    explains_itself = True

    def __init__(self, what: str) -> None:
        super().__init__(errno.EIO, f"{what} can't be reached now")


class Draft(Protocol):
    """A content that is being written; its methods take a while, but for three.

    Attributes:
        id: of which file it is, or is going to be.
        size: how many bytes it has so far.
    """

    id: str
    size: int

    @property
    def digest(self) -> str:
        """Return what tells contents apart."""
        ...

    def write(self, data: bytes) -> None:
        """Add bytes at the end.

        Raises:
            OSError: they can't be written.
        """
        ...

    def finish(self) -> None:
        """Write what is still buffered; there is no more.

        Raises:
            OSError: it can't be written.
        """
        ...

    def keep(self) -> None:
        """Make it the content of its file, which is about to exist; at once.

        `discard` may still delete it, until `commit` says that the file does exist.
        """
        ...

    def commit(self) -> None:
        """Note that what `keep` was called for is stored, if it was called; at once."""
        ...

    def discard(self) -> None:
        """Delete it, unless it was kept."""
        ...


class Contents(Protocol):
    """The contents of all files, by their ids; threads may use them.

    A content is there before its file, and goes after it; what a crash leaves between
    the two is deleted by `sweep`. All methods but `draft` take a while.
    """

    @property
    def is_shared(self) -> bool:
        """Return whether other servers may write here: then only the old is swept."""
        ...

    def draft(self, id: str | None = None) -> Draft:
        """Return a new content that is being written.

        Args:
            id: the id of its file; a new one without it.

        Raises:
            OSError: nothing can be written.
        """
        ...

    def open(self, id: str) -> BinaryIO:
        """Return a content, opened.

        Raises:
            OSError: it isn't there, or can't be reached.
        """
        ...

    def lent(self, id: str) -> AbstractContextManager[Path]:
        """Return what has a content as a file on the disk, for a while.

        Raises:
            OSError: it isn't there, or can't be reached. Where contents are on the
                disk anyhow, only opening the file shows that.
        """
        ...

    def delete(self, ids: Iterable[str]) -> None:
        """Delete contents, as far as they are there and can be reached."""
        ...

    def sweep(self, known: Collection[str]) -> None:
        """Delete what a crash left: drafts, and contents of files that don't exist.

        Args:
            known: the ids of all files.
        """
        ...

    def close(self) -> None:
        """Let go of everything; delete what belongs to a store in memory."""
        ...
