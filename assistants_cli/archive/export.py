"""The export of a server into an archive."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from assistants_archive import ArchiveError, Entry, Folder, Manifest, verify
from assistants_archive.journal import Journal, entry_line
from assistants_archive.manifest import Problem, Stored, read_manifest
from assistants_archive.names import CONTENTS, ERRORS, JOURNAL, MANIFEST
from assistants_client import APIConnectionError, APIError, AuthenticationError

from .listing import Listing, address_of
from .readers import Readers
from .source import Source
from .workers import each_of

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from assistants_client import Client

    from .selection import Selection

KINDS: Final = ("assistant", "thread", "vector_store", "file")
"""The units, in an order in which each names mostly what comes later."""
JOBS: Final = 4
# After so many units in a row that failed for the server's reasons, it is given up.
_MOST_FAILURES = 5
_TOO_MANY, _SERVER_ERROR = 429, 500


class ServerDownError(Exception):
    """The server answers nothing but errors; what is done is kept."""


@dataclass
class Progress:
    """How far an export is.

    Attributes:
        phase: what is being done, such as "threads".
        done: how many units of it are in the archive.
        known: how many there are, as far as is known.
        counts: how many objects there are of each kind.
        bytes: how long the contents of files are together.
        problems: how many things could not be had.
    """

    phase: str = ""
    done: int = 0
    known: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    bytes: int = 0
    problems: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came of an export.

    Attributes:
        manifest: the manifest of the archive.
        problems: what could not be had.
        was_complete: whether there was nothing left to do.
    """

    manifest: Manifest
    problems: list[Problem]
    was_complete: bool = False


