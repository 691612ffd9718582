"""Errors of PostgreSQL in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg
import psycopg_pool
from psycopg import errors

from ..interface import (
    ConflictError,
    StoreAwayError,
    StoreError,
    UncertainChangeError,
)
from .sessions import LostCommitError

if TYPE_CHECKING:
    from ..database_url import DatabaseURL

# What is over soon, and what it means to who started the server.
_PASSING: tuple[tuple[type[Exception], str], ...] = (
    (psycopg_pool.PoolTimeout, "can't be reached; is it running?"),
    (errors.TooManyConnections, "has no connection left; raise its max_connections"),
    (errors.CannotConnectNow, "is starting up, or shutting down"),
    (errors.AdminShutdown, "is shutting down"),
    (errors.DeadlockDetected, "let two changes wait for each other"),
    (errors.SerializationFailure, "let two changes come between each other"),
    (errors.LockNotAvailable, "is busy with another change"),
    (errors.QueryCanceled, "took too long"),
    # As in a failover, or while whoever runs it has shut it for changes.
    (errors.ReadOnlySqlTransaction, "can only be read; is it a replica?"),
)
_LASTING: tuple[tuple[type[Exception], str], ...] = (
    (
        errors.InsufficientPrivilege,
        "may not be used by this user; let the user own the database",
    ),
    (errors.InvalidSchemaName, "has no schema to make tables in"),
    (errors.DiskFull, "has no room left"),
    (errors.UndefinedTable, "is damaged; restore it from a copy"),
    (errors.UndefinedColumn, "is damaged; restore it from a copy"),
    (errors.DataCorrupted, "is damaged; restore it from a copy"),
    (errors.IndexCorrupted, "is damaged; restore it from a copy"),
)
# Who is refused a connection gets no code, only words, and only in English.
_REFUSALS = (
    ("password authentication failed", "doesn't take this password"),
    ("no password supplied", "needs a password"),
    ("no pg_hba.conf entry", "doesn't let this user in; see its pg_hba.conf"),
    ("role ", "doesn't know this user; make it with createuser"),
    ("database ", "isn't there; make it with createdb, or name another"),
)
_REFUSED = re.compile(
    rf"({'|'.join(re.escape(start) for start, _ in _REFUSALS[:3])}"
    r"|(?:role|database) (?=.* does not exist))"
)


def explained(error: psycopg.Error, url: DatabaseURL) -> StoreError:
    """Return what an error means for who started the server."""
    if isinstance(error, errors.UniqueViolation):
        what = error.diag.constraint_name or "an id"
        return ConflictError(f"{url}: something has the same {what} already")
    if isinstance(error, LostCommitError):
        return UncertainChangeError(f"{url} went away in the middle of a change")
    for kind, meaning in _PASSING:
        if isinstance(error, kind):
            return StoreAwayError(f"{url} {meaning}")
    for kind, meaning in _LASTING:
        if isinstance(error, kind):
            return StoreError(f"{url} {meaning}")
    said = url.without_passwords(" ".join(str(error).split()))
    refused = _REFUSED.search(said)
    if refused and not error.sqlstate:
        return StoreError(f"{url} {dict(_REFUSALS)[refused[1]]}")
    is_lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
    if is_lost and not error.sqlstate:
        return StoreAwayError(f"{url} can't be reached; is it running? ({said})")
    if is_lost and (error.sqlstate or "").startswith(("08", "53", "57")):
        return StoreAwayError(f"{url} can't be used now: {said}")
    return StoreError(f"{url}: {said}")
