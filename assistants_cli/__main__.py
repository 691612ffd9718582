"""The command line: assistants, or python -m assistants_cli."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Final

from .exit_codes import ExitCode

_NEEDED: Final = ("rich", "typer")


def main() -> None:
    """Run the command, and end the process with its exit code."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        sys.stderr.write(
            f"assistants needs {' and '.join(missing)}: "
            'pip install "assistants-client[cli]"\n'
        )
        sys.exit(ExitCode.WRONG_USE)
    try:
        from .app import run

        run()
    except KeyboardInterrupt:
        # Before there was anything to interrupt.
        sys.exit(ExitCode.INTERRUPTED)


if __name__ == "__main__":
    main()
