"""Decide which statuses are read alike, so that each way to read stands once."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# JSON that is returned as it came, whatever decides on it.
_PLAIN = re.compile(r"(^|else )(json|any|lines)_of\(response\)( if |$)")


@dataclass(frozen=True)
class Response:
    """What comes with a range of statuses.

    Attributes:
        first, last: the range, both inclusive; 0 to 0 stands for every other status.
        kind: json, lines (of JSON), text, bytes, any, mixed (what comes decides) or
            none.
        annotation: its type in Python.
        call: the expression that reads it.
    """

    first: int
    last: int
    kind: str
    annotation: str
    call: str
    models: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        """Return whether the expression has no type of its own: plain JSON."""
        return _PLAIN.search(self.call) is not None

    @property
    def target(self) -> str:
        """Name the variable for it, one for each status so that each has its type."""
        is_one = self.first == self.last
        return f"result_{self.first}" if is_one else f"result_{self.first // 100}xx"

    def same_as(self, other: Response) -> bool:
        """Return whether both are read in the same way."""
        return replace(self, first=0, last=0) == replace(other, first=0, last=0)


@dataclass(frozen=True)
class Branch:
    """A response, and all statuses with which it comes.

    Attributes:
        condition: the test of `status`.
    """

    condition: str
    response: Response


def branches(responses: list[Response]) -> list[Branch]:
    """Return what statuses decide: first those that are read alike, then ranges."""
    ranges, exact = _sorted(responses)
    statuses: dict[Response, list[int]] = {}
    for each in exact:
        alike = next((other for other in statuses if other.same_as(each)), each)
        statuses.setdefault(alike, []).append(each.first)
    found = [
        Branch(
            f"status == {first}" if not more else f"status in {(first, *more)}", each
        )
        for each, (first, *more) in statuses.items()
    ]
    return found + [Branch(f"{r.first} <= status <= {r.last}", r) for r in ranges]


def successes(responses: list[Response]) -> list[Response]:
    """Read every 2xx: documented ones as they are, others as 2XX, else as the first."""
    if not responses:
        return []
    ranges, exact = _sorted(responses)
    rest = replace([*ranges, *exact][0], first=200, last=299)
    return [*(each for each in exact if not each.same_as(rest)), rest]


def errors(found: list[Response], default: Response | None) -> list[Response]:
    """Return the errors; one that is read as any other status needs no test."""
    joined = _joined([r for r in found if r.first and not 200 <= r.first <= 299])
    if default is None:
        return joined
    ranges, _ = _sorted(joined)
    return [
        each
        for each in joined
        if not each.same_as(default)
        or any(each != r and r.first <= each.first <= r.last for r in ranges)
    ]


def _joined(responses: list[Response]) -> list[Response]:
    """Join ranges that are read alike; exact statuses come before ranges."""
    ranges, exact = _sorted(responses)
    joined: list[Response] = []
    for each in ranges:
        before = joined[-1] if joined else None
        if before and before.last + 1 == each.first and before.same_as(each):
            joined[-1] = replace(before, last=each.last)
        else:
            joined.append(each)
    covered = [
        each
        for each in exact
        if any(r.first <= each.first <= r.last and r.same_as(each) for r in joined)
    ]
    return [each for each in exact if each not in covered] + joined


def _sorted(responses: list[Response]) -> tuple[list[Response], list[Response]]:
    """Return those for a range, and those for one status."""
    responses = sorted(responses, key=lambda each: each.first)
    ranges = [each for each in responses if each.first != each.last]
    return ranges, [each for each in responses if each.first == each.last]
