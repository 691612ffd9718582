"""Tests and types of what an update has made, in its worktree."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.update.errors import UpdateError

TESTS = (
    "tests/contract",
    "tests/upstream/test_facts.py",
    "tests/upstream/test_words.py",
)
"""What compares the document, upstream and the code."""

WORDS = ("tests/contract/test_prose.py", "tests/upstream/test_words.py")
"""Tests of words, which a person has to find: they fail until that is done."""

_TYPED = (
    *("generated/assistants_api", "assistants_client"),
    *("generated/upstream/model_api", "assistants_server"),
)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+)$", re.MULTILINE)
_PASSED = re.compile(r"\b(\d+) passed\b")
_WHERE = "import assistants_api as a, codegen as b; print(a.__file__, b.__file__)"
_MOST_SECONDS = 3600
_LAST_LINES = 15


@dataclass(frozen=True)
class Findings:
    """What the checks found.

    Attributes:
        passed: how many tests passed.
        failed: the tests that failed, each with its message.
        complaints: those of the type checker.
    """

    passed: int
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def serious(self) -> list[str]:
        """What stops an update."""
        return [*self.complaints, *(f for f in self.failed if not f.startswith(WORDS))]

    @property
    def waiting(self) -> list[str]:
        """The tests that fail until somebody has found words."""
        return [f.partition(" - ")[0] for f in self.failed if f.startswith(WORDS)]


def run_tests(worktree: Path, upstream: Path) -> Findings:
    """Run the tests of facts and words.

    Args:
        worktree: has the new files.
        upstream: the upstream document, for those that read it themselves.

    Raises:
        UpdateError: they can't be run, or would import other code than the new one.
    """
    code, output = _run(worktree, ["-c", _WHERE])
    wanted = [worktree / "generated" / "assistants_api", worktree / "codegen"]
    if code or [Path(name).parent for name in output.split()] != wanted:
        raise UpdateError("the new code can't be imported:", _last(output))
    pytest = ("-m", "pytest", "-p", "no:cacheprovider", "--tb=line", "-rfE", *TESTS)
    code, output = _run(worktree, pytest, ASSISTANTS_UPSTREAM=str(upstream.resolve()))
    failed, passed = _FAILED.findall(output), _PASSED.findall(output)
    if code and not failed:
        raise UpdateError("the tests can't be run:", _last(output))
    return Findings(int(passed[-1]) if passed else 0, failed)


def check_types(worktree: Path) -> list[str]:
    """Have mypy read the generated code and what uses it; return its complaints."""
    cache = worktree.parent / "mypy"
    mypy = ("-m", "mypy", "--no-error-summary", f"--cache-dir={cache}", *_TYPED)
    code, output = _run(worktree, mypy)
    lines = [line for line in output.splitlines() if ": note: " not in line]
    return lines or ["mypy failed without a word"] if code else []


def _run(
    worktree: Path, arguments: Iterable[str], **environment: str
) -> tuple[int, str]:
    """Run Python in the worktree, with its packages; it ends when we do."""
    generated = worktree / "generated"
    paths = os.pathsep.join(map(str, (worktree, generated, generated / "upstream")))
    # Lines as long as their messages: pytest cuts them to the terminal's width.
    settings = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"}
    try:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=worktree,
            env={**os.environ, **settings, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise UpdateError(f"the checks take longer than {_MOST_SECONDS} s") from error
    return done.returncode, done.stdout


def _last(output: str) -> list[str]:
    return output.strip().splitlines()[-_LAST_LINES:]
