"""The contents of files, on the disk beside the database."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .store import DatabaseURL
from .temporary_folders import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from .store import Place

_DRAFT = ".part"
# Ids that this server made. Others were imported, and may be anything.
_OWN_ID = re.compile(r"file-[A-Za-z0-9]{24}")
# What the folder may have in it that is ours to delete: contents and drafts.
_OURS = re.compile(
    rf"{_OWN_ID.pattern}(\.part)?|imported-[0-9a-f]{{64}}|[a-z0-9_]{{8}}\.part"
)


def _name_of(id: str) -> str:
    """Return the name of a content: its id, or its hash where it isn't our own."""
    if _OWN_ID.fullmatch(id):
        return id
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass"))
    return f"imported-{digest.hexdigest()}"


def file_beside(place: Place | None) -> Path | None:
    """Return the file beside which contents are: of a database, one in the home."""
    if not isinstance(place, DatabaseURL):
        return place
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    folder = Path(data).expanduser() / "assistants-server"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / hashlib.sha256(place.shown.encode()).hexdigest()[:16]


class Contents:
    """A folder with one file for each content, named by its id.

    It is `NAME.files` beside the database NAME, or a temporary one for a store in
    memory. A content is there before the row of its file, and goes after it; what a
    crash leaves between the two is deleted by `sweep`.
    """

    def __init__(self, database: Path | None) -> None:
        """Say where the folder is; it is made when it is needed.

        Args:
            database: the file of the store; None for one in memory.
        """
        self._temporary: TemporaryFolder | None = None
        # Where links lead: the store may be opened by another name next time.
        real = None if database is None else database.resolve()
        self._folder = None if real is None else real.with_name(f"{real.name}.files")

    @property
    def folder(self) -> Path:
        """Return the folder, which is there from now on."""
        if self._folder is None:
            self._temporary = TemporaryFolder()
            self._folder = self._temporary.path
        # What is in it may be secret, also where an earlier version made it.
        self._folder.mkdir(mode=0o700, exist_ok=True)
        with suppress(OSError):
            self._folder.chmod(0o700)
        return self._folder

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name; the folder is not made."""
        return self._folder is not None and (self._folder / name).exists()

    def draft(self) -> Draft:
        """Return a new content that is being written."""
        return Draft(self.folder)

    def path(self, id: str) -> Path:
        """Return where a content is."""
        return self.folder / _name_of(id)

    def open(self, id: str) -> BinaryIO:
        """Return a content, opened.

        Raises:
            OSError: it isn't there.
        """
        return self.path(id).open("rb")

    def delete(self, ids: Iterable[str]) -> None:
        """Delete contents, as far as they are there."""
        for each in ids:
            # On Windows, one that is being downloaded stays until the next sweep.
            with suppress(OSError):
                self.path(each).unlink()

    def sweep(self, known: Collection[str]) -> None:
        """Delete what a crash left: drafts, and contents of files that don't exist.

        Args:
            known: the ids of all files.
        """
        if self._folder is None or not self._folder.is_dir():
            return
        names = {_name_of(each) for each in known}
        for each in self._folder.iterdir():
            if each.name not in names and _OURS.fullmatch(each.name):
                with suppress(OSError):
                    each.unlink()

    def close(self) -> None:
        """Delete the folder of a store in memory."""
        if self._temporary:
            self._temporary.close()


class Draft:
    """A content that is being written.

    Attributes:
        size: how many bytes it has so far.
    """

    def __init__(self, folder: Path) -> None:
        handle, name = tempfile.mkstemp(suffix=_DRAFT, prefix="", dir=folder)
        self.size = 0
        self._path: Path | None = Path(name)
        self._is_named = False
        self._file = os.fdopen(handle, "wb")
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Return what tells contents apart."""
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        """Add bytes at the end.

        Raises:
            OSError: the disk is full, or can't be written to.
        """
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> None:
        """Write what is still buffered; there is no more.

        Raises:
            OSError: the disk is full, or can't be written to.
        """
        self._file.close()

    def keep(self, id: str) -> None:
        """Make it the content of a file that is about to exist.

        `discard` still deletes it, until `commit` says that the file does exist.
        """
        assert self._path is not None
        target = self._path.with_name(_name_of(id))
        self._path.replace(target)
        self._path, self._is_named = target, True

    def commit(self) -> None:
        """Note that what `keep` was called for is stored, if it was called."""
        if self._is_named:
            self._path = None

    def discard(self) -> None:
        """Delete it, unless it was kept."""
        with suppress(OSError):
            self._file.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
