"""Views for rich, which is imported here alone, once rich itself asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .views import Entry, Paragraph, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .views import Part, View

_COLOURS: Final = {"good": "green", "bad": "red", "busy": "yellow", "faint": "dim"}
_STYLES: Final = {
    "text": "",
    "code": "cyan",
    "placeholder": "italic dim",
    "note": "dim",
    "problem": "red",
}
_BAR: Final = 12
# Columns whose texts are copied from there.
_WHOLE: Final = frozenset({"id", "created"})


def renderables(view: View) -> Iterator[Any]:
    """Return what rich's console prints for a view, one below the other."""
    from rich.table import Table as Grid
    from rich.text import Text

    # As texts, which may hold what rich would take for markup.
    yield Text(view.title, style=f"bold {_COLOURS.get(view.tone, '')}".strip())
    if view.facts:
        grid = Grid.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, value in view.facts:
            grid.add_row(Text(label), Text(value))
        yield grid
    for part in view.parts:
        yield Text("")
        yield from _part(part)
    if view.note:
        yield Text(view.note, style="dim")


def _part(part: Part) -> Iterator[Any]:
    from rich.padding import Padding
    from rich.text import Text

    if isinstance(part, Table):
        yield from _table(part)
    elif isinstance(part, Paragraph):
        text = f"[{part.text}]" if part.kind == "placeholder" else part.text
        label = f"{part.label}: " if part.label else ""
        yield Text.assemble((label, "dim"), (text, _STYLES[part.kind]), overflow="fold")
    else:
        yield _heading(part)
        for inner in part.parts:
            for each in _part(inner):
                yield Padding(each, (0, 0, 0, 2), expand=False)


def _heading(entry: Entry) -> Any:
    from rich.text import Text

    colour = _COLOURS.get(entry.tone, "")
    text = Text(overflow="fold")
    if entry.bar is not None:
        begin, end = entry.bar
        first = min(int(begin * _BAR), _BAR - 1)
        last = min(max(first + 1, round(end * _BAR)), _BAR)
        text.append("\u2500" * first, "dim")
        text.append("\u2501" * (last - first), colour or "bold")
        text.append("\u2500" * (_BAR - last), "dim")
        text.append("  ")
    text.append(entry.heading, f"bold {colour}".strip())
    if entry.aside:
        text.append(f"  {entry.aside}", "dim")
    return text


def _table(table: Table) -> Iterator[Any]:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        grid.add_column(Text(column), overflow="fold", no_wrap=column in _WHOLE)
    for row in table.rows:
        grid.add_row(*map(Text, row))
    yield grid
    if table.note:
        yield Text(table.note, style="dim")
