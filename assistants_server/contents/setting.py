"""Opening the contents that a setting names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from ..store import DatabaseURL, SQLiteStore, StoreError
from .folder import Folder, FolderContents
from .names import GRACE
from .s3 import SCHEME, S3Contents, parsed

if TYPE_CHECKING:
    from ..store import Place, Store
    from ..store.postgres import PostgresStore
    from .interface import Contents

IN_DATABASE: Final = "database"
"""What the setting says where contents are in the store's own database."""


def our_folder(store: Place | None) -> Folder:
    """Return the folder of a server: `NAME.files` beside the file NAME of its store.

    Args:
        store: where that is; the folder of one that isn't in a file is temporary.
    """
    if not isinstance(store, Path):
        return Folder(None)
    # Where links lead: the store may be opened by another name next time.
    real = store.resolve()
    return Folder(real.with_name(f"{real.name}.files"))


def check_place(files: str | None, store: Place | None) -> None:
    """Check that contents can be where a setting says.

    Args:
        files: the setting.
        store: where the store is.

    Raises:
        ValueError: they can't.
    """
    if files is None:
        return
    if store is None:
        raise ValueError(
            "a place for files needs a store as well, without which nobody would know "
            "of them after a restart; name one, too"
        )
    if files.startswith(SCHEME):
        parsed(files)
    elif files == IN_DATABASE:
        if not isinstance(store, DatabaseURL):
            raise ValueError(
                "files in the database need a store in PostgreSQL; those of a store in "
                "a file are in a folder beside it"
            )
    elif not files or "://" in files:
        raise ValueError(f"files can be in a folder, {SCHEME}BUCKET/PREFIX or database")


def open_contents(files: str | None, store: Store, folder: Folder) -> Contents:
    """Open the contents of a server's files.

    Args:
        files: the setting: a folder, `s3://BUCKET/PREFIX`, or `database`. Without it
            they are in the database of a store in PostgreSQL, or in the folder.
        store: the store.
        folder: the folder of the server.

    Raises:
        StoreError: they can't be reached.
        ValueError: what is needed for it isn't installed.
    """
    if files is None or files == IN_DATABASE:
        if isinstance(store, SQLiteStore):
            return FolderContents(folder)
        from .database import DatabaseContents

        return DatabaseContents(cast("PostgresStore", store))
    try:
        if files.startswith(SCHEME):
            return S3Contents(files)
        # The program around an embedded server may change its working directory.
        other = Folder(Path(files).absolute(), is_ours=False)
        other.path  # noqa: B018 - it is made, or can't be
    except FileExistsError as error:
        raise StoreError(f"{files} is no folder; name another place") from error
    except OSError as error:
        raise StoreError(f"{files}: {error.strerror or error}") from error
    return FolderContents(other, grace=GRACE)
