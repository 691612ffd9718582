"""What a comparison finds, in words and verdicts; written as text, Markdown and JSON.

What documents say is printed without invisible characters, and in Markdown as code, so
that no name can be more than a name.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Literal

from codegen.plan.literal import plain_text

Bump = Literal["major", "minor", "patch", "none"]
Kind = Literal["package", "operation", "model"]


class Verdict(IntEnum):
    """What a change means for somebody's code, in ascending order of gravity.

    Attributes:
        NONE: it doesn't concern them.
        COMPATIBLE: what was right stays right, and does the same.
        MIND: what was right stays right, but the change deserves a thought.
        BREAKING: what was right may be wrong now.
    """

    NONE = 0
    COMPATIBLE = 1
    MIND = 2
    BREAKING = 3

    @property
    def word(self) -> str:
        """Return the verdict as reports write it."""
        return self.name.lower()


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        kind: what changed: an operation, a model, or the package as a whole.
        name: the module of the operation (`runs.create_run`) or the class of the model.
        where: method and path of an operation, else "".
        element: the argument, property or the like as the code names it, or "".
        path: where it stands, as JSON path: in the new document, or in the old one
            where it is gone.
        text: what changed, in terms of the generated code. Code is in backticks, and
            nothing else has backticks or invisible characters.
        callers: what it means for those who write arguments and bodies.
        readers: what it means for those who read responses.
    """

    kind: Kind
    name: str
    where: str
    element: str
    path: str
    text: str
    callers: Verdict
    readers: Verdict

    @property
    def verdict(self) -> Verdict:
        """Return the graver of the two verdicts."""
        return max(self.callers, self.readers)


@dataclass(frozen=True)
class Report:
    """Everything that changed between two documents.

    Attributes:
        changes: changes of the package, of operations, of models, in this order; of
            one thing, the graver ones first.
        prose: how many descriptions and summaries were reworded.
        released: whether our version is 1.0 or later, and so promises compatibility.
        old: a label of the old document, for people.
        new: a label of the new one.
    """

    changes: tuple[Change, ...] = ()
    prose: int = 0
    released: bool = False
    old: str = ""
    new: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether code sees no difference; prose may differ all the same."""
        return not self.changes

    @property
    def callers(self) -> Verdict:
        """Return the gravest verdict for callers."""
        return max((change.callers for change in self.changes), default=Verdict.NONE)

    @property
    def readers(self) -> Verdict:
        """Return the gravest verdict for readers of responses."""
        return max((change.readers for change in self.changes), default=Verdict.NONE)

    @property
    def verdict(self) -> Verdict:
        """Return the gravest verdict of all."""
        return max(self.callers, self.readers)

    @property
    def breaking(self) -> bool:
        """Return whether anybody's code breaks."""
        return self.verdict is Verdict.BREAKING

    @property
    def bump(self) -> Bump:
        """Return which part of the version the changes ask to raise.

        Before 1.0 that is the minor part where code breaks, else the patch part.
        """
        if self.is_empty:
            return "none"
        if self.breaking:
            return "major" if self.released else "minor"
        return "minor" if self.released else "patch"

    def count(self, verdict: Verdict) -> int:
        """Return how many changes have a verdict."""
        return sum(change.verdict is verdict for change in self.changes)


# --- Words: code in backticks, and nothing that could escape from them ----------------

LONGEST = 160
"""How many characters of the document's own one piece of code shows at most."""
_MOST_VALUES = 12


class Prose(str):
    """Words of ours: any other text is code when it is written into a sentence."""

    __slots__ = ()


def code(text: str) -> Prose:
    """Write a piece of code, cut where it is long, that backticks can't end."""
    plain = plain_text(text).replace("`", "'")
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 3] + "..."
    return Prose(f"`{plain}`")


def codes(texts: Sequence[str]) -> Prose:
    """Write several pieces of code."""
    return _listed([code(text) for text in texts])


def value(data: Any) -> Prose:
    """Write a value of the document as code."""
    quoted = repr(data)
    if isinstance(data, str) and '"' not in data and "'" not in quoted[1:-1]:
        quoted = f'"{quoted[1:-1]}"'
    return code(quoted)


def values(several: Sequence[Any]) -> Prose:
    """Write several values of the document, the first ones if there are many."""
    shown = [value(one) for one in several[:_MOST_VALUES]]
    if len(several) > _MOST_VALUES:
        shown.append(Prose(f"{len(several) - _MOST_VALUES} more"))
    return _listed(shown)


def _listed(parts: Sequence[Prose]) -> Prose:
    if len(parts) < 2:
        return Prose("".join(parts))
    return Prose(f"{', '.join(parts[:-1])} and {parts[-1]}")


# --- Formats --------------------------------------------------------------------------

FORMAT = 1
_WIDTH = 80
_MARKUP = re.compile(r"([\\*_\[\]<>#&|~])")
_HEADINGS = {
    Verdict.BREAKING: "Breaking",
    Verdict.MIND: "To mind",
    Verdict.COMPATIBLE: "Compatible",
}
_PLURALS = {"package": "places", "operation": "operations", "model": "models"}
_ORDER = [*_PLURALS]
# From how many things on a change that they have in common is written only once.
_MANY = 3


