"""What can be said to `scripts/update-spec`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from scripts.updating.errors import UpdateError
from scripts.updating.testing import ALL, FACTS

DONE, FAILED, UNUSABLE, INTERRUPTED = 0, 1, 2, 130

_ABOUT = """\
Take a new upstream document: its facts, the code, and what goes with them.

SOURCE is pinned into openapi.yaml and compared with what was there; generated/, the
digest of upstream's facts, the changelog and the version follow, and tests are run on
all of it in a copy of the repository. Only then are the files put in place, all of them
in one go: whatever fails before leaves each as it was. Words of ours stay where the
element still exists; what lacks words is listed at the end.

Facts, and whether the code says what the document says, must be right: where a test of
that fails, or a type is wrong, nothing is written. Tests of words (those of
tests/contract/test_prose.py and tests/upstream/test_words.py) only warn: a new element
has no words until you find some.
"""
_EXIT_CODES = f"""\
exit codes:
  {DONE}    done, or nothing to do
  {FAILED}    tests fail; nothing was written, unless by --despite-tests
  {UNUSABLE}    the document is unusable, or something else went wrong; the same
  {INTERRUPTED}  interrupted; the same

This reads no key and sends nothing. To see a change of one document and nothing else,
use python -m codegen diff OLD NEW.
"""


def options(arguments: Sequence[str] | None = None) -> Namespace:
    """Read the command line.

    Args:
        arguments: what was said; None: to this process.
    """
    parser = ArgumentParser(
        prog="scripts/update-spec",
        description=_ABOUT,
        epilog=_EXIT_CODES,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source", metavar="SOURCE", help="the upstream document: a file or a URL"
    )
    parser.add_argument(
        "--date",
        type=_day,
        metavar="YYYY-MM-DD",
        help="the day it was published; else the one in its name",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="only show what changed and what would be done; write nothing",
    )
    parser.add_argument(
        "--allow-removal",
        action="store_true",
        help="go on where operations of ours are gone from the document",
    )
    parser.add_argument(
        "--allow-uncommitted",
        action="store_true",
        help="go on where files to be rewritten have changes that git doesn't know; "
        "facts edited in openapi.yaml and all that was edited in generated/ is lost",
    )
    parser.add_argument(
        "--despite-tests",
        action="store_true",
        help="write the files though tests fail, to mend the rest by hand",
    )
    parser.add_argument(
        "--tests",
        action="append",
        metavar="PATH",
        help="run these tests (may be given several times) in place of "
        + ", ".join(FACTS),
    )
    parser.add_argument(
        "--all-tests",
        action="store_true",
        help=f"run {', '.join(ALL)} too, which takes minutes",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write there, as Markdown, what changed and what is left to do",
    )
    return parser.parse_args(arguments)


def check(given: Namespace, root: Path) -> None:
    """Refuse what can't be meant before anything is read.

    Args:
        given: the command line.
        root: the repository.

    Raises:
        UpdateError: it can't.
    """
    if given.tests and given.all_tests:
        raise UpdateError("--tests names what to run, so leave --all-tests out")
    for path in given.tests or ():
        if path.startswith("-") or not (root / path.partition("::")[0]).exists():
            raise UpdateError(f"--tests {path}: there is no such file in {root}")
    if given.report and not given.report.absolute().parent.is_dir():
        raise UpdateError(f"--report {given.report}: there is no such folder")


def _day(text: str) -> str:
    """Take a day as YYYY-MM-DD, and nothing else."""
    day = date.fromisoformat(text).isoformat()
    if day != text:
        raise ValueError
    return day