class Export:
    """An export, which goes on where an earlier one into the same folder ended.

    What is in the folder when it ends, however it ends, is whole: a unit is there with
    all of its lines, or is read again next time.
    """

    def __init__(
        self,
        client: Client,
        folder: str | os.PathLike[str],
        selection: Selection,
        *,
        jobs: int = JOBS,
        on_progress: Callable[[Progress], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Prepare; nothing is sent or written yet.

        Args:
            client: a client of the server; its retries wait out 429 and outages.
            folder: where the archive will be, or is as far as it got.
            selection: what to export.
            jobs: how many units are read at the same time.
            on_progress: called when something has changed.
            now: returns the time.
        """
        self._folder = Folder(folder)
        self._selection = selection
        self._source = Source(client)
        self._readers = Readers(
            self._source,
            self._folder,
            selection.batches,
            contents=selection.contents,
        )
        self._jobs = jobs
        self._on_progress = on_progress
        self._now = now
        self._server = address_of(client)
        self._progress = Progress()
        self._positions: dict[tuple[str, str], int] = {}
        self._found: dict[str, dict[str, None]] = {kind: {} for kind in KINDS}
        self._failures = 0

    def run(self) -> Outcome:
        """Export, verify what is in the folder, and return what came of it.

        Raises:
            ArchiveError: the folder is that of something else, or was damaged.
            APIConnectionError: the server can't be reached; what is done is kept.
            AuthenticationError: the key is not accepted; likewise.
            ServerDownError: nothing but errors come; likewise.
            OSError: the folder can't be written.
        """
        manifest = self._manifest()
        if manifest.complete:
            return Outcome(manifest, [], was_complete=True)
        self._folder.make()
        journal = Journal(self._folder)
        try:
            self._folder.sweep()
            manifest.ended = None
            manifest.write(self._folder)
            problems = self._export(journal)
            self._finish(journal, manifest, problems)
        finally:
            journal.close()
        self._check(manifest)
        if not problems:
            # Nothing is left to be tried again, or to be reported.
            self._folder.delete(JOURNAL)
        return Outcome(manifest, problems)

    def _manifest(self) -> Manifest:
        """Return the manifest that is in the folder, or a new one."""
        asked = self._selection.as_data()
        if not self._folder.has(MANIFEST):
            if self._folder.is_of_others({JOURNAL}):
                raise ArchiveError(
                    f"{self._folder.path} has other files in it; name a new folder, or "
                    "that of an export that has not ended"
                )
            return Manifest(server=self._server, selection=asked, began=self._stamp())
        found = read_manifest(self._folder)
        if found.server != self._server:
            raise ArchiveError(
                f"{self._folder.path} has an export of {found.server} in it, not of "
                f"{self._server}; name another folder"
            )
        other = [name for name in asked if found.selection.get(name) != asked[name]]
        if other:
            raise ArchiveError(
                f"{self._folder.path} has an export in it that was asked for something "
                f"else ({', '.join(other)}); name another folder, or ask for the same"
            )
        return found

    def _stamp(self) -> str:
        return self._now().astimezone(UTC).isoformat(timespec="seconds")

    def _export(self, journal: Journal) -> list[Problem]:
        """Read all units that aren't there yet; return what could not be listed."""
        for position, entry in journal.entries():
            self._positions.pop((entry.unit, entry.id), None)
            # What was deleted meanwhile, or never was, stays so, and is reported anew.
            is_done = all(each.is_final for each in entry.problems)
            if is_done and self._is_there(entry):
                self._positions[entry.unit, entry.id] = position
                self._count(entry)
        # What is read again is not in the journal's last word on it.
        listing = Listing(self._source, self._selection)
        for kind, id in listing.units():  # noqa: A001 - of the unit
            self._found[kind][id] = None
        for kind in KINDS * 2:
            # What units name may be of a kind that was read before.
            self._read_all(kind, journal)
        return listing.problems

    def _is_there(self, entry: Entry) -> bool:
        return all(
            self._folder.has(each.path)
            and (self._folder.path / each.path).lstat().st_size == each.bytes
            for each in entry.files
        )

    def _read_all(self, kind: str, journal: Journal) -> None:
        found = self._found[kind]
        todo = [each for each in found if (kind, each) not in self._positions]
        self._progress.phase = f"{kind}s"
        self._progress.known = len(found)
        self._progress.done = len(found) - len(todo)
        read = partial(self._readers.read, kind)
        with each_of(read, todo, count=self._jobs) as entries:
            for id, entry in entries:  # noqa: A001 - of the unit
                self._positions[kind, id] = journal.add(entry)
                self._progress.done += 1
                self._count(entry)
                self._on_progress(self._progress)
                self._note_failure(entry)

    def _count(self, entry: Entry) -> None:
        self._progress.counts.update(entry.counts)
        self._progress.problems += len(entry.problems)
        if entry.content:
            self._progress.bytes += entry.content.bytes
        for kind, ids in entry.refers.items():
            for id in ids:  # noqa: A001 - of what is named
                self._found[kind][id] = None
                if entry.unit == "vector_store" and kind == "file":
                    self._readers.stores_of.setdefault(id, entry.id)

    def _note_failure(self, entry: Entry) -> None:
        """Raise ServerDownError where the server answers nothing but errors."""
        statuses = [each.status or 0 for each in entry.problems]
        if not any(s == _TOO_MANY or s >= _SERVER_ERROR for s in statuses):
            self._failures = 0
            return
        self._failures += 1
        if self._failures >= _MOST_FAILURES:
            raise ServerDownError(
                f"the last {self._failures} units failed: {entry.problems[-1].message}"
            )

    def _finish(
        self, journal: Journal, manifest: Manifest, problems: list[Problem]
    ) -> None:
        """Write the index, what could not be had, and the manifest."""
        counts: Counter[str] = Counter()
        with self._folder.writing(CONTENTS) as index:
            for _, position in sorted(self._positions.items()):
                entry = journal.at(position)
                entry.refers = {}
                problems += entry.problems
                counts.update(entry.counts)
                counts["content"] += entry.content is not None
                index.write(entry_line(entry))
        self._folder.write(ERRORS, b"".join(map(problem_line, problems)))
        manifest.index = Stored(CONTENTS, index.size, index.digest)
        manifest.counts = {k: n for k, n in sorted(counts.items()) if n}
        manifest.problems = dict(Counter(each.unit for each in problems))
        manifest.complete = not problems
        manifest.ended = self._stamp()
        manifest.write(self._folder)

    def _check(self, manifest: Manifest) -> None:
        self._progress.phase, self._progress.known = "verifying", len(self._positions)

        def note(done: int) -> None:
            self._progress.done = done
            self._on_progress(self._progress)

        found = verify(self._folder.path, on_unit=note)
        if not found.sound:
            manifest.ended, manifest.complete = None, False
            manifest.write(self._folder)
            raise ArchiveError(
                f"{self._folder.path} is not as it was written: {found.damages[0]}; "
                "delete what is named, and run the same command again"
            )


STOPPED: Final = (APIConnectionError, AuthenticationError, ServerDownError, APIError)
"""What ends an export early, and is over when the same command is run later."""


def problem_line(problem: Problem) -> bytes:
    """Return a problem as a line of errors.ndjson."""
    import msgspec

    return msgspec.json.encode(problem) + b"\n"
