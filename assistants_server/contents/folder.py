"""The contents of files, in a folder: on the disk, or shared among machines."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING, BinaryIO

from ..contract.file_objects import new_file_id
from .names import PATTERN, name_of
from .temporary_folders import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

_DRAFT = ".part"
# What the folder may have in it that is ours to delete: contents and drafts.
_OURS = re.compile(rf"{PATTERN}|file-[A-Za-z0-9]{{24}}\.part|[a-z0-9_]{{8}}\.part")


class Folder:
    """A folder that is made when it is needed, for its owner alone."""

    def __init__(self, path: Path | None, *, is_ours: bool = True) -> None:
        """Say where it is.

        Args:
            path: where; without one it is a temporary one.
            is_ours: whether nobody else has anything to do with it; one that somebody
                else made keeps its permissions.
        """
        self._is_ours = is_ours
        self._temporary: TemporaryFolder | None = None
        self._path = path

    @property
    def path(self) -> Path:
        """Return where it is; it is there from now on."""
        if self._path is None:
            self._temporary = TemporaryFolder()
            self._path = self._temporary.path
        self._path.mkdir(mode=0o700, exist_ok=True)
        if self._is_ours:
            # What is in it may be secret, also where an earlier version made it.
            with suppress(OSError):
                self._path.chmod(0o700)
        return self._path

    @property
    def files(self) -> list[Path]:
        """Return what is in it; the folder is not made."""
        there = self._path is not None and self._path.is_dir()
        return [*self._path.iterdir()] if there and self._path else []

    def has(self, name: str) -> bool:
        """Return whether there is a file with this name; the folder is not made."""
        return self._path is not None and (self._path / name).exists()

    def close(self) -> None:
        """Delete it, if it is a temporary one."""
        if self._temporary:
            self._temporary.close()


class FolderContents:
    """One file in a folder for each content; `Contents` describes the methods."""

    # ruff: noqa: D102 - see there
    def __init__(self, folder: Folder, *, grace: float = 0.0) -> None:
        """Use a folder.

        Args:
            folder: where the files are.
            grace: seconds for which a content may be there without its file, as where
                other processes write into the folder.
        """
        self._folder = folder
        self._grace = grace

    @property
    def is_shared(self) -> bool:
        return self._grace > 0

    def draft(self, id: str | None = None) -> FolderDraft:
        return FolderDraft(self._folder.path, id or new_file_id())

    def path(self, id: str) -> Path:
        """Return where a content is."""
        return self._folder.path / name_of(id)

    def open(self, id: str) -> BinaryIO:
        return self.path(id).open("rb")

    def lent(self, id: str) -> AbstractContextManager[Path]:
        return nullcontext(self.path(id))

    def delete(self, ids: Iterable[str]) -> None:
        for each in ids:
            # On Windows, one that is being downloaded stays until the next sweep.
            with suppress(OSError):
                self.path(each).unlink()

    def sweep(self, known: Collection[str]) -> None:
        names = {name_of(each) for each in known}
        for each in self._folder.files:
            if each.name not in names and _OURS.fullmatch(each.name):
                with suppress(OSError):
                    if time.time() - each.stat().st_mtime >= self._grace:
                        each.unlink()

    def close(self) -> None:
        self._folder.close()


class FolderDraft:
    """A content that is being written into a folder; `Draft` describes the methods."""

    # ruff: noqa: D102 - see there
    def __init__(self, folder: Path, id: str) -> None:
        handle, name = tempfile.mkstemp(suffix=_DRAFT, prefix="", dir=folder)
        self.id = id
        self.size = 0
        self._path: Path | None = folder / name
        self._is_named = False
        self._file = os.fdopen(handle, "wb")
        self._hash = hashlib.sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    def finish(self) -> None:
        self._file.close()

    def keep(self) -> None:
        assert self._path is not None
        target = self._path.with_name(name_of(self.id))
        self._path.replace(target)
        self._path, self._is_named = target, True

    def commit(self) -> None:
        if self._is_named:
            self._path = None

    def discard(self) -> None:
        with suppress(OSError):
            self._file.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
