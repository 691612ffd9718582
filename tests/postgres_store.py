"""A store in PostgreSQL for the servers of the tests: `pytest --store postgres`.

With `--store pgvector` it is another version of PostgreSQL, which has that.

Each store has a schema of its own, in one database of a cluster that lasts as long as
the tests. What a test calls a file is the same schema for each server that opens it.
"""

from __future__ import annotations

import atexit
import itertools
import time
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

from assistants_server.store import DatabaseURL
from assistants_server.store.postgres import PostgresStore
from harness.postgres import Cluster, pgvector_programs

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_server.store import Place

_DATABASE = "tests"
_numbers = itertools.count(1)
_schemas: dict[Place, str] = {}
_options: dict[str, Any] = {}


def use_pgvector() -> None:
    """Let the cluster be one that has pgvector."""
    _options["programs"] = pgvector_programs()


@cache
def cluster() -> Cluster:
    """Return the cluster, which ends with the tests."""
    stack = ExitStack()
    made = stack.enter_context(Cluster(**_options))
    atexit.register(stack.close)
    return made


def database(place: Place | None = None) -> DatabaseURL:
    """Return the URL of an empty store, or of the one that a place stands for."""
    if isinstance(place, DatabaseURL):
        return place
    # Where links lead, as it is with files.
    known = None if place is None else place.resolve()
    schema = _schemas.get(known) if known else None
    if schema is None:
        schema = f"store_{next(_numbers)}"
        url = cluster().url(_DATABASE)
        with cluster().connect(_DATABASE) as connection:
            connection.execute(f"create schema {schema}".encode())
        if known:
            _schemas[known] = schema
    else:
        url = cluster().url(_DATABASE)
    return DatabaseURL(f"{url}?options=-csearch_path%3D{schema}")


def opened(
    place: Place | None = None, *, clock: Callable[[], float] = time.time
) -> PostgresStore:
    """Open a store; `database` says which."""
    return PostgresStore(database(place), clock=clock)
