"""Importing an archive into the file of a store that no server has open."""

from __future__ import annotations

import logging
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ..contents import check_place, open_contents, our_folder
from ..keys import DEFAULT_PROJECT
from ..store import StoreError, open_store, place_of, store_exists
from .importer import import_archive

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ..contents import Contents
    from ..store import Store
    from .report import Report


def import_into(
    store: str | os.PathLike[str],
    archive: str | os.PathLike[str],
    *,
    project: str = DEFAULT_PROJECT,
    files: str | None = None,
    dry_run: bool = False,
    on_unit: Callable[[int, int], None] = lambda done, known: None,
) -> Report:
    """Import an archive into a store, which is made if there is none.

    Args:
        store: the file or URL, as the option `--store` of the server has it.
        archive: the folder of the archive.
        project: whose everything is then.
        files: where files are, as the option `--files` of the server has it.
        dry_run: whether to find out what would be, and change nothing.
        on_unit: called after each unit, with how many are done and how many there are.

    Raises:
        ArchiveError: it is not an archive, or damaged; nothing was imported.
        OSError: something can't be read or written.
        StoreError: the store can't be used, such as while a server has it.
    """
    try:
        place = place_of(store)
        check_place(files, place)
    except ValueError as error:
        raise StoreError(str(error)) from None
    with ExitStack() as spare:
        if dry_run and not store_exists(place):
            folder = spare.enter_context(tempfile.TemporaryDirectory())
            place = Path(folder, "store.db")
        opened = open_store(place)
        contents = open_contents(files, opened, our_folder(place))
        try:
            return import_archive(
                *(archive, opened, contents),
                project=project,
                dry_run=dry_run,
                on_unit=on_unit,
            )
        finally:
            opened.close()
            with suppress(OSError):
                contents.close()


def import_at_start(
    archive: str | os.PathLike[str], store: Store, contents: Contents
) -> None:
    """Import an archive into a server that starts; log what is left out of it.

    Raises:
        ArchiveError: it is not an archive, or damaged; nothing was imported.
        OSError: something can't be read or written.
    """
    report = import_archive(archive, store, contents)
    log = logging.getLogger("assistants_server")
    for verdict in ("conflict", "refused"):
        for each in report.notes:
            if each.verdict == verdict:
                log.warning(
                    "%s %s is not imported: %s", each.kind, each.id, each.reason
                )