def as_text(report: Report) -> str:
    """Write a report for a terminal of 80 columns; JSON paths may be longer."""
    lines = []
    if report.old or report.new:
        lines = [f"old: {plain_text(report.old)}", f"new: {plain_text(report.new)}", ""]
    for line in _summary(report):
        lines += _wrapped(line)
    for heading, entries in _sections(report):
        lines += ["", heading.upper()]
        above = ""
        for entry in entries:
            where = "" if entry.names else entry.change.where
            title = f"{entry.title}  {where}".rstrip()
            if title != above:
                lines += ["", *_wrapped(title)]
                above = title
            lines += _wrapped(entry.text, "  - ", "    ")
            lines.append(f"    [{_concerned(entry.change)}]")
            if entry.names:
                lines += _wrapped(", ".join(entry.names), "    ", "    ")
            else:
                lines.append(f"    {entry.change.path}")
    return "\n".join(lines) + "\n"


def as_markdown(report: Report) -> str:
    """Write a report for a changelog or a pull request."""
    lines = []
    if report.old or report.new:
        lines = [f"{code(report.old)} to {code(report.new)}", ""]
    lines.append(" ".join(map(_escaped, _summary(report))))
    for heading, entries in _sections(report):
        lines += ["", f"### {heading}", ""]
        for entry in entries:
            text = f"{code(entry.title)}: {_escaped(entry.text)}"
            if entry.names:
                names = ", ".join(map(code, entry.names))
                text = f"{entry.title}: {_escaped(entry.text)}: {names}"
            lines.append(f"- {text} ({_concerned(entry.change)})")
    return "\n".join(lines) + "\n"


def as_json(report: Report) -> str:
    """Write a report for programs.

    It has this shape, and `format` is raised when that changes:

        {"format": 1, "old": text, "new": text, "breaking": true or false,
         "verdict": V, "callers": V, "readers": V, "bump": "major|minor|patch|none",
         "prose": number, "counts": {"breaking": n, "mind": n, "compatible": n},
         "changes": [{"kind": "package|operation|model", "name": text, "where": text,
                      "element": text, "path": JSON path, "text": Markdown,
                      "callers": V, "readers": V}]}

    where V is one of "breaking", "mind", "compatible" and "none".
    """
    shown = {
        "format": FORMAT,
        "old": report.old,
        "new": report.new,
        "breaking": report.breaking,
        "verdict": report.verdict.word,
        "callers": report.callers.word,
        "readers": report.readers.word,
        "bump": report.bump,
        "prose": report.prose,
        "counts": {verdict.word: report.count(verdict) for verdict in _HEADINGS},
        "changes": [
            {
                **asdict(change),
                "callers": change.callers.word,
                "readers": change.readers.word,
            }
            for change in report.changes
        ],
    }
    return json.dumps(shown, indent=2, ensure_ascii=True) + "\n"


@dataclass(frozen=True)
class _Entry:
    """One change, or one that several things have in common."""

    change: Change
    text: str
    names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        if self.names:
            return f"{len(self.names)} {_PLURALS[self.change.kind]}"
        return self.change.name


def _sections(report: Report) -> Iterator[tuple[str, list[_Entry]]]:
    """Go through the changes by gravity: each heading with its entries."""
    for verdict, heading in _HEADINGS.items():
        if found := [c for c in report.changes if c.verdict is verdict]:
            yield heading, _entries(found)


def _entries(changes: list[Change]) -> list[_Entry]:
    """Return operations before models, and what many have in common before the rest."""
    alike: dict[tuple[object, ...], list[Change]] = defaultdict(list)
    for change in changes:
        key = change.kind, change.callers, change.readers, _impersonal(change)
        alike[key].append(change)
    entries, single = list[_Entry](), set[Change]()
    for found in alike.values():
        if len({change.name for change in found}) >= _MANY:
            names = tuple(change.name for change in found)
            entries.append(_Entry(found[0], _impersonal(found[0]), names))
        else:
            single.update(found)
    entries += [_Entry(c, c.text) for c in changes if c in single]

    def order(entry: _Entry) -> tuple[int, bool, str]:
        return _ORDER.index(entry.change.kind), not entry.names, entry.change.name

    return sorted(entries, key=order)


def _impersonal(change: Change) -> str:
    """Return the text of a change so that it can be said of several things."""
    if change.kind != "model":
        return change.text
    text = change.text.replace(f"`{change.name}.", "`.")
    return text.replace(f"`{change.name}`", "each")


def _concerned(change: Change) -> str:
    """Return what a change means for whom."""
    verdicts = {"callers": change.callers, "readers": change.readers}
    parts = [f"{who}: {verdict.word}" for who, verdict in verdicts.items() if verdict]
    return ", ".join(parts) or "callers and readers: none"


def _summary(report: Report) -> Iterator[str]:
    """Sum a report up in a few sentences."""
    if report.is_empty:
        yield "No difference that code can see."
    else:
        counts = {verdict.word: report.count(verdict) for verdict in _HEADINGS}
        shown = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
        number = len(report.changes)
        yield f"{number} {'change' if number == 1 else 'changes'}: {shown}."
        yield (
            f"For callers: {report.callers.word}. "
            f"For readers of responses: {report.readers.word}."
        )
        part = "last" if report.bump == "patch" else report.bump
        yield f"This asks for a new {part} part of the version ({report.bump})."
    if report.prose:
        says = "place says" if report.prose == 1 else "places say"
        yield f"{report.prose} {says} the same in other words."


def _wrapped(text: str, first: str = "", others: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _escaped(text: str) -> str:
    """Escape what isn't code in a text."""
    parts = text.split("`")
    parts[::2] = [_MARKUP.sub(r"\\\1", part) for part in parts[::2]]
    return "`".join(parts)
