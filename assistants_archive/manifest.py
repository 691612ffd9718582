"""The manifest of an archive, and the entries of its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from .errors import ArchiveError
from .names import MANIFEST

if TYPE_CHECKING:
    from .folder import Folder

FORMAT: Final = "assistants-archive"
VERSION: Final = 1
_MOST = 16 * 1024 * 1024
_NOT_FOUND = 404
_pretty = msgspec.json.format


class Stored(msgspec.Struct):
    """A file of an archive: where, how long, and its hash by SHA-256."""

    path: str
    bytes: int
    sha256: str


class Problem(msgspec.Struct, omit_defaults=True):
    """What could not be had.

    Attributes:
        unit: the kind of the unit, such as "thread", or "list".
        id: its id, or what was to be listed.
        what: what of it is missing, such as "messages", "content".
        error: the kind of error, such as "NotFoundError".
        message: what the server or the client said.
        status: the status of HTTP, if there was one.
    """

    unit: str
    id: str
    what: str
    error: str
    message: str
    status: int | None = None

    @property
    def is_final(self) -> bool:
        """Return whether asking again is useless: the server doesn't have it."""
        return self.status == _NOT_FOUND


class Entry(msgspec.Struct, omit_defaults=True):
    """A unit: an object with what belongs to it.

    Attributes:
        unit: "assistant", "thread", "vector_store" or "file".
        id: its id.
        lines: the file with its lines; None if nothing could be had.
        counts: how many lines there are of each kind.
        content: the content of a file.
        problems: what of it could not be had.
        refers: ids of what it names, by their kinds.
    """

    unit: str
    id: str
    lines: Stored | None = None
    counts: dict[str, int] = {}
    content: Stored | None = None
    problems: list[Problem] = []
    refers: dict[str, list[str]] = {}

    @property
    def files(self) -> list[Stored]:
        """Return the files that it has in the archive."""
        return [each for each in (self.lines, self.content) if each is not None]


class Manifest(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an archive is, and whether it is whole.

    Attributes:
        format: always "assistants-archive".
        version: the version of the format.
        server: the base URL of the server that it came from, without secrets.
        selection: what was asked for, by which a folder is told from another's.
        began: when the export began, in ISO 8601.
        ended: when it ended; None while it goes on, or after an interruption.
        complete: whether all that was asked for is in it.
        counts: how many objects there are of each kind.
        problems: how many things could not be had, by the unit.
        index: the file that lists all units.
    """

    format: str = ""
    version: int = 0
    server: str
    selection: dict[str, Any]
    began: str
    ended: str | None = None
    complete: bool = False
    counts: dict[str, int] = {}
    problems: dict[str, int] = {}
    index: Stored | None = None

    def write(self, folder: Folder) -> None:
        """Write it into a folder."""
        self.format, self.version = FORMAT, VERSION
        folder.write(MANIFEST, _pretty(msgspec.json.encode(self)) + b"\n")


def read_manifest(folder: Folder) -> Manifest:
    """Return the manifest of a folder.

    Raises:
        ArchiveError: it has none, or one of another format.
    """
    try:
        text = folder.read(MANIFEST, most=_MOST)
    except FileNotFoundError:
        raise ArchiveError(
            f"{folder.path} is not an archive: it has no {MANIFEST}; "
            "`assistants export` makes one"
        ) from None
    where = folder.path / MANIFEST
    try:
        found = msgspec.json.decode(text, type=Manifest)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ArchiveError(
            f"{where} is not the manifest of an archive: {error}"
        ) from None
    if found.format != FORMAT:
        raise ArchiveError(f"{where} is the manifest of something else")
    if found.version != VERSION:
        raise ArchiveError(
            f"{where}: the archive has version {found.version}, and this program reads "
            f"version {VERSION}; use the program that made it, or a later one of this"
        )
    return found
