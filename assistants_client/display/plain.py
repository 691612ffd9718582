"""Views as plain text, for terminals, files and `print`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from .views import Entry, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .views import Part, View

WIDTH: Final = 80
_NARROWEST: Final = 20
_BAR: Final = 10
_GAP: Final = 2
_SIGNS: Final = {"code": "| ", "problem": "! "}


def text_of(view: View, width: int = WIDTH) -> str:
    """Return a view as lines.

    Args:
        view: the view.
        width: how many characters a line has at most; what can't be broken may be
            longer, and so may what somebody wrote as code.
    """
    return "\n".join(line.rstrip() for line in _lines(view, max(width, _NARROWEST)))


def _lines(view: View, width: int) -> Iterator[str]:
    yield from _wrapped(view.title, width)
    if view.facts:
        room = max(len(label) for label, _ in view.facts) + _GAP
        for label, value in view.facts:
            start = f"  {label:<{room}}"
            yield from _wrapped(value, width, start, " " * len(start))
    for part in view.parts:
        yield ""
        yield from _part(part, width, "")
    if view.note:
        yield ""
        yield from _wrapped(view.note, width)


def _part(part: Part, width: int, indent: str) -> Iterator[str]:
    if isinstance(part, Entry):
        yield from _entry(part, width, indent)
    elif isinstance(part, Table):
        yield from _table(part, width, indent)
    else:
        yield from _paragraph(part, width, indent)


def _entry(entry: Entry, width: int, indent: str) -> Iterator[str]:
    bar = f"{_bar(*entry.bar)}  " if entry.bar is not None else ""
    aside = f"  ({entry.aside})" if entry.aside else ""
    start = f"{indent}{bar}"
    yield from _wrapped(f"{entry.heading}{aside}", width, start, " " * len(start))
    for part in entry.parts:
        yield from _part(part, width, f"{' ' * len(start)}  ")


def _bar(begin: float, end: float) -> str:
    first = min(int(begin * _BAR), _BAR - 1)
    last = max(first + 1, round(end * _BAR))
    return "".join("=" if first <= n < last else "." for n in range(_BAR))


def _paragraph(part: Paragraph, width: int, indent: str) -> Iterator[str]:
    sign = _SIGNS.get(part.kind, "")
    start = f"{indent}{part.label}: " if part.label else f"{indent}{sign}"
    further = f"{indent}{sign or '  '}" if part.label else f"{indent}{sign}"
    for number, line in enumerate(part.text.split("\n")):
        if part.kind == "placeholder":
            line = f"[{line}]"
        before = further if number else start
        if part.kind == "code":
            yield f"{before}{line}"
        else:
            yield from _wrapped(line, width, before, further)


def _table(table: Table, width: int, indent: str) -> Iterator[str]:
    rows = (table.columns, *table.rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    # The last column has the longest texts, and gets what is left.
    for row in rows:
        cells = [f"{cell:<{room}}" for cell, room in zip(row, widths, strict=True)]
        line = f"{indent}{'  '.join(cells)}".rstrip()
        yield line if len(line) <= width else f"{line[: width - 3]}..."
    if table.note:
        yield from _wrapped(table.note, width, indent, indent)


def _wrapped(text: str, width: int, start: str = "", further: str = "") -> list[str]:
    found = textwrap.wrap(
        text,
        max(width, len(further) + _NARROWEST),
        initial_indent=start,
        subsequent_indent=further,
        replace_whitespace=False,
        drop_whitespace=True,
        break_on_hyphens=False,
    )
    return found or [start]
