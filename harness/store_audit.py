"""An auditor of the embedded server's store: is every run ended or carried on?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


Rows = Mapping[str, Sequence[tuple[bool, JSON]]]
"""Objects by their kinds: whether each is active, and the object."""


def audit(sql: Database, carried_on: Collection[str] | None = None) -> list[str]:
    """Return what is wrong in a store; nothing where all is as it should be.

    Args:
        sql: the store's database.
        carried_on: ids of the runs that tasks carry on; None where there is no server
            now, and each active run is for the next one.
    """
    found = sql.execute("select distinct message from deltas")
    rows = {kind: _objects(sql, kind) for kind in ("run", "message", "step")}
    return problems_of(rows, [message for (message,) in found], carried_on)


def problems_of(
    rows: Rows, unwritten: Collection[str], carried_on: Collection[str] | None = None
) -> list[str]:
    """Return what is wrong with objects, wherever they are stored.

    Args:
        rows: all runs, messages and steps.
        unwritten: ids of messages of which there are deltas.
        carried_on: as `audit` has it.
    """
    return [*_of_runs(rows, carried_on), *_of_parts(rows), *_of_deltas(rows, unwritten)]


def _of_runs(rows: Rows, carried_on: Collection[str] | None) -> Iterator[str]:
    locked: set[str] = set()
    for active, run in rows["run"]:
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


def _of_parts(rows: Rows) -> Iterator[str]:
    going_on = {run["id"] for active, run in rows["run"] if active}
    for kind in ("message", "step"):
        for _, part in rows[kind]:
            if part["status"] == "in_progress" and part["run_id"] not in going_on:
                yield f"{part['id']} is in progress, and {part['run_id']} is not"


def _of_deltas(rows: Rows, unwritten: Collection[str]) -> Iterator[str]:
    writing = {
        message["id"]
        for _, message in rows["message"]
        if message["status"] == "in_progress"
    }
    for message in unwritten:
        if message not in writing:
            yield f"{message} is not being written, and has deltas"


def _objects(sql: Database, kind: str) -> list[tuple[bool, JSON]]:
    rows = sql.execute(
        "select active, body from objects where kind = ? and body is not null", (kind,)
    )
    return [(bool(active), json.loads(body)) for active, body in rows]
