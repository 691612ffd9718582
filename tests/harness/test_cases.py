"""What programs in other environments tell of their cases."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from harness.cases import cases_of, tell

if TYPE_CHECKING:
    from pathlib import Path


def good() -> None:
    """Do nothing wrong."""


def wrong() -> None:
    raise ValueError("two\nlines")


async def awaited() -> None:
    raise KeyError("later")


def test_what_is_told_is_read_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tell(good, wrong, awaited)
    text = capsys.readouterr().out
    program = tmp_path / "program.py"
    program.write_text(f"print('noise')\nprint({text!r})\nraise SystemExit('bad')\n")
    assert [*cases_of([sys.executable, "-S", program], {})] == [
        ("good", None),
        ("wrong", "ValueError: two lines"),
        ("awaited", "KeyError: 'later'"),
        ("(program)", "exit code 1: bad"),
    ]
