"""Views as HTML, for notebooks.

There is no script, no style sheet and nothing to load, and every text is escaped.
Colours are those of the notebook, or stand out from light and dark alike.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from .views import Entry, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .views import Part, Tone, View

_COLOURS: Final[dict[Tone, str]] = {
    "good": "#2e9e5b",
    "bad": "#d9534f",
    "busy": "#c98a1b",
    "faint": "#888888",
}
_FAINT: Final = "opacity:.7"
_BOLD: Final = "font-weight:600"
_EDGE: Final = "rgba(127,127,127,.35)"
_LINE: Final = f"1px solid {_EDGE}"
_BOX: Final = (
    f"border:{_LINE};border-radius:6px;padding:8px 12px;margin:4px 0;max-width:60em;"
    "line-height:1.4"
)
_ENTRY: Final = "margin-top:8px;padding-left:10px"
_RAIL: Final = "background:rgba(127,127,127,.15);margin:3px 0"
# Notebooks have styles of their own for tables.
_TABLE: Final = "border-collapse:collapse;border:none;font-size:1em;margin:4px 0"
_CELL: Final = "text-align:left;padding:2px 12px 2px 0;vertical-align:top"
_PRE: Final = "white-space:pre-wrap;overflow-wrap:anywhere;margin:2px 0"
_CODE: Final = (
    f"{_PRE};font-family:monospace;font-size:.92em;padding:4px 8px;"
    "background:rgba(127,127,127,.12);border-radius:4px"
)
_STYLES: Final = {
    "text": _PRE,
    "code": _CODE,
    "placeholder": f"{_PRE};{_FAINT};font-style:italic",
    "note": f"{_PRE};{_FAINT};font-size:.92em",
    "problem": f"{_PRE};color:{_COLOURS['bad']}",
}


def html_of(view: View) -> str:
    """Return a view as an element of HTML."""
    inner = [_element("div", _BOLD, _dot(view.tone) + escape(view.title))]
    if view.facts:
        inner.append(_facts(view.facts))
    inner += map(_part, view.parts)
    if view.note:
        inner.append(_element("div", _STYLES["note"], escape(view.note)))
    return _element("div", _BOX, "".join(inner))


def _element(name: str, style: str, content: str) -> str:
    """Return an element around what is HTML already.

    The direction of its text is its own, so that texts of others turn nothing around.
    """
    return f'<{name} dir="auto" style="{style}">{content}</{name}>'


def _dot(tone: Tone) -> str:
    colour = _COLOURS.get(tone)
    return _element("span", f"color:{colour}", "&#9679; ") if colour else ""


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    rows = (
        _element("th", f"{_CELL};font-weight:400;{_FAINT}", escape(label))
        + _element("td", f"{_CELL};overflow-wrap:anywhere", escape(value))
        for label, value in facts
    )
    return _element("table", _TABLE, "".join(_row(each) for each in rows))


def _row(cells: str) -> str:
    return _element("tr", "background:none", cells)


def _part(part: Part) -> str:
    if isinstance(part, Entry):
        return _entry(part)
    if isinstance(part, Table):
        return _table(part)
    return _paragraph(part)


def _entry(entry: Entry) -> str:
    colour = _COLOURS.get(entry.tone, _EDGE)
    heading = _element("span", _BOLD, escape(entry.heading))
    if entry.aside:
        aside = _element("span", f"{_FAINT};font-size:.85em", escape(entry.aside))
        heading = f"{heading} {aside}"
    inner = [_element("div", "", heading)]
    if entry.bar is not None:
        inner.append(_bar(*entry.bar, colour))
    inner += map(_part, entry.parts)
    return _element("div", f"{_ENTRY};border-left:3px solid {colour}", "".join(inner))


def _bar(begin: float, end: float, colour: str) -> str:
    left, wide = min(100 * begin, 99.5), max(100 * (end - begin), 0.5)
    place = f"margin-left:{left:.2f}%;width:{wide:.2f}%;background:{colour}"
    return _element("div", _RAIL, _element("div", f"height:6px;{place}", ""))


def _paragraph(part: Paragraph) -> str:
    # What went wrong has to be read as well as its label.
    style = _BOLD if part.kind == "problem" else _FAINT
    label = _element("span", style, f"{escape(part.label)}: ") if part.label else ""
    return _element("div", _STYLES[part.kind], label + escape(part.text))


def _table(table: Table) -> str:
    head = "".join(
        _element("th", f"{_CELL};border-bottom:{_LINE}", escape(each))
        for each in table.columns
    )
    rows = (
        "".join(_element("td", _CELL, escape(cell)) for cell in row)
        for row in table.rows
    )
    grid = _element("table", _TABLE, "".join(map(_row, (head, *rows))))
    note = _element("div", _STYLES["note"], escape(table.note)) if table.note else ""
    return _element("div", "overflow-x:auto", grid) + note
