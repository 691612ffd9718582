"""The import of an archive into a store."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from assistants_archive import Archive, ArchiveError, LineError, value_of, verify
from assistants_archive.lines import lines_of
from assistants_archive.names import MANIFEST

from ..keys import DEFAULT_PROJECT
from .checks import WrongError, moment
from .files import FileImport
from .placement import Placement
from .report import Report
from .threads import import_assistant, import_thread
from .vector_stores import import_vector_store

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from assistants_archive import Entry

    from ..contents import Contents
    from ..store import Store

_KINDS = ("file", "vector_store", "assistant", "thread")


class _DryRunError(Exception):
    """Takes back what a dry run has done."""


def import_archive(
    path: str | os.PathLike[str],
    store: Store,
    contents: Contents,
    *,
    project: str = DEFAULT_PROJECT,
    dry_run: bool = False,
    on_unit: Callable[[int, int], None] = lambda done, known: None,
) -> Report:
    """Import an archive, with its ids, dates and order.

    A unit is imported whole or not at all; what is there already stays as it is. The
    server that has the store must not be at work yet.

    Args:
        path: the folder of the archive.
        store: where everything goes.
        contents: where the contents of files go.
        project: whose everything is then.
        dry_run: whether to find out what would be, and change nothing.
        on_unit: called after each unit, with how many are done and how many there are.

    Raises:
        ArchiveError: it is not an archive, or damaged; nothing was imported.
        OSError: it can't be read, or the disk is full.
        StoreError: the store can't be used.
    """
    verified = verify(path)
    if not verified.sound:
        raise ArchiveError(
            f"{path} is damaged, so nothing is imported: {verified.damages[0]}; "
            "`assistants verify` has all of it"
        )
    archive, report = Archive(path), Report(dry=dry_run)
    units = verified.units
    try:
        ended = moment(archive.manifest.ended)
    except WrongError as error:
        where = archive.folder.path / MANIFEST
        raise ArchiveError(f"{where}: $.ended: {error}") from None
    placement = Placement(
        store,
        report,
        project=project,
        when=ended,
        now=int(time.time()),
    )
    work = _Import(archive, placement, contents, lambda done: on_unit(done, units))
    with store.errors_explained():
        if not dry_run:
            work.run()
            return report
        try:
            with store.changes():
                work.run()
                raise _DryRunError
        except _DryRunError:
            return report


class _Import:
    """An import that goes on."""

    def __init__(
        self,
        archive: Archive,
        placement: Placement,
        contents: Contents,
        on_unit: Callable[[int], None],
    ) -> None:
        self._archive = archive
        self._placement = placement
        self._store = placement.store
        self._report = placement.report
        self._on_unit = on_unit
        self._files = FileImport(archive, contents, placement, dry=self._report.dry)
        self._done = 0

    def run(self) -> None:
        """Import all units, each kind in the order in which its objects were made."""
        for kind in _KINDS:
            entries = [each for each in self._archive.entries(kind) if each.lines]
            for entry in sorted(entries, key=self._made):
                self._unit(entry)
                self._done += 1
                self._on_unit(self._done)

    def _unit(self, entry: Entry) -> None:
        assert entry.lines is not None
        try:
            with self._archive.open(entry.lines) as file, self._store.changes():
                if entry.unit == "file":
                    self._files.add(entry, file)
                elif entry.unit == "vector_store":
                    import_vector_store(self._placement, file)
                elif entry.unit == "assistant":
                    import_assistant(self._placement, file)
                else:
                    import_thread(self._placement, file)
        except (ArchiveError, LineError) as error:
            self._report.add("refused", entry.unit, entry.id, str(error))
        finally:
            self._files.settle()

    def _made(self, entry: Entry) -> tuple[float, str]:
        """Return when the object of a unit was made; what doesn't say comes first."""
        assert entry.lines is not None
        value: Any = None
        try:
            with self._archive.open(entry.lines) as file:
                value = value_of(next(lines_of(file)).raw)
        except (ArchiveError, LineError, StopIteration):
            pass
        made = value.get("created_at") if isinstance(value, dict) else None
        if isinstance(made, int | float) and math.isfinite(made):
            return made, entry.id
        return 0.0, entry.id
