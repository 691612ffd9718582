"""An auditor of the embedded server's store: is every run ended or carried on?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from assistants_server.store.database import Database

JSON = dict[str, Any]
_ACTIVE = ("queued", "in_progress", "requires_action", "cancelling")
_ENDS = {
    "completed": "completed_at",
    "failed": "failed_at",
    "cancelled": "cancelled_at",
    "expired": None,
    "incomplete": None,
}


def audit(sql: Database, carried_on: Collection[str] | None = None) -> list[str]:
    """Return what is wrong in a store; nothing where all is as it should be.

    Args:
        sql: the store's database.
        carried_on: ids of the runs that tasks carry on; None where there is no server
            now, and each active run is for the next one.
    """
    return [*_of_runs(sql, carried_on), *_of_parts(sql), *_of_deltas(sql)]


def _of_runs(sql: Database, carried_on: Collection[str] | None) -> Iterator[str]:
    locked: set[str] = set()
    for active, run in _objects(sql, "run"):
        id, status = run["id"], run["status"]  # noqa: A001 - for its type
        if active != (status in _ACTIVE):
            yield f"{id} is {status}, but {'active' if active else 'not active'}"
        if status in _ACTIVE:
            if run["thread_id"] in locked:
                yield f"{run['thread_id']} is locked by more than one run"
            locked.add(run["thread_id"])
            if carried_on is not None and id not in carried_on:
                yield f"{id} is {status}, and nothing carries it on"
            if run["expires_at"] is None:
                yield f"{id} is {status}, and never expires"
            continue
        stamp = _ENDS[status]
        if stamp and run[stamp] is None:
            yield f"{id} is {status}, but not since when"
        if run["required_action"] is not None:
            yield f"{id} is {status}, and requires an action"
        if run["usage"] is None:
            yield f"{id} is {status}, and says nothing of its tokens"
        if (status == "failed") != (run["last_error"] is not None):
            yield f"{id} is {status} with the error {run['last_error']}"


def _of_parts(sql: Database) -> Iterator[str]:
    going_on = {run["id"] for active, run in _objects(sql, "run") if active}
    for kind in ("message", "step"):
        for _, part in _objects(sql, kind):
            if part["status"] == "in_progress" and part["run_id"] not in going_on:
                yield f"{part['id']} is in progress, and {part['run_id']} is not"


def _of_deltas(sql: Database) -> Iterator[str]:
    writing = {
        message["id"]
        for _, message in _objects(sql, "message")
        if message["status"] == "in_progress"
    }
    for (message,) in sql.execute("select distinct message from deltas"):
        if message not in writing:
            yield f"{message} is not being written, and has deltas"


def _objects(sql: Database, kind: str) -> list[tuple[bool, JSON]]:
    rows = sql.execute(
        "select active, body from objects where kind = ? and body is not null", (kind,)
    )
    return [(bool(active), json.loads(body)) for active, body in rows]
