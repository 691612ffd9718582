"""What somebody types, message by message."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from typing import Final

PROMPT: Final = "> "
MORE: Final = ". "
FENCE: Final = '"""'


class Reader:
    """Reads messages from a terminal, with a prompt and a history, or from a pipe.

    A line that ends with a backslash goes on in the next one; between two lines of
    three quotes everything is one message.
    """

    def __init__(self) -> None:
        self.is_interactive = sys.stdin.isatty() and sys.stdout.isatty()
        if self.is_interactive:
            # Gives `input` its history and its keys; not every system has it.
            with suppress(ImportError):
                import_module("readline")

    def message(self) -> str | None:
        """Return the next message; None at the end.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed; nothing of the message is kept.
        """
        line = self.line(PROMPT)
        if line is None:
            return None
        if line.strip() == FENCE:
            return self._fenced()
        lines = [line]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            more = self.line(MORE)
            if more is None:
                break
            lines.append(more)
        return "\n".join(lines)

    def line(self, prompt: str) -> str | None:
        """Return the next line; None at the end. See `message` for the errors."""
        if not self.is_interactive:
            found = sys.stdin.readline()
            return found.removesuffix("\n") if found else None
        try:
            return input(prompt)
        except EOFError:
            sys.stdout.write("\n")
            return None
        except SystemError as error:
            # CPython's `input` looks for signals once more when Ctrl-C has broken it
            # off. If `interrupts` has sent another one by then, its handler is called
            # while the exception is set, which CPython takes for a fault: seen with 3
            # of 300.
            if isinstance(error.__cause__, KeyboardInterrupt):
                raise error.__cause__ from None
            raise

    def _fenced(self) -> str:
        lines = []
        while (line := self.line(MORE)) is not None and line.strip() != FENCE:
            lines.append(line)
        return "\n".join(lines)
