"""What is printed: JSON for programs, lines for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from .safe_text import in_line, json_line, visible


class Output:
    """Writes to stdout; what isn't a result goes to stderr.

    Attributes:
        json: whether programs read it.
    """

    def __init__(self, *, json: bool) -> None:
        self.json = json

    @property
    def out(self) -> TextIO:
        """Return what stdout is now; tests and pipes change it."""
        return sys.stdout

    @property
    def is_terminal(self) -> bool:
        """Return whether people look at stdout."""
        return self.out.isatty()

    @property
    def coloured(self) -> bool:
        """Return whether to use colours: on a terminal, unless NO_COLOR is set."""
        dumb = os.environ.get("TERM") == "dumb"
        return self.is_terminal and not dumb and not os.environ.get("NO_COLOR")

    def data(self, value: Any) -> None:
        """Write a value as JSON, in a line."""
        encoding = (getattr(self.out, "encoding", None) or "ascii").lower()
        line = json_line(value, ascii_only=not encoding.startswith("utf"))
        self.out.write(f"{line}\n")
        self.out.flush()

    def line(self, text: str = "") -> None:
        """Write a text and end the line."""
        self.piece(f"{text}\n")

    def piece(self, text: str) -> None:
        """Write a piece of a text at once."""
        self.out.write(visible(text))
        self.out.flush()

    def note(self, text: str) -> None:
        """Write a line about what happens, to stderr."""
        sys.stderr.write(f"{visible(text)}\n")
        sys.stderr.flush()

    def rows(self, names: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a table: with a head for people, with tabs for pipes."""
        if not self.is_terminal:
            for row in rows:
                self.line("\t".join(_cell(cell) for cell in row))
            return
        # Here, since it takes its time to import.
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False, show_edge=False)
        for name in names:
            # Ids are there to be copied.
            table.add_column(name, no_wrap=name == "id", overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(cell)) for cell in row))
        console = Console(file=self.out, no_color=not self.coloured, highlight=False)
        console.print(table)


def _cell(value: object) -> str:
    return "-" if value is None else in_line(str(value))
