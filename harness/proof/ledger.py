"""What clients asked for, what was acknowledged, and what they have seen of it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Known(NamedTuple):
    """An object that a server has acknowledged."""

    project: str
    kind: str
    id: str


@dataclass
class Asked:
    """A run that a client asked for, and what it has seen of it.

    Attributes:
        number: what it is known by before it has an id.
        project: whose it is.
        question: what it was asked.
        rounds: how many rounds of calls it has.
        pieces: of how many pieces its answer is.
        id: its id, as soon as that was acknowledged.
        thread: the id of its thread.
        status: how it ended, as the client saw it.
        began: when it was acknowledged, by `time.time`; 0 before.
        ended: when the client saw that it had ended; 0 before.
        calls: how often the function was called, by rounds.
        seen: when the result of a turn was seen first, by its number.
    """

    number: int
    project: str
    question: str
    rounds: int
    pieces: int
    id: str = ""
    thread: str = ""
    status: str = ""
    began: float = 0.0
    ended: float = 0.0
    calls: Counter[int] = field(default_factory=Counter)
    seen: dict[int, float] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, str]:
        """What the engine needs to know."""
        plan = {"number": self.number, "rounds": self.rounds, "pieces": self.pieces}
        return {name: str(value) for name, value in plan.items()}

    def acknowledge(self, id: str) -> None:
        """Note the id that the server has given it."""
        self.id = self.id or id
        self.began = self.began or time.time()

    def see(self, turn: int) -> None:
        """Note that the result of a turn is known."""
        self.seen.setdefault(turn, time.time())

    def end(self, status: str) -> None:
        """Note how it ended."""
        self.status = status
        self.ended = time.time()
        if status == "completed":
            self.see(self.rounds)


class Ledger:
    """All that clients know.

    Attributes:
        runs: all runs that were asked for, by their numbers.
        objects: what else was acknowledged.
        files: the contents of files, by their ids.
        errors: what clients had to bear, by kinds.
        examples: the first error of each kind.
        counts: how often each thing happened.
        wrong: what must not happen, and did.
        firsts: how long the first events of streams took, in seconds.
    """

    def __init__(self) -> None:
        self.runs: dict[int, Asked] = {}
        self.objects: list[Known] = []
        self.files: dict[str, bytes] = {}
        self.errors: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.firsts: list[float] = []

    def ask(self, project: str, *, rounds: int, pieces: int) -> Asked:
        """Return a new run, which nobody has been asked for yet."""
        number = len(self.runs) + 1
        question = f"{project}.{number}"
        asked = Asked(number, project, question, rounds, pieces)
        self.runs[number] = asked
        return asked

    def add(self, project: str, kind: str, id: str) -> str:
        """Note an object that was acknowledged."""
        self.objects.append(Known(project, kind, id))
        return id

    def bear(self, error: Exception) -> None:
        """Note an error that a client had."""
        kind = type(error).__name__
        self.errors[kind] += 1
        self.examples.setdefault(kind, str(error))

    def complain(self, what: str) -> None:
        """Note what must not happen."""
        self.wrong.append(what)
