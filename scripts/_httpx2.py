"""Run the tests with httpx2 in the place of httpx, in three ways.

Usage: _httpx2.py [WAY...] [-- PYTEST-OPTION...]

  natively  the facade's tests with both libraries there: the clients that it makes
            itself are of httpx2 (ASSISTANTS_HTTP), those that tests pass are of httpx
  alone     all tests in an environment that has no httpx, on a copy whose generated
            package is built by `--http httpx2`; `import httpx` gives httpx2 there
  types     mypy and pyright, at their strictest, on a copy of what is shipped in which
            httpx2 is named wherever httpx was

Without a name, all three. What is made lies in .cache/httpx2. The exit code is 1 where
something fails, 2 where the environment or the copy can't be made.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from dataclasses import dataclass
from pathlib import Path

from harness.processes import ProcessError, plain_environment, run

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "httpx2"
TREE = FOLDER / "tree"
CONSTRAINTS = ROOT / "constraints.txt"
WAYS = ("natively", "alone", "types")
MOST_SECONDS = 3600
# What httpx is made of; without them, whoever imports it gets httpx2.
ABSENT = ("httpx", "httpcore", "httpx-sse")
PINNED = re.compile(r"([\w.-]+)==\S+")
PARTS = ("tests/client", "tests/faults")
# Tests that are about httpx itself, or about there being two libraries: the reasons.
TOLD_APART = {
    "natively": {
        "tests/client/test_answers.py::test_an_answer_is_read_as_data": (
            "asks for an answer as httpx.Response, which clients of httpx2 refuse"
        ),
    },
    "alone": {
        "tests/client/test_httpx2_calls.py": "wants both libraries",
        "tests/client/test_httpx2_library.py": "wants both libraries",
        "tests/codegen/test_http_library.py": "wants both libraries",
        "tests/codegen/test_generated_types.py": (
            "checks types, and those don't know one library in the place of another; "
            "the way `types` checks them"
        ),
        "tests/test_demo.py": (
            "builds generated/ anew as it is by default, which names httpx"
        ),
        "tests/test_wheel.py": "installs what pyproject.toml asks for, which is httpx",
        "tests/faults/test_matrix.py::test_the_judge_is_strict": (
            "has the name httpx.ReadError in what is said"
        ),
    },
}
# Each process of the environment runs it when it starts. Nothing is imported before
# somebody asks for it, as tests look at what is.
STAND_IN = '''"""Have `import httpx` give httpx2, as there is no other."""

import sys
from importlib.abc import MetaPathFinder


class _StandIn(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.partition(".")[0] not in ("httpx", "httpcore"):
            return None
        sys.meta_path.remove(self)
        import httpx2

        httpx2.alias_httpx()
        found = (each.find_spec(fullname, path, target) for each in sys.meta_path)
        return next((each for each in found if each is not None), None)


sys.meta_path.insert(0, _StandIn())
'''


@dataclass(frozen=True)
class Outcome:
    """What came of one way."""

    way: str
    passed: bool
    said: str
    seconds: float


def main() -> int:
    """Go the ways that were asked for; give the exit code."""
    ways, options = _arguments()
    go = {"natively": _natively, "alone": _alone, "types": _types}
    outcomes = []
    try:
        for way in ways:
            print(f"httpx2: {way}", file=sys.stderr, flush=True)
            for test, reason in TOLD_APART.get(way, {}).items():
                print(f"httpx2: without {test}, which {reason}", file=sys.stderr)
            begun = time.monotonic()
            passed, said = go[way](options)
            outcomes.append(Outcome(way, passed, said, time.monotonic() - begun))
    except ProcessError as error:
        print(f"httpx2: {error}", file=sys.stderr)
        return 2
    print()
    for each in outcomes:
        verdict = "passed" if each.passed else "FAILED"
        print(f"{verdict} {each.way}, {each.seconds:.0f} s: {each.said}")
    return int(not all(each.passed for each in outcomes))


def _arguments() -> tuple[list[str], list[str]]:
    given, options = sys.argv[1:], []
    if "--" in given:
        middle = given.index("--")
        given, options = given[:middle], given[middle + 1 :]
    parser = ArgumentParser(
        prog="scripts/httpx2",
        description=__doc__,
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("ways", nargs="*", metavar="WAY", help=", ".join(WAYS))
    ways = parser.parse_args(given).ways
    for way in ways:
        if way not in WAYS:
            parser.error(f"{way!r} is no way: there are {', '.join(WAYS)}")
    return ways or [*WAYS], options


# --- The three ways ------------------------------------------------------------------


def _natively(options: list[str]) -> tuple[bool, str]:
    environment = {**os.environ, "ASSISTANTS_HTTP": "httpx2"}
    return _tested(sys.executable, ROOT, environment, "natively", [*PARTS, *options])


def _alone(options: list[str]) -> tuple[bool, str]:
    program = _environment()
    _copy_tree()
    environment = plain_environment()
    build = ("-m", "codegen", "build", "--http", "httpx2")
    _run(str(program), *build, cwd=TREE)
    return _tested(str(program), TREE, environment, "alone", options)


def _types(_: list[str]) -> tuple[bool, str]:
    _copy_tree()
    _run(sys.executable, "-m", "codegen", "build", "--http", "httpx2", cwd=TREE)
    for path in (TREE / "assistants_client").rglob("*.py"):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"\bhttpx\b", "httpx2", text), "utf-8")
    packages = ("assistants_client", "generated/assistants_api")
    said = []
    for tool in (("mypy", "--strict"), ("pyright", "--pythonpath", sys.executable)):
        command = [sys.executable, "-m", *tool, *packages]
        done = subprocess.run(
            command,
            cwd=TREE,
            env={**plain_environment(), "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=False,
        )
        if done.returncode:
            print(done.stdout, done.stderr)
            return False, f"{tool[0]} complains"
        said.append(done.stdout.strip().splitlines()[-1])
    return True, "; ".join(said)


def _tested(
    program: str, folder: Path, environment: dict[str, str], way: str, rest: list[str]
) -> tuple[bool, str]:
    """Run tests; give whether they passed, and the last line."""
    command = [program, "-m", "pytest", "-n", "auto", "--dist", "worksteal"]
    command += ["-o", f"cache_dir={FOLDER / 'pytest_cache'}"]
    for test in TOLD_APART[way]:
        command.append(f"--{'deselect' if '::' in test else 'ignore'}={test}")
    last = ""
    with subprocess.Popen(
        [*command, *rest],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return process.returncode == 0, last


# --- The environment and the copy ----------------------------------------------------


def _environment() -> Path:
    """Make an environment without httpx, or give the one there is."""
    folder = FOLDER / "environment"
    stamp, program = folder / "stamp", folder / "bin" / "python"
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    wanted = [line for line in lines if _name(line) not in (*ABSENT, "")]
    made_of = "\n".join([str(ROOT), sys.version, STAND_IN, *wanted])
    if stamp.exists() and stamp.read_text("utf-8") == made_of:
        return program
    print(f"httpx2: making {folder.relative_to(ROOT)}", file=sys.stderr, flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Git needs to know nothing about this folder.
    (ROOT / ".cache" / ".gitignore").write_text("*\n", "utf-8")
    _run(sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder))
    listed = FOLDER / "packages.txt"
    listed.write_text("\n".join(wanted), "utf-8")
    # As they are listed: the generator's engine, for one, asks for httpx.
    quiet = ("-q", "--disable-pip-version-check", "--no-input", "--no-deps")
    pip = (sys.executable, "-m", "pip", "--python", str(program), "install", *quiet)
    _run(*pip, "--requirement", str(listed))
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "sitecustomize.py").write_text(STAND_IN, "utf-8")
    paths = f"{TREE}\n{TREE / 'generated'}\n"
    (site / "_assistants_client.pth").write_text(paths, "utf-8")
    stamp.write_text(made_of, "utf-8")
    return program


def _name(line: str) -> str:
    found = PINNED.match(line)
    return found[1] if found else ""


def _copy_tree() -> None:
    """Copy what belongs to the repository, as it is now."""
    listing = ("ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = _run("git", *listing).split("\0")
    shutil.rmtree(TREE, ignore_errors=True)
    for name in names:
        source, target = ROOT / name, TREE / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def _run(*command: str, cwd: Path = ROOT) -> str:
    return run(*command, cwd=cwd, seconds=MOST_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
