"""Run the tests on what an update has made, in a copy of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from scripts.updating.errors import UpdateError

FACTS = (
    "tests/contract",
    "tests/upstream/test_facts.py",
    "tests/upstream/test_words.py",
)
"""Where the tests are that compare the document, upstream and the code."""

ALL = ("tests/codegen", "tests/client", "tests/server")
"""Where the tests are of what else reads the document or uses the code."""

WORDS = ("tests/contract/test_prose.py", "tests/upstream/test_words.py")
"""Tests of words, which a person has to find: they fail until that is done."""

TYPED = ("generated/assistants_api", "assistants_client")

_UPSTREAM = "ASSISTANTS_UPSTREAM"
_SHOWN = 200
_LAST_LINES = 15
# The tests of types, and those of the whole suite, take the longest.
_MOST_SECONDS = 3600
_PATIENCE = 10
_FAILED = ("failure", "error")


@dataclass(frozen=True)
class Failure:
    """A test that failed.

    Attributes:
        test: its file and name, as pytest takes them.
        message: the first line of what it said.
    """

    test: str
    message: str

    @property
    def of_words(self) -> bool:
        """Tell whether words are missing, and no fact is wrong."""
        return self.test.startswith(WORDS)


@dataclass(frozen=True)
class Findings:
    """What the tests found.

    Attributes:
        count: how many there were.
        failures: those that failed.
        complaints: what the type checker said.
    """

    count: int
    failures: list[Failure] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def serious(self) -> list[str]:
        """Give what stops an update."""
        tests = [f"{f.test}: {f.message}" for f in self.failures if not f.of_words]
        return [*self.complaints, *tests]

    @property
    def waiting(self) -> list[str]:
        """Give the tests that fail until somebody has found words."""
        return [failure.test for failure in self.failures if failure.of_words]


def run_tests(copy: Path, upstream: Path, paths: Sequence[str]) -> Findings:
    """Run tests in a copy of the repository.

    Args:
        copy: the copy, with the new files.
        upstream: the upstream document, for those that read it themselves.
        paths: the tests to run.

    Raises:
        UpdateError: they can't be run.
    """
    report = copy.parent / "tests.xml"
    options = ["-p", "no:cacheprovider", "--tb=line"]
    arguments = [*options, f"--junitxml={report}", "--", *paths]
    environment = {_UPSTREAM: str(upstream.resolve())}
    code, output = _run(copy, ["-m", "pytest", *arguments], environment)
    try:
        cases = [*ElementTree.parse(report).iter("testcase")]
    except (OSError, ElementTree.ParseError):
        cases = []
    failures = [*_failures(cases, copy)]
    if not cases or (code and not failures):
        raise UpdateError("the tests can't be run:", _last(output))
    return Findings(len(cases), failures)


def check_types(copy: Path) -> list[str]:
    """Have mypy read the generated code and the client; give its complaints."""
    options = ("--no-error-summary", f"--cache-dir={copy.parent / 'mypy'}")
    code, output = _run(copy, ["-m", "mypy", *options, *TYPED], {})
    lines = [line for line in output.splitlines() if ": note: " not in line]
    return lines or ["mypy failed without a word"] if code else []


def check_imports(copy: Path) -> None:
    """Make sure that the tests will import what stands in the copy.

    Raises:
        UpdateError: they would import something else.
    """
    script = "import assistants_api as a, codegen as b; print(a.__file__, b.__file__)"
    code, output = _run(copy, ["-c", script], {})
    wanted = [copy / "generated/assistants_api", copy / "codegen"]
    found = [Path(name).parent for name in output.split()]
    if code or found != [folder.resolve() for folder in wanted]:
        raise UpdateError("the new code can't be imported:", _last(output))


def _failures(cases: list[ElementTree.Element], copy: Path) -> Iterator[Failure]:
    for case in cases:
        for found in (child for child in case if child.tag in _FAILED):
            name, module = case.get("name", ""), case.get("classname", "")
            file = module.replace(".", "/") + ".py"
            # What can't even be read has no module; its name is the one of its file.
            test = f"{file}::{name}" if (copy / file).is_file() else name or module
            lines = (found.get("message") or found.text or "").strip().splitlines()
            yield Failure(test, (lines or [""])[0][:_SHOWN])


def _run(
    copy: Path, arguments: list[str], environment: dict[str, str]
) -> tuple[int, str]:
    """Run Python in the copy, with its packages; it ends when we do."""
    paths = os.pathsep.join([str(copy), str(copy / "generated")])
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=copy,
        env={
            **os.environ,
            **environment,
            "PYTHONPATH": paths,
            # Else git would answer for the repository that the copy lies in.
            "GIT_CEILING_DIRECTORIES": str(copy.parent.resolve()),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    try:
        output, _ = process.communicate(timeout=_MOST_SECONDS)
    except subprocess.TimeoutExpired as error:
        _stop(process)
        raise UpdateError(f"the tests take longer than {_MOST_SECONDS} s") from error
    except BaseException:
        _stop(process)
        raise
    return process.returncode, output


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def _last(output: str) -> list[str]:
    return output.strip().splitlines()[-_LAST_LINES:]
