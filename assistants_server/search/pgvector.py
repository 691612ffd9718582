"""The extension `vector` of PostgreSQL, pgvector, which compares vectors there.

The vectors of the index are arrays. Where the extension is, their column gets its type;
nothing else changes, as either is written and read as the other, too. So what they are
is looked up when it matters: a database may get the extension later, and may lose it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, NamedTuple

import psycopg
from psycopg import errors

from ..store.postgres.schema import VECTORS

if TYPE_CHECKING:
    from ..store.database import Database
    from ..store.postgres import PostgresStore

_COLUMN = """
select type.typname, quote_ident(namespace.nspname)
from pg_attribute a
join pg_type type on type.oid = a.atttypid
join pg_namespace namespace on namespace.oid = type.typnamespace
where a.attrelid = to_regclass('index_vectors') and a.attname = 'vector'
    and not a.attisdropped
"""
_SCHEMA = """
select quote_ident(nspname) from pg_extension
join pg_namespace on pg_namespace.oid = extnamespace where extname = 'vector'
"""
_AVAILABLE = "select 1 from pg_available_extensions where name = 'vector'"
_ADVICE = (
    "let a superuser run CREATE EXTENSION vector there, and start the server again"
)
_log = logging.getLogger("assistants_server")


class Column(NamedTuple):
    """What the vectors of the index are.

    Attributes:
        kind: arrays, vectors of the extension, or none, where it was dropped with them.
        type: the extension's type, as SQL names it.
        distance: its operator for the distance of vectors of length 1.
    """

    kind: Literal["array", "vector", "none"]
    type: str = ""
    distance: str = ""


def column_in(database: Database) -> Column:
    """Return what the vectors of the index are now; called within a change."""
    found = database.execute(_COLUMN).fetchone()
    if found is None:
        return Column("none")
    name, schema = found
    if name != "vector":
        return Column("array")
    # No search path need lead to it.
    return Column("vector", f"{schema}.vector", f"operator({schema}.<#>)")


def prepare(store: PostgresStore, *, compares: bool) -> None:
    """Let vectors be those of the extension, where it is there and may be used.

    Where it was dropped, and all vectors with it, files are to be indexed anew.

    Args:
        store: what has the database.
        compares: whether vectors are going to be compared.

    Raises:
        StoreError: the database can't be used.
    """
    with store.errors_explained(), store.changes():
        database = store.database
        _lock(database)
        if column_in(database).kind == "none":
            _log.warning("the extension vector was dropped; files are indexed anew")
            database.execute("drop table if exists index_vectors")
            database.execute(VECTORS)
            database.execute("delete from index_made_with")
    if not compares:
        return
    try:
        with store.changes():
            _convert(store.database)
    except psycopg.Error as error:
        if error.sqlstate is None:
            with store.errors_explained():
                raise
        is_denied = isinstance(error, errors.InsufficientPrivilege)
        _log.warning(
            "pgvector can't be used, so vectors are compared in memory: %s%s",
            error.diag.message_primary,
            f"; {_ADVICE}" if is_denied else "",
        )


def _convert(database: Database) -> None:
    """Let the vectors be those of the extension, if there is one."""
    _lock(database)
    if column_in(database).kind == "vector":
        return
    if not database.execute(_SCHEMA).fetchone():
        if not database.execute(_AVAILABLE).fetchone():
            return
        database.execute("create extension vector")
    (schema,) = database.execute(_SCHEMA).fetchone()
    database.execute(
        "alter table index_vectors alter column vector"
        f" type {schema}.vector using vector::{schema}.vector"
    )


def _lock(database: Database) -> None:
    """Let no other server do the same meanwhile."""
    database.execute("lock table index_made_with in exclusive mode")
