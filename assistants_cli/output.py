"""What is printed: JSON for programs, lines for people."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TextIO

import typer

from .safe_text import cell, in_line, indented, json_line, moment, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


_UNBROKEN: Final = 1_000_000


class Output:
    """Writes results to stdout, and what else there is to say to stderr.

    Attributes:
        json: whether programs read it.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self._line_is_open = False
        # A return that ends a piece may belong to the newline that begins the next.
        self._held = ""

    @property
    def out(self) -> TextIO:
        """Return what stdout is now."""
        return sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Return whether people look at stdout."""
        return self.out.isatty()

    def data(self, value: Any) -> None:
        """Write a value as JSON, in a line, at once."""
        encoding = (getattr(self.out, "encoding", None) or "ascii").lower()
        line = json_line(value, ascii_only=not encoding.startswith("utf"))
        self._write(f"{line}\n")

    def line(self, text: str = "") -> None:
        """Write a text in lines of its own."""
        self.end_line()
        self.piece(f"{text}\n")

    def piece(self, text: str) -> None:
        """Write a piece of a text at once."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        text = text.removesuffix("\r")
        if text:
            # Ctrl-C may come right behind the writing.
            self._line_is_open = True
            self._write(visible(text))
            self._line_is_open = not text.endswith("\n")

    def aside(self, text: str) -> None:
        """Write a line that is no part of the text around it."""
        self.end_line()
        self._write(f"{_styled(visible(text), self.out, dim=True)}\n")

    def end_line(self) -> None:
        """End the line, unless it has just begun."""
        if self._held:
            self._held = ""
            self._write(visible("\r"))
            self._line_is_open = True
        if self._line_is_open:
            self._write("\n")
            self._line_is_open = False

    def note(self, text: str) -> None:
        """Write a line to stderr, for whoever looks on."""
        self._to_stderr(visible(text), dim=True)

    def problem(self, text: str) -> None:
        """Write what went wrong to stderr, in a line."""
        self._to_stderr(in_line(f"assistants: {text}"), fg="red")

    def hint(self, text: str) -> None:
        """Write a line to stderr if that is a terminal: scripts have no use for it."""
        if sys.stderr.isatty():
            self.note(text)

    def facts(self, facts: Mapping[str, Any]) -> None:
        """Write what an object says, a property in each line."""
        width = max((len(cell(name)) for name in facts), default=0)
        for name, value in facts.items():
            # Indented, so that no value looks like a property.
            text = indented(_shown(name, value), " " * (width + 2))
            self.line(f"{cell(name):{width}}{text[width:]}")

    def rows(self, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a table: with a head for people, with tabs for pipes."""
        if not self.is_terminal:
            for row in rows:
                self.line("\t".join(map(cell, row)))
            return
        # Here, since it takes its time to import.
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for name in names:
            # Ids are there to be copied.
            table.add_column(name, no_wrap=name == "id", overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell(each)) for each in row))
        if table.row_count:
            self._print(table)

    def show(self, shown: Any) -> None:
        """Write a conversation, a timeline or the like; lines are broken for people."""
        if self.is_terminal:
            self._print(shown)
        else:
            self.line(shown.to_text(width=_UNBROKEN))

    def _print(self, shown: Any) -> None:
        from rich.console import Console

        self.end_line()
        colours: Any = "auto" if is_coloured(self.out) else None
        Console(file=self.out, color_system=colours, highlight=False).print(shown)
        self.out.flush()

    def _write(self, text: str) -> None:
        self.out.write(text)
        self.out.flush()

    def _to_stderr(self, text: str, **style: Any) -> None:
        if self.is_terminal:
            self.end_line()
        # Nobody can be told that nothing can be told.
        with suppress(OSError):
            sys.stderr.write(f"{_styled(text, sys.stderr, **style)}\n")
            sys.stderr.flush()


def is_coloured(stream: TextIO) -> bool:
    """Return whether to use colours: on a terminal, unless NO_COLOR is set."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def _styled(text: str, stream: TextIO, **style: Any) -> str:
    return typer.style(text, **style) if is_coloured(stream) else text


def _shown(name: str, value: Any) -> str:
    if name.endswith("_at"):
        return moment(value)
    return value if isinstance(value, str) else cell(value)
