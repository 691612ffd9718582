"""The folder of an archive: files appear in it whole, or not at all.

Nothing here follows a symbolic link, neither when writing nor when reading: somebody
else may have put it there.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import ArchiveError
from .names import PART, ROOMS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from typing import Self

_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
# A named pipe would hold up who opens it.
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)


class Folder:
    """A folder, and the files that it has by their paths within it.

    Attributes:
        path: where it is.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def make(self) -> None:
        """Make the folder with its rooms, for its owner alone.

        Raises:
            ArchiveError: something else is in the way.
            OSError: it can't be made.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for room in ROOMS.values():
            with suppress(FileExistsError):
                (self.path / room).mkdir(mode=0o700)
        self.check()

    def check(self) -> None:
        """Check that no room of it leads elsewhere.

        Raises:
            ArchiveError: one is a link, or no folder.
        """
        if not self.path.is_dir():
            raise ArchiveError(f"{self.path} is not a folder")
        for room in ROOMS.values():
            path = self.path / room
            with suppress(FileNotFoundError):
                if not stat.S_ISDIR(path.lstat().st_mode):
                    raise ArchiveError(f"{path} is not a folder, but a link or a file")

    def is_of_others(self, ours: Collection[str]) -> bool:
        """Return whether there is anything in it but empty rooms and drafts.

        Args:
            ours: names of files that may be there.
        """
        try:
            names = [each.name for each in self.path.iterdir()]
        except FileNotFoundError:
            return False
        rooms = ROOMS.values()
        others = [n for n in names if n not in {*ours, *rooms} and PART not in n]
        return bool(others) or any(not each.endswith(PART) for each in self.files())

    def has(self, path: str) -> bool:
        """Return whether it has a file."""
        return (self.path / path).is_file()

    def open(self, path: str) -> BinaryIO:
        """Open a file to read it.

        Raises:
            ArchiveError: it is a link, or no file.
            OSError: it isn't there, or can't be read.
        """
        flags = os.O_RDONLY | _NO_LINK | _BINARY | _AT_ONCE
        try:
            handle = os.open(self.path / path, flags)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EMLINK):
                raise ArchiveError(f"{self.path / path} is a link") from error
            raise
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ArchiveError(f"{self.path / path} is not a file")
        return os.fdopen(handle, "rb")

    def read(self, path: str, *, most: int) -> bytes:
        """Return what a small file has in it.

        Raises:
            ArchiveError: it has more than `most` bytes.
        """
        with self.open(path) as file:
            if os.fstat(file.fileno()).st_size > most:
                raise ArchiveError(f"{self.path / path} is larger than {most} bytes")
            return file.read()

    @contextmanager
    def writing(self, path: str) -> Iterator[Draft]:
        """Write a file, which is there when all of it is on the disk.

        After an exception it is as it was before.
        """
        with Draft(self, path) as draft:
            yield draft
            draft.keep()

    def write(self, path: str, data: bytes) -> None:
        """Write a small file; see `writing`."""
        with self.writing(path) as draft:
            draft.write(data)

    def delete(self, path: str) -> None:
        """Delete a file, if it is there."""
        (self.path / path).unlink(missing_ok=True)

    def sync(self, room: str = "") -> None:
        """Have the names in it written to the disk."""
        if os.name == "nt":
            return
        handle = os.open(self.path / room, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def sweep(self) -> None:
        """Delete what an interrupted export left half written."""
        for room in ("", *ROOMS.values()):
            for each in (self.path / room).glob(f"*{PART}"):
                each.unlink()

    def files(self) -> Iterator[str]:
        """Yield the paths of all files of the rooms, and of links and the like."""
        for room in ROOMS.values():
            unless = suppress(FileNotFoundError, NotADirectoryError)
            with unless, os.scandir(self.path / room) as found:
                for each in found:
                    yield f"{room}/{each.name}"


class Draft:
    """A file that is being written.

    Attributes:
        path: where it will be, within the folder.
        size: how many bytes it has so far.
    """

    def __init__(self, folder: Folder, path: str) -> None:
        self.path = path
        self.size = 0
        self._folder = folder
        self._hash = hashlib.sha256()
        self._part = folder.path / f"{path}{PART}"
        self._part.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | _BINARY
        self._file = os.fdopen(os.open(self._part, flags, 0o600), "wb")
        self._kept = False

    @property
    def digest(self) -> str:
        """Return its hash, by SHA-256."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def restart(self) -> None:
        """Begin anew."""
        self._file.seek(0)
        self._file.truncate()
        self.size, self._hash = 0, hashlib.sha256()

    def keep(self) -> None:
        """Put it in its place, when it is on the disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._part.replace(self._folder.path / self.path)
        self._folder.sync(self.path.rpartition("/")[0])
        self._kept = True

    def discard(self) -> None:
        """Delete it, unless it was kept."""
        if not self._kept:
            # With a full disk, closing fails again at what is still buffered.
            with suppress(OSError):
                self._file.close()
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()
