"""A store, copied to another place with the contents of its files and its keys."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..contents import open_contents, our_folder
from ..keys.opened import keys_of
from ..store import DatabaseURL, StoreError, open_store, place_of, store_exists
from .tables import TABLES

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ..contents import Contents
    from ..keys.stored import KeyStore
    from ..store import Place
    from ..store.database import Database
    from ..store.sql import SQLStore

_PIECE = 1024 * 1024


@dataclass
class CopyReport:
    """What was copied.

    Attributes:
        rows: how many rows, by table.
        contents: of how many files.
        bytes: how long they are together.
        missing: the files whose contents aren't there.
        keys: how many keys.
    """

    rows: dict[str, int] = field(default_factory=dict)
    contents: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    keys: int = 0


def copy_store(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    source_files: str | None = None,
    target_files: str | None = None,
    on_step: Callable[[str, int, int], None] = lambda what, done, known: None,
) -> CopyReport:
    """Copy a store to another place, which has to be empty.

    Ids, positions, projects and keys stay what they are; runs that go on are carried on
    by the next server there. What is in tables is there as a whole at the end or, after
    an error, not at all: the same call begins anew then, and writes over what contents
    there are.

    Args:
        source: the file or URL of the store, which no server uses.
        target: the file or URL of the other one.
        source_files: where the contents are, as the option `--files` of the server has
            it.
        target_files: where they go, likewise.
        on_step: called with what is copied, how much of it is, and how much there is.

    Raises:
        OSError: a content can't be read or written.
        StoreError: a store can't be used, is in use, or isn't empty.
        ValueError: there can be no such store.
    """
    places = place_of(source), place_of(target)
    if not store_exists(places[0]):
        raise StoreError(f"{places[0]} is no store; there is nothing to copy")
    if _same(*places):
        raise StoreError(f"{places[0]} can't be copied onto itself")
    with ExitStack() as stack:
        one, other = (_opened(stack, place) for place in places)
        _check_alone(one, places[0])
        _check_alone(other, places[1])
        files = [
            stack.enter_context(closing(open_contents(where, store, our_folder(place))))
            for where, store, place in zip(
                (source_files, target_files), (one, other), places, strict=True
            )
        ]
        report = CopyReport()
        _check_empty(other, places[1])
        _copy_contents(one, files[0], files[1], report, on_step)
        _copy_keys(keys_of(one, places[0]), keys_of(other, places[1]), report)
        _copy_tables(one, other, places[1], report, on_step)
        return report


def _same(one: Place, other: Place) -> bool:
    if isinstance(one, DatabaseURL) or isinstance(other, DatabaseURL):
        return one == other
    return one.resolve() == other.resolve()


def _opened(stack: ExitStack, place: Place) -> SQLStore:
    store: SQLStore = open_store(place)  # type: ignore[assignment]
    return stack.enter_context(closing(store))


def _check_alone(store: SQLStore, place: Place) -> None:
    """Check that no server uses a store; of a file, none can."""
    if not isinstance(place, DatabaseURL):
        return
    with store.errors_explained(), store.changes():
        seen = store.database.execute(
            "select 1 from processes where seen_at > now() - make_interval(secs => ?)",
            (store.processes.lease,),
        )
        if seen.fetchone():
            raise StoreError(
                f"{place} is used by a server; end it, and wait some"
                f" {store.processes.lease:.0f} s if it was killed"
            )


def _check_empty(store: SQLStore, place: Place) -> None:
    with store.errors_explained(), store.changes():
        full = [each.name for each in TABLES if each.count(store.database)]
    if full:
        raise StoreError(
            f"{place} isn't empty (it has {full[0]}); name another one to copy to"
        )


def _copy_contents(
    store: SQLStore,
    source: Contents,
    target: Contents,
    report: CopyReport,
    on_step: Callable[[str, int, int], None],
) -> None:
    with store.errors_explained(), store.changes():
        rows = store.database.execute(
            "select id from objects where kind = 'file' and body is not null"
            " order by place"
        ).fetchall()
    for done, (file,) in enumerate(rows, 1):
        try:
            content = source.open(file)
        except FileNotFoundError:
            report.missing.append(file)
            continue
        draft = target.draft(file)
        try:
            with content:
                while piece := content.read(_PIECE):
                    draft.write(piece)
            draft.finish()
            draft.keep()
            draft.commit()
        finally:
            draft.discard()
        report.contents += 1
        report.bytes += draft.size
        on_step("files", done, len(rows))


def _copy_keys(
    source: KeyStore | None, target: KeyStore | None, report: CopyReport
) -> None:
    if source is None or target is None:
        return
    known = {each.id for each in target.all()}
    for key in source.all():
        # Of a copy that broke off.
        if key.id not in known:
            target.add(key)
        report.keys += 1


def _copy_tables(
    source: SQLStore,
    target: SQLStore,
    place: Place,
    report: CopyReport,
    on_step: Callable[[str, int, int], None],
) -> None:
    """Copy all tables in one change, and count them before it is made."""
    one, other = source.database, target.database
    with (
        source.errors_explained(),
        source.changes(),
        target.errors_explained(),
        target.changes(),
    ):
        for table in TABLES:
            known = table.count(one)
            done = 0
            for rows in table.portions(one):
                table.write(other, rows)
                done += len(rows)
                on_step(table.name, done, known)
            if not done == known == table.count(other):
                raise StoreError(
                    f"of {known} rows of {table.name} only {table.count(other)} have"
                    " come; nothing was copied"
                )
            report.rows[table.name] = known
        if isinstance(place, DatabaseURL):
            _go_on_counting(other)


def _go_on_counting(database: Database) -> None:
    """Let what is added next come after what has been copied."""
    for table in TABLES:
        if "place" in table.all_columns:
            database.execute(
                "select setval(pg_get_serial_sequence(?, 'place'),"
                f" (select max(place) from {table.name}))",
                (table.name,),
            )
