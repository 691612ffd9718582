"""Reading an archive, which may be damaged or hostile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ArchiveError
from .folder import Folder
from .journal import entries_of
from .manifest import read_manifest
from .names import CONTENTS, content_path, unit_path

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from typing import BinaryIO

    from .manifest import Entry, Manifest, Stored

KINDS = ("file", "vector_store", "assistant", "thread")
"""The kinds of units, in an order in which each names only what was before it."""


class Archive:
    """An archive that is whole.

    Attributes:
        folder: its folder.
        manifest: its manifest.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open an archive.

        Raises:
            ArchiveError: it is none, or its export hasn't ended.
            OSError: it can't be read.
        """
        self.folder = Folder(path)
        self.folder.check()
        self.manifest: Manifest = read_manifest(self.folder)
        if self.manifest.ended is None or self.manifest.index is None:
            raise ArchiveError(
                f"the export into {self.folder.path} has not ended: run the same "
                "`assistants export` again to go on with it"
            )

    def entries(self, kind: str | None = None) -> Iterator[Entry]:
        """Yield the units, of one kind or of all.

        Raises:
            ArchiveError: the index can't be read, or leads out of the folder.
        """
        for entry in entries_of(self.folder, CONTENTS):
            check_entry(entry)
            if kind in (None, entry.unit):
                yield entry

    def open(self, stored: Stored) -> BinaryIO:
        """Open a file of it.

        Raises:
            ArchiveError: it is not a file, or not as long as it should be.
            OSError: it can't be read.
        """
        file = self.folder.open(stored.path)
        file.seek(0, 2)
        if file.tell() != stored.bytes:
            file.close()
            raise ArchiveError(f"{stored.path} has not the length that it should have")
        file.seek(0)
        return file


def check_entry(entry: Entry) -> None:
    """Check that an entry's files are where its id says.

    Raises:
        ArchiveError: they are elsewhere.
    """
    if entry.unit not in KINDS:
        raise ArchiveError(f"the index has a unit of an unknown kind: {entry.unit!r}")
    if entry.lines and entry.lines.path != unit_path(entry.unit, entry.id):
        raise ArchiveError(f"the index has an unexpected path: {entry.lines.path!r}")
    if entry.content and (
        entry.unit != "file" or entry.content.path != content_path(entry.id)
    ):
        raise ArchiveError(f"the index has an unexpected path: {entry.content.path!r}")
