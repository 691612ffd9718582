"""Verifying an archive by its counts and hashes."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from .errors import ArchiveError
from .lines import LineError, lines_of
from .names import CONTENTS
from .reader import Archive

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from .manifest import Entry, Manifest, Stored

_PIECE = 1024 * 1024


class Verification(msgspec.Struct):
    """What came of verifying an archive.

    Attributes:
        manifest: its manifest.
        units: how many units were verified.
        counts: how many objects there are of each kind.
        damages: what is not as it should be; empty for a sound archive.
    """

    manifest: Manifest
    units: int = 0
    counts: dict[str, int] = {}
    damages: list[str] = []

    @property
    def sound(self) -> bool:
        """Return whether everything is as it was written."""
        return not self.damages


def verify(
    path: str | os.PathLike[str], *, on_unit: Callable[[int], None] | None = None
) -> Verification:
    """Verify an archive: each file by its length and hash, each line by being one.

    Args:
        path: its folder.
        on_unit: called after each unit, with how many there were.

    Raises:
        ArchiveError: it is none, or its export hasn't ended.
        OSError: it can't be read.
    """
    archive = Archive(path)
    found = Verification(archive.manifest, damages=[])
    index = archive.manifest.index
    assert index is not None
    known: set[str] = set()
    counts: Counter[str] = Counter()
    index = msgspec.structs.replace(index, path=CONTENTS)
    found.damages += _damages(archive, index)
    try:
        for entry in archive.entries():
            found.units += 1
            found.damages += _of_unit(archive, entry, known, counts)
            if on_unit:
                on_unit(found.units)
    except (ArchiveError, OSError) as error:
        found.damages.append(str(error))
    found.counts = dict(counts)
    if not found.damages:
        found.damages += _of_counts(archive.manifest.counts, counts)
        found.damages += sorted(
            f"{each} is in the folder, and not in the index"
            for each in archive.folder.files()
            if each not in known
        )
    return found


def _of_unit(
    archive: Archive, entry: Entry, known: set[str], counts: Counter[str]
) -> Iterator[str]:
    for stored in entry.files:
        if stored.path in known:
            yield f"{stored.path} is in the index twice"
        known.add(stored.path)
        yield from _damages(archive, stored)
    if entry.lines is None:
        return
    here: Counter[str] = Counter()
    try:
        with archive.open(entry.lines) as file:
            for line in lines_of(file):
                here[line.kind] += 1
    except (ArchiveError, LineError, OSError) as error:
        yield f"{entry.lines.path}: {error}"
        return
    counts.update(here)
    if entry.content:
        counts["content"] += 1
    for difference in _of_counts(entry.counts, here):
        yield f"{entry.lines.path}: {difference}"


def _of_counts(said: dict[str, int], found: Counter[str]) -> Iterator[str]:
    for kind in sorted({*said, *found}):
        if said.get(kind, 0) != found[kind]:
            yield f"{found[kind]} of kind {kind}, where {said.get(kind, 0)} should be"


def _damages(archive: Archive, stored: Stored) -> Iterator[str]:
    try:
        with archive.open(stored) as file:
            digest = digest_of(file)
    except FileNotFoundError:
        yield f"{stored.path} is missing"
    except (ArchiveError, OSError) as error:
        yield str(error)
    else:
        if digest != stored.sha256:
            yield f"{stored.path} was changed: its hash is another one"


def digest_of(file: BinaryIO) -> str:
    """Return the hash of what a file has left, by SHA-256."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()
