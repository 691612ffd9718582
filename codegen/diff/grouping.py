"""Put changes into the order in which people read them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from codegen.diff.report import Change, Report, Verdict

HEADINGS = {
    Verdict.BREAKING: "Breaking",
    Verdict.MIND: "To mind",
    Verdict.COMPATIBLE: "Compatible",
}
WORDS = {
    Verdict.BREAKING: "breaking",
    Verdict.MIND: "mind",
    Verdict.COMPATIBLE: "compatible",
    Verdict.NONE: "none",
}
_MANY = 3
_PLURAL = {"operation": "operations", "model": "models", "package": "places"}


@dataclass(frozen=True)
class Entry:
    """What is told in one go: one change, or one that several things have in common.

    Attributes:
        change: the change, or the first of those that are alike.
        text: what changed; where several things have it, without their names.
        names: the things that have it, where there are several.
    """

    change: Change
    text: str
    names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Say what it is about, for a heading."""
        if self.names:
            return f"{len(self.names)} {_PLURAL[self.change.kind]}"
        return self.change.name


def sections(report: Report) -> list[tuple[str, list[Entry]]]:
    """Give the changes by gravity: each section with its heading and its entries.

    In a section the operations come before the models, each in the order of its name;
    what many of them have in common comes first.
    """
    result = []
    for verdict, heading in HEADINGS.items():
        found = [c for c in report.changes if c.verdict is verdict]
        if found:
            result.append((heading, _entries(found)))
    return result


def _entries(changes: list[Change]) -> list[Entry]:
    alike: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        alike[_key(change)].append(change)
    shared = {
        key: found
        for key, found in alike.items()
        if len({change.name for change in found}) >= _MANY
    }
    entries = [
        Entry(found[0], _impersonal(found[0]), tuple(change.name for change in found))
        for found in shared.values()
    ]
    entries += [Entry(c, c.text) for c in changes if _key(c) not in shared]
    order = {"package": 0, "operation": 1, "model": 2}
    # Sorting keeps the order of what is told of one and the same thing.
    return sorted(
        entries,
        key=lambda e: (order[e.change.kind], not e.names, e.change.name),
    )


def _key(change: Change) -> tuple[object, ...]:
    return change.kind, change.callers, change.readers, _impersonal(change)


def _impersonal(change: Change) -> str:
    """Write a change so that it can be told of several things."""
    if change.kind != "model":
        return change.text
    text = change.text.replace(f"`{change.name}.", "`.")
    return text.replace(f"`{change.name}`", "each")


def who(change: Change) -> str:
    """Say what a change means for whom."""
    parts = [
        f"{people}: {WORDS[verdict]}"
        for people, verdict in (
            ("callers", change.callers),
            ("readers", change.readers),
        )
        if verdict is not Verdict.NONE
    ]
    return ", ".join(parts) or "callers and readers: none"


def summary(report: Report) -> list[str]:
    """Say in a few sentences what a report comes to."""
    if report.is_empty:
        lines = ["No difference that code can see."]
    else:
        count = len(report.changes)
        counts = [
            f"{number} {WORDS[verdict]}"
            for verdict in HEADINGS
            if (number := sum(c.verdict is verdict for c in report.changes))
        ]
        noun = "change" if count == 1 else "changes"
        lines = [f"{count} {noun}: {', '.join(counts)}."]
        lines.append(
            f"For callers: {WORDS[report.callers]}. "
            f"For readers of answers: {WORDS[report.readers]}."
        )
        part = "last part" if report.bump == "patch" else f"{report.bump} part"
        lines.append(f"This asks for a new {part} of the version ({report.bump}).")
    if report.prose:
        places = "place says" if report.prose == 1 else "places say"
        lines.append(f"{report.prose} {places} the same in other words.")
    return lines
