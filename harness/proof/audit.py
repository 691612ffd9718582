"""The auditor: is all that was acknowledged there, once, whole, and nobody else's?"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.proof.engine import text_of
from harness.store_audit import problems_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg

    from harness.proof.ledger import Asked, Ledger
    from harness.proof.trouble import Trouble

JSON = dict[str, Any]
_ENDED = ("cancelled", "completed", "expired", "failed", "incomplete")
# Of how many it can be said what runs take.
_ENOUGH = 20
_OBJECTS = "select project, kind, active, body from objects where body is not null"
_UNWRITTEN = "select distinct message from deltas"


class Stored:
    """All objects in a database.

    Attributes:
        rows: by kinds: whether it is active, and the object.
        projects: by ids, to whom each belongs.
        unwritten: ids of messages of which pieces are still to be put together.
    """

    def __init__(self, sql: psycopg.Connection) -> None:
        self.rows: dict[str, list[tuple[bool, JSON]]] = defaultdict(list)
        self.projects: dict[str, str] = {}
        for project, kind, active, body in sql.execute(_OBJECTS):
            found = json.loads(body)
            self.rows[kind].append((bool(active), found))
            self.projects[found["id"]] = project
        self.unwritten = [message for (message,) in sql.execute(_UNWRITTEN)]

    def of(self, kind: str) -> list[JSON]:
        return [body for _, body in self.rows[kind]]


def audit(
    ledger: Ledger,
    stored: Stored,
    turns: Sequence[JSON],
    trouble: Trouble,
    *,
    lease: float,
    margin: float,
) -> list[str]:
    """Return all that is wrong.

    Args:
        ledger: what clients know.
        stored: what the database has, when all is over.
        turns: the turns that the engine has noted.
        trouble: what went wrong, and when.
        lease: seconds after which a process is taken for dead.
        margin: seconds that a run may take besides, and again after each trouble; or
            twice what runs take that met none, where that is more.
    """
    return [
        *ledger.wrong,
        *_lost(ledger, stored),
        *_of_runs(ledger, stored),
        *_stuck(ledger, trouble, lease, margin),
        *_said(ledger, stored),
        *_asked_again(ledger, turns),
        *problems_of(stored.rows, stored.unwritten),
    ]


def _lost(ledger: Ledger, stored: Stored) -> Iterator[str]:
    """Say what was acknowledged and isn't there, or is another project's."""
    known = [(each.project, each.id) for each in ledger.objects]
    known += [(run.project, run.id) for run in ledger.runs.values() if run.id]
    for project, id in known:  # noqa: A001 - the object's
        found = stored.projects.get(id)
        if found is None:
            yield f"{id} was acknowledged, and is lost"
        elif found != project:
            yield f"{id} of {project} belongs to {found}"


def _of_runs(ledger: Ledger, stored: Stored) -> Iterator[str]:
    """Say which runs exist twice, are other than they were seen, or left."""
    found = defaultdict(list)
    for run in stored.of("run"):
        found[int(run["metadata"]["number"])].append(run)
    for number, runs in found.items():
        asked = ledger.runs[number]
        ids = [run["id"] for run in runs]
        if len(runs) > 1:
            yield f"run {number} exists several times: {ids}"
        for run in runs:
            if run["status"] not in (*_ENDED, "requires_action"):
                yield f"{run['id']} is left {run['status']}"
            if asked.status and run["id"] == asked.id and run["status"] != asked.status:
                yield f"{run['id']} was seen {asked.status}, and is {run['status']}"


def _stuck(
    ledger: Ledger, trouble: Trouble, lease: float, margin: float
) -> Iterator[str]:
    """Say which runs took longer than a lease, and what may come on top of it."""
    ended = [run for run in ledger.runs.values() if run.began and run.ended]
    met = {run.id: trouble.between(run.began, run.ended) for run in ended}
    calm = sorted(run.ended - run.began for run in ended if not met[run.id])
    if len(calm) >= _ENOUGH:
        # A machine may have too little for so many clients.
        margin = max(margin, 2 * calm[len(calm) * 95 // 100])
    for run in ended:
        taken = run.ended - run.began
        bound = (lease + margin) * (1 + met[run.id])
        if taken > bound:
            yield f"{run.id} took {taken:.1f} s, and {bound:g} s are the most"


def _said(ledger: Ledger, stored: Stored) -> Iterator[str]:
    """Say which runs said or called something twice, or what was another's."""
    texts, calls = defaultdict(list), defaultdict(list)
    for message in stored.of("message"):
        if message["run_id"]:
            texts[message["run_id"]].append(message)
    for step in stored.of("step"):
        if step["status"] != "completed":
            # Of a turn that was broken off, and begun again.
            continue
        for call in step["step_details"].get("tool_calls", ()):
            calls[step["run_id"]].append(json.loads(call["function"]["arguments"]))
    for run in stored.of("run"):
        id, asked = run["id"], ledger.runs[int(run["metadata"]["number"])]  # noqa: A001
        if stored.projects[id] != asked.project:
            yield f"{id} of {asked.project} belongs to {stored.projects[id]}"
        yield from _wrong_calls(id, asked, calls[id])
        if run["status"] != "completed":
            continue
        if len(calls[id]) != asked.rounds:
            yield f"{id} has {len(calls[id])} calls, and not {asked.rounds}"
        said = [message["content"][0]["text"]["value"] for message in texts[id]]
        if said != [text_of(asked.question, asked.pieces)]:
            yield f"{id} of {asked.question} has said {said}"


def _wrong_calls(id: str, asked: Asked, calls: list[JSON]) -> Iterator[str]:
    if any(call["number"] != asked.number for call in calls):
        yield f"{id} has calls of another run: {calls}"
    rounds = [call["round"] for call in calls]
    if len({*rounds}) < len(rounds):
        yield f"{id} has called the same twice: {rounds}"
    for number, times in asked.calls.items():
        if times > 1:
            yield f"{id} was asked for the calls of round {number} {times} times"


def _asked_again(ledger: Ledger, turns: Sequence[JSON]) -> Iterator[str]:
    """Say which turns were asked for although their results were known."""
    known = {run.id: run for run in ledger.runs.values() if run.id}
    for turn in turns:
        asked = known.get(turn["run"])
        if asked is None or turn["what"] != "begin":
            continue
        seen = asked.seen.get(turn["round"])
        if seen is not None and turn["at"] > seen:
            late = turn["at"] - seen
            yield (
                f"turn {turn['round']} of {asked.id} was asked for again by "
                f"{turn['process']}, {late:.2f} s after its result was seen"
            )
