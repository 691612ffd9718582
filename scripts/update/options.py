"""The command line of `scripts/update-spec`."""

from __future__ import annotations

from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Sequence
from datetime import date
from pathlib import Path

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

_ABOUT = """\
Take a new upstream document: pin its facts into openapi.yaml, and what models are
asked by into codegen/model_api.yaml, compare, build generated/, write the digest of
what upstream says, the changelog entry and the version, and test all of it, in a
git worktree of its own. Then the files are put in place, uncommitted; whatever
fails before leaves each as it was. Words of ours stay where the element still
exists; what lacks words is listed, and tests of words only warn.
"""
_EXIT_CODES = f"""\
exit codes:
  {DONE}    done, or nothing to do
  {FAILED}    tests fail; nothing was written, unless by --despite-tests
  {UNUSABLE}    the document is unusable, or something else is wrong; the same
  {INTERRUPTED}  interrupted; the same
"""


def options(arguments: Sequence[str] | None = None) -> Namespace:
    """Read the command line; None: that of this process."""
    parser = ArgumentParser(
        prog="scripts/update-spec",
        description=_ABOUT,
        epilog=_EXIT_CODES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("source", metavar="SOURCE", help="the upstream document: a file or a URL")
    text = "the day it was published; else the one in its name"
    add("--date", type=_day, metavar="YYYY-MM-DD", help=text)
    text = "only show what changed and what would be done; write nothing"
    add("--dry-run", action="store_true", help=text)
    text = "go on where operations of ours are gone from the document"
    add("--allow-removal", action="store_true", help=text)
    text = "write the files though tests fail, to mend the rest by hand"
    add("--despite-tests", action="store_true", help=text)
    text = "write there, as Markdown, what changed and what is left to do"
    add("--report", type=Path, metavar="FILE", help=text)
    given = parser.parse_args(arguments)
    if given.report and not given.report.absolute().parent.is_dir():
        parser.error(f"--report {given.report}: there is no such folder")
    return given


def _day(text: str) -> str:
    """Accept a day as YYYY-MM-DD, and nothing else."""
    try:
        is_day = date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_day = False
    if not is_day:
        raise ArgumentTypeError(f"must be a day such as 2026-08-21, not {text!r}")
    return text
