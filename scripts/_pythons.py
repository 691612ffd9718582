"""Run the tests with each Python that we support, or with other dependencies.

Usage: _pythons.py [--lowest|--newest] [PYTHON...] [-- PYTEST-OPTION...]

Without names, all supported Pythons are taken that are on PATH as python3.X; with
--lowest the oldest of them alone, and with --newest the newest. Each one gets an
environment in .cache/pythons, which is kept as long as what it is made of stays.

  (neither)  all of the development environment as constraints.txt pins it; all tests
  --lowest   our own dependencies in the lowest versions that pyproject.toml allows
  --newest   the same in the newest versions, and what they need themselves

The exit code is 1 where tests fail, 2 where an environment can't be made.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from harness.processes import ProcessError, plain_environment, run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "pythons"
CONSTRAINTS = ROOT / "constraints.txt"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
# The extra that the embedded server needs; the others are for development.
EXTRA = "server"
SUPPORTED = re.compile(r"Programming Language :: Python :: (3\.\d+)")
# Most tests of the generator need none of our own dependencies.
PARTS = ["tests/client", "tests/contract", "tests/server"]
# What judges requests there needs a newer jsonschema than we do.
LEFT_OUT = {"lowest": ["--ignore=tests/contract/test_requests.py"]}
MOST_SECONDS = 3600
PROBE = """
import json, platform, sys
print(json.dumps([platform.python_version(), sys.executable]))
"""


class PythonsError(Exception):
    """Something is missing that the tests need; the message says what."""


@dataclass(frozen=True)
class Python:
    """An interpreter that was found.

    Attributes:
        path: where it is.
        version: as it says itself, such as 3.12.1.
    """

    path: str
    version: str

    @property
    def minor(self) -> str:
        return ".".join(self.version.split(".")[:2])


@dataclass(frozen=True)
class Outcome:
    """What came of the tests with one Python."""

    python: Python
    code: int
    said: str
    seconds: float


def main() -> int:
    """Make the environments and run the tests in each; give the exit code."""
    arguments, options = _arguments()
    try:
        pythons = _chosen(arguments.pythons, arguments.which)
        outcomes = [_tried(each, arguments.which, options) for each in pythons]
    except (PythonsError, ProcessError) as error:
        print(f"pythons: {error}", file=sys.stderr)
        return 2
    print()
    for each in outcomes:
        verdict = "passed" if each.code == 0 else "FAILED"
        what = f"{each.python.version}, {arguments.which}"
        print(f"{verdict} {what}, {each.seconds:.0f} s: {each.said}")
    if not arguments.pythons and arguments.which == "pinned":
        missing = {*_supported()} - {each.python.minor for each in outcomes}
        for minor in sorted(missing):
            print(f"not here {minor}: name one, as in scripts/pythons PATH")
    return int(any(each.code for each in outcomes))


def _arguments() -> tuple[Any, list[str]]:
    given, options = sys.argv[1:], []
    if "--" in given:
        middle = given.index("--")
        given, options = given[:middle], given[middle + 1 :]
    parser = ArgumentParser(
        prog="scripts/pythons",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    group = parser.add_mutually_exclusive_group()
    for which in ("lowest", "newest"):
        group.add_argument(
            f"--{which}", dest="which", action="store_const", const=which
        )
    parser.set_defaults(which="pinned")
    parser.add_argument("pythons", nargs="*", metavar="PYTHON")
    return parser.parse_args(given), options


# --- Which Pythons -------------------------------------------------------------------


def _supported() -> list[str]:
    """Give the versions that pyproject.toml names, oldest first."""
    found = map(SUPPORTED.fullmatch, PROJECT["project"]["classifiers"])
    return sorted((m[1] for m in found if m), key=lambda v: int(v.split(".")[1]))


def _chosen(names: list[str], which: str) -> list[Python]:
    if names:
        return [_named(name) for name in names]
    found = [_probed(f"python{minor}") for minor in _supported()]
    pythons = [each for each in found if each]
    if not pythons:
        raise PythonsError(f"none of these is on PATH: {', '.join(_supported())}")
    return {"lowest": pythons[:1], "newest": pythons[-1:]}.get(which, pythons)


def _named(name: str) -> Python:
    python = _probed(name)
    if python is None:
        raise PythonsError(f"{name} can't be run")
    if python.minor not in _supported():
        raise PythonsError(f"{name} is {python.version}, which is not supported")
    return python


def _probed(name: str) -> Python | None:
    """Give an interpreter, if it is one and runs: a stub of a manager may not."""
    path = shutil.which(name)
    if path is None:
        return None
    done = subprocess.run(
        [path, "-I", "-c", PROBE], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    version, path = json.loads(done.stdout)
    return Python(path, version)


# --- Environments --------------------------------------------------------------------


def _own(python: Python, *, lowest: bool) -> list[str]:
    """Give our own dependencies, those of the embedded server too, for one Python."""
    project = PROJECT["project"]
    texts = [*project["dependencies"], *project["optional-dependencies"][EXTRA]]
    strictest: dict[str, Requirement] = {}
    for requirement in map(Requirement, texts):
        marker = requirement.marker
        if marker is None or marker.evaluate({"python_version": python.minor}):
            # Of two lines for one package, the later is for fewer Pythons.
            strictest[requirement.name] = requirement
    if not lowest:
        return [f"{name}{each.specifier}" for name, each in strictest.items()]
    return [f"{name}=={_lowest(each)}" for name, each in strictest.items()]


def _lowest(requirement: Requirement) -> str:
    bounds = [each.version for each in requirement.specifier if each.operator == ">="]
    if len(bounds) != 1:
        raise PythonsError(f"pyproject.toml gives no one lowest version: {requirement}")
    return bounds[0]


def _environment(python: Python, which: str) -> Path:
    """Make an environment, or give the one that there is; give its interpreter."""
    folder = FOLDER / f"{python.version}-{which}"
    stamp, made_of = folder / "stamp", _made_of(python)
    program = folder / "bin" / "python"
    # What is newest today may not be tomorrow.
    if stamp.exists() and stamp.read_text("utf-8") == made_of and which != "newest":
        return program
    print(f"pythons: making {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Git needs to know nothing about this folder.
    (ROOT / ".cache" / ".gitignore").write_text("*\n", "utf-8")
    _run(python.path, "-m", "venv", "--clear", "--without-pip", folder)
    pinned = ("--constraint", CONSTRAINTS)
    _pip(program, *pinned, "pip", "hatchling")
    _pip(program, *pinned, "--no-build-isolation", "--editable", f"{ROOT}[dev]")
    # The tools that test us may ask for other versions than these: then pip says so,
    # and the tests say whether it matters.
    if which == "lowest":
        _pip(program, *_own(python, lowest=True))
    elif which == "newest":
        eager = ("--upgrade", "--upgrade-strategy", "eager")
        _pip(program, *eager, *_own(python, lowest=False))
    stamp.write_text(made_of, "utf-8")
    return program


def _made_of(python: Python) -> str:
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    constraints = CONSTRAINTS.read_text("utf-8")
    return "\n".join([str(ROOT), python.path, python.version, project, constraints])


def _pip(program: Path, *arguments: str | Path) -> None:
    # Ours works for any Python, and not each one brings its own.
    quiet = ("-q", "--disable-pip-version-check", "--no-input")
    pip = (sys.executable, "-m", "pip", "--python", program)
    _run(*pip, "install", *quiet, *arguments)


def _run(*command: str | Path) -> None:
    run(*command, cwd=ROOT, seconds=MOST_SECONDS)


# --- Tests ---------------------------------------------------------------------------


def _tried(python: Python, which: str, options: list[str]) -> Outcome:
    program = _environment(python, which)
    print(f"pythons: {python.version}, {which}", file=sys.stderr, flush=True)
    _tell_versions(program, python)
    begun = time.monotonic()
    command = [str(program), "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    # What failed with one Python shall not decide what is run first with another.
    command += ["-o", f"cache_dir={program.parent.parent / 'pytest_cache'}"]
    command += [*(PARTS if which != "pinned" else []), *LEFT_OUT.get(which, [])]
    command += options
    last = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=plain_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return Outcome(python, process.returncode, last, time.monotonic() - begun)


def _tell_versions(program: Path, python: Python) -> None:
    """Print which versions of our own dependencies the tests are run with."""
    names = [Requirement(text).name for text in _own(python, lowest=False)]
    code = "import sys; from importlib.metadata import version; "
    code += "print(*[f'{n} {version(n)}' for n in sys.argv[1:]], sep=', ')"
    done = subprocess.run(
        [str(program), "-I", "-c", code, *names],
        capture_output=True,
        text=True,
        check=True,
    )
    print(f"pythons: with {done.stdout.strip()}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
