"""The command line: python -m assistants_server."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_COMMANDS: Final = {"import": "archive", "copy": "copy", "keys": "keys"}
_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, which is to serve where none is named; return the exit code."""
    given = sys.argv[1:] if arguments is None else [*arguments]
    try:
        # Late, as it takes a while, in which somebody may interrupt it.
        from .commands.output import written

        return written(lambda: _command(given))
    except KeyboardInterrupt:
        # Before there was anything to interrupt.
        return _INTERRUPTED


def _command(given: list[str]) -> int:
    name = _COMMANDS.get(given[0]) if given else None
    if name is None:
        from .commands.serve import serve

        return serve(given)
    # They need nothing of what serves.
    perform: Callable[[list[str]], int]
    perform = import_module(f".commands.{name}", __package__).main
    return perform(given[1:])


if __name__ == "__main__":
    sys.exit(main())
