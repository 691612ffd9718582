"""What becomes of each run: a number for it before it is asked for, and what follows.

The numbers are in the metadata, so that the server's runs can be told apart, also those
whose answers were lost.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter, defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

ENDED = ("cancelled", "completed", "expired", "failed", "incomplete")
WAITS = "requires_action"


class Ledger:
    """The runs that were asked for, and counts of all that happened.

    Its entries are text, which the collector of garbage doesn't count.

    Attributes:
        counts: how often each thing happened.
        errors: how often each kind of error was raised.
        wrong: what must not happen, and did.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.errors: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self._number = 0
        # Bytes, as what came with an answer would be traced to that.
        self._ids: dict[int, bytes] = {}
        self._ended: dict[int, str] = {}
        self._left: set[int] = set()
        self._doomed: set[int] = set()

    def count(self, what: str) -> None:
        """Count something that happened."""
        with self._lock:
            self.counts[what] += 1

    def fails(self, error: BaseException) -> None:
        """Count an error by its kind."""
        with self._lock:
            self.errors[type(error).__name__] += 1

    def complain(self, text: str) -> None:
        """Take note of what must not happen."""
        with self._lock:
            self.wrong.append(text)

    def begin(self) -> int:
        with self._lock:
            self._number += 1
            return self._number

    def know(self, number: int, id: str) -> None:
        """Take note of the id that a run was given."""
        with self._lock:
            known = self._ids.setdefault(number, id.encode())
            if known != id.encode():
                self.wrong.append(f"{number} is {known!r}, and {id}")

    def end(self, number: int, status: str) -> None:
        """Take note of how a run was seen to end."""
        with self._lock:
            # The text that stands above, not the one that came with an answer.
            own = ENDED[ENDED.index(status)]
            if self._ended.setdefault(number, own) != status:
                self.wrong.append(f"{number} was {self._ended[number]}, and {status}")

    def leave(self, number: int) -> None:
        """Take note of a run that nobody looks after any more."""
        with self._lock:
            self._left.add(number)

    def doom(self, numbers: list[int]) -> None:
        """Take note of runs whose thread is about to be deleted."""
        with self._lock:
            self._doomed.update(numbers)

    def reckon(self, stored: list[dict[str, Any]]) -> Reckoning:
        """Compare what is known with all runs that the server has."""
        found = defaultdict(list)
        reckoning = Reckoning(asked=self._number, wrong=[*self.wrong])
        for run in stored:
            found[int(run["metadata"].get("number", 0))].append(run)
        for number, runs in found.items():
            reckoning.wrong += self._problems(number, runs)
            for run in runs:
                reckoning.statuses[run["status"]] += 1
            if number not in self._ids:
                reckoning.unanswered += 1
        for number in range(1, self._number + 1):
            if number in found:
                continue
            if number in self._doomed:
                reckoning.deleted += 1
            elif number in self._ids:
                what = f"{number}, {self._ids[number]!r}, is not at the server"
                reckoning.wrong.append(what)
            else:
                reckoning.never += 1
        return reckoning

    def _problems(self, number: int, runs: list[dict[str, Any]]) -> list[str]:
        ids = [run["id"] for run in runs]
        wrong = []
        if not 1 <= number <= self._number:
            wrong.append(f"nobody has asked for {ids}")
        if len(runs) > 1:
            wrong.append(f"{number} exists several times: {ids}")
        known = self._ids.get(number)
        if known is not None and known.decode() not in ids:
            wrong.append(f"{number} is {known!r}, at the server {ids}")
        for run in runs:
            status, seen = run["status"], self._ended.get(number)
            if status not in (*ENDED, WAITS):
                wrong.append(f"{number}, {run['id']}, is left {status}")
            if seen is not None and seen != status:
                wrong.append(f"{number} was seen {seen}, and is {status}")
            if status == WAITS and number not in self._left:
                wrong.append(f"{number}, {run['id']}, waits, and nobody left it")
        return wrong


@dataclass
class Reckoning:
    """What became of all runs.

    Attributes:
        asked: how many were asked for.
        unanswered: how many exist whose id never came back.
        never: how many do not exist, nor ever did: the request failed.
        deleted: how many were deleted with their threads.
        statuses: those that exist, by status.
        wrong: what doesn't fit.
    """

    asked: int
    unanswered: int = 0
    never: int = 0
    deleted: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def stored_runs(path: Path) -> list[dict[str, Any]]:
    """Read all runs out of the file of a server that has ended.

    No operation lists runs of threads that one doesn't know, such as those that were
    made by a request whose answer was lost.
    """
    query = "select body from objects where kind = 'run' and body is not null"
    with closing(sqlite3.connect(path)) as sql:
        return [json.loads(body) for (body,) in sql.execute(query)]
