"""What `assistants` can do, a line for each command.

To add a command, write a function with `@command` (see `command.py`), or a `group()`
that has several, and name it here with its help. It is imported when it is used.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from .command import discard_output, remember_options
from .exit_codes import MEANINGS, ExitCode
from .lazy_group import PLAIN, Entry, lazy_group

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "chat": Entry("commands.chat:chat", "Talk with an assistant or a model."),
    "ask": Entry("commands.ask:ask", "Ask a question, and print the answer."),
    "assistants": Entry(
        "commands.assistants:app", "List, create, update, delete assistants."
    ),
    "threads": Entry("commands.threads:app", "List, show, delete conversations."),
    "runs": Entry("commands.runs:app", "List, watch, cancel runs; submit outputs."),
    "files": Entry("commands.files:app", "List, upload, download, delete files."),
    "stores": Entry("commands.stores:app", "List, create, fill vector stores."),
    "vector-stores": Entry("commands.stores:app", "The same as stores."),
    "search": Entry("commands.search:search", "Search a vector store."),
    "scan": Entry("commands.scan:scan", "Find what has to change in a code base."),
    "export": Entry("commands.export:export", "Export a server into a folder."),
    "import": Entry("commands.import_archive:import_archive", "Import such a folder."),
    "verify": Entry("commands.verify:verify", "Verify such a folder."),
}

app = typer.Typer(
    **{**PLAIN, "add_completion": True},
    cls=lazy_group(COMMANDS, "assistants_cli"),
    help="Use a server of the Assistants API from a terminal or a script.",
    epilog=f"Exit codes: {', '.join(f'{n:d} {text}' for n, text in MEANINGS.items())}.",
)
app.callback()(remember_options)


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Perform what the command line asks for, and end the process."""
    signal.signal(signal.SIGTERM, _interrupted)
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that lacks a character is no reason to fail.
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        # Refused where it is used if it is not text, in words that people understand.
        # Editors and shells of Windows put a mark before texts in UTF-8.
        is_utf8 = sys.stdin.encoding.lower().replace("_", "-") in ("utf-8", "utf8")
        sys.stdin.reconfigure(
            encoding="utf-8-sig" if is_utf8 and not sys.stdin.isatty() else None,
            errors="surrogateescape",
        )
    try:
        typer.main.get_command(app).main(arguments, prog_name="assistants")
    except OSError as error:
        # Of help, for example: what goes wrong within commands they report.
        from .failures import advice_for

        sys.stderr.write(f"assistants: {advice_for(error)}\n")
        discard_output()
        sys.exit(ExitCode.ERROR)
    sys.exit()


def _open_what_is_closed() -> None:
    """Open the streams that the process was begun without."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(nothing, mode, encoding="utf-8"))


def _interrupted(*_: object) -> NoReturn:
    """Clean up on SIGTERM as on an interrupt."""
    raise KeyboardInterrupt
