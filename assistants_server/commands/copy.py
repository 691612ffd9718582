"""The command line: python -m assistants_server copy."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from ..configuration.place import add_place, configured_place
from ..copying import copy_store
from ..store import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..copying import CopyReport

_ERROR, _WRONG_USE, _INCOMPLETE, _INTERRUPTED = 1, 2, 6, 130
_DESCRIPTION = """\
Copy a store, with the contents of its files and its keys, from a file into a database
of PostgreSQL, or back. No server may use either; the target has to be empty. All of it
is there at the end or nothing is, and the same command begins anew. Exit codes: 0 all
is there; 6 contents of files were missing, and are listed; 2 a store can't be used;
1 a content can't be read or written."""


def main(arguments: Sequence[str]) -> int:
    """Copy a store, and return the exit code."""
    options = _parser().parse_args(arguments)
    progress = _Progress()
    try:
        if options.source is None:
            place = configured_place(options, named="before the target")
            options.source = place.store
            options.from_files = options.from_files or place.files
        report = copy_store(
            options.source,
            options.target,
            source_files=options.from_files,
            target_files=options.to_files,
            on_step=progress.say,
        )
    except (StoreError, ValueError) as error:
        progress.end()
        sys.stderr.write(f"assistants_server: {error}\n")
        return _WRONG_USE
    except OSError as error:
        progress.end()
        sys.stderr.write(
            f"assistants_server: {error}; nothing was copied but some contents, and the"
            " same command begins anew\n"
        )
        return _ERROR
    except KeyboardInterrupt:
        progress.end()
        sys.stderr.write("assistants_server: interrupted; no rows were copied\n")
        return _INTERRUPTED
    progress.end()
    sys.stdout.write("".join(f"{line}\n" for line in _lines(report)))
    return _INCOMPLETE if report.missing else 0


def _lines(report: CopyReport) -> list[str]:
    lines = [f"{count:,} {name}" for name, count in report.rows.items()]
    lines.append(f"{report.contents:,} contents, {report.bytes:,} bytes")
    lines.append(f"{report.keys:,} keys")
    return lines + [f"the content of {each} is missing" for each in report.missing]


class _Progress:
    """One line that says how far it is, where somebody sees it."""

    def __init__(self) -> None:
        self._is_seen = sys.stderr.isatty()
        self._said = ""

    def say(self, what: str, done: int, known: int) -> None:
        text = f"{what}: {done * 100 // max(known, 1)} %"
        if self._is_seen and text != self._said:
            self._said = text
            sys.stderr.write(f"\r\x1b[K{text}")

    def end(self) -> None:
        if self._said:
            sys.stderr.write("\r\x1b[K")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assistants_server copy", description=_DESCRIPTION
    )
    add = parser.add_argument
    where = "as the server's own option --store has it"
    add(
        "source",
        metavar="FROM",
        nargs="?",
        help=f"the file or URL of the store, {where} (default: the store of the "
        "server's environment and file, with its files)",
    )
    add("target", metavar="TO", help="the file or URL to copy it to, likewise")
    add(
        "--from-files",
        metavar="WHERE",
        help="where the contents of files are, if the server has the option --files",
    )
    add_place(parser)
    add("--to-files", metavar="WHERE", help="where they go, likewise")
    return parser
