"""What is to be shown, before it is known where."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import field, frozen

Tone: TypeAlias = Literal["", "good", "bad", "busy", "faint"]
Kind: TypeAlias = Literal["text", "code", "placeholder", "note", "problem"]

GOOD: Final = "good"
BAD: Final = "bad"
BUSY: Final = "busy"


@frozen
class Paragraph:
    """A text that somebody wrote.

    Attributes:
        text: the text; its lines are kept.
        kind: what it is, and so how it looks.
        label: what stands before it, such as "output".
    """

    text: str
    kind: Kind = "text"
    label: str = ""


@frozen
class Table:
    """Rows of short texts.

    Attributes:
        columns: what stands above them.
        rows: the rows, each with a text for each column.
        note: what stands below, such as that there are more.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@frozen
class Entry:
    """Something with a heading, such as a message or a step.

    Attributes:
        heading: what it is.
        aside: what is less important, such as its id.
        parts: what is in it.
        tone: how it went.
        bar: where it begins and ends in the whole, both from 0 to 1, if that is shown.
    """

    heading: str
    aside: str = ""
    parts: tuple[Part, ...] = ()
    tone: Tone = ""
    bar: tuple[float, float] | None = None


@frozen
class View:
    """Something whole, such as a run.

    Attributes:
        title: what it is.
        tone: how it went.
        facts: short texts with their labels.
        parts: what is in it.
        note: what stands below.
    """

    title: str
    tone: Tone = ""
    facts: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = field(default=())
    note: str = ""


Part: TypeAlias = Paragraph | Table | Entry
