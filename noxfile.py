"""The tests in other environments: other Pythons, other versions, httpx2 for httpx.

nox --list                      show what there is
nox -s tests-3.12 -- tests/x    run one session; pytest gets what follows --
nox -s tests -P /path/python    take an interpreter that is not on PATH
nox -R -s tests                 install nothing anew
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import nox
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent
PROJECT = nox.project.load_toml("pyproject.toml")["project"]
PYTHONS = nox.project.python_versions({"project": PROJECT})
PINNED = ("--constraint", "constraints.txt")
# Most tests of the generator need none of our own dependencies.
PARTS = ("tests/cli", "tests/client", "tests/contract", "tests/server")
# Without these, `import httpx` gives httpx2.
ABSENT = ("httpx", "httpcore", "httpx-sse")
# Tests that are about httpx itself, or about there being two libraries: the reasons.
NOT_NATIVELY = {
    "tests/client/test_answers.py::test_an_answer_is_read_as_data": (
        "parses a response as httpx.Response, which clients of httpx2 refuse"
    ),
}
NOT_ALONE = {
    "tests/client/test_httpx2_calls.py": "wants both libraries",
    "tests/client/test_httpx2_library.py": "wants both libraries",
    "tests/codegen/test_http_library.py": "wants both libraries",
    "tests/typing/test_together.py": (
        "checks types, and those don't know one library in the place of another; "
        "httpx2_types checks them"
    ),
    "tests/test_demo.py": "builds generated/ as it is by default, which names httpx",
    "tests/test_wheel.py": "installs what pyproject.toml asks for, which is httpx",
    "tests/faults/test_matrix.py::test_the_judge_is_strict": (
        "expects the name httpx.ReadError in a message"
    ),
}

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.envdir = ".cache/nox"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]
nox.options.stop_on_first_error = False


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all tests with the development environment as it is pinned."""
    _install(session)
    _test(session)


# Some are higher for newer Pythons.
@nox.session(python=[PYTHONS[0], PYTHONS[-1]])
def lowest(session: nox.Session) -> None:
    """Run tests with our dependencies in the lowest versions that are allowed."""
    _install(session)
    # The tools that test us may ask for other versions than these: then pip says so,
    # and the tests say whether it matters.
    session.install(*(f"{r.name}=={_lowest(r)}" for r in _dependencies(session)))
    # What judges requests there needs a newer jsonschema than we do.
    _test(session, *PARTS, "--ignore=tests/contract/test_requests.py")


@nox.session
def newest(session: nox.Session) -> None:
    """Run tests with our dependencies, and theirs, in their newest versions."""
    _install(session)
    names = (f"{r.name}{r.specifier}" for r in _dependencies(session))
    session.install("--upgrade", "--upgrade-strategy=eager", *names)
    _test(session, *PARTS)


@nox.session(python=False)
def httpx2_natively(session: nox.Session) -> None:
    """Run the client's tests with both libraries, and its own clients of httpx2."""
    python = str(ROOT / ".venv" / "bin" / "python")
    parts: tuple[str, ...] = ("tests/client", "tests/faults")
    parts += (*_without(session, NOT_NATIVELY),)
    _test(session, *parts, python=python, ASSISTANTS_HTTP="httpx2")


@nox.session(python=PYTHONS[0])
def httpx2_alone(session: nox.Session) -> None:
    """Run all tests without httpx, on a copy that is built by `--http httpx2`."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    listed = session.cache_dir / "packages.txt"
    kept = [line for line in lines if line.partition("==")[0] not in ABSENT]
    listed.write_text("\n".join(kept), "utf-8")
    # As they are listed: the generator's engine, for one, asks for httpx.
    session.install("--no-deps", "--requirement", str(listed))
    tree = _copy_tree(session)
    (site,) = Path(session.virtualenv.location).glob("lib/python*/site-packages")
    shutil.copy(ROOT / "harness" / "httpx2_stand_in.py", site / "sitecustomize.py")
    paths = f"{tree}\n{tree / 'generated'}\n"
    (site / "_assistants_client.pth").write_text(paths, "utf-8")
    session.chdir(tree)
    session.run("python", "-m", "codegen", "build", "--http", "httpx2")
    _test(session, *_without(session, NOT_ALONE))


@nox.session(python=False)
def httpx2_types(session: nox.Session) -> None:
    """Check types of what is shipped, with httpx2 named wherever httpx was."""
    python = str(ROOT / ".venv" / "bin" / "python")
    tree = _copy_tree(session)
    session.chdir(tree)
    paths = {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'generated'}"}
    session.run(python, "-m", "codegen", "build", "--http", "httpx2", env=paths)
    for path in (tree / "assistants_client").rglob("*.py"):
        text = path.read_text("utf-8")
        path.write_text(re.sub(r"\bhttpx\b", "httpx2", text), "utf-8")
    packages = ("assistants_client", "generated/assistants_api")
    session.run(python, "-m", "mypy", "--strict", *packages)
    quiet = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    session.run(python, "-m", "pyright", "--pythonpath", python, *packages, env=quiet)


def _install(session: nox.Session) -> None:
    session.install(*PINNED, "pip", "hatchling")
    session.install(*PINNED, "--no-build-isolation", "--editable", ".[dev]")


def _test(
    session: nox.Session, *arguments: str, python: str = "python", **environment: str
) -> None:
    """Run pytest; what was given after `--` names the tests in place of all."""
    given = session.posargs
    named = any(not each.startswith("-") for each in given)
    options = [each for each in arguments if each.startswith("-") or not named]
    # What failed here is not to decide what is run first elsewhere.
    cache = f"cache_dir={ROOT / session.cache_dir / session.name / 'pytest'}"
    parallel = ("-n", "auto", "--dist", "worksteal", "-o", cache)
    session.run(
        *(python, "-m", "pytest", *parallel, *options, *given),
        env=environment,
        external=python != "python",
    )


def _dependencies(session: nox.Session) -> list[Requirement]:
    """Return what client, server and command need, on a session's Python."""
    extras = PROJECT["optional-dependencies"]
    lines = PROJECT["dependencies"] + extras["server"] + extras["cli"]
    # Without a choice, a session has the Python that nox runs with.
    version = session.python or ".".join(map(str, sys.version_info[:2]))
    environment = {"python_version": str(version)}
    strictest: dict[str, Requirement] = {}
    for each in map(Requirement, lines):
        if each.marker is None or each.marker.evaluate(environment):
            # Of two lines for one package, the later is for fewer Pythons.
            strictest[each.name] = each
    return [*strictest.values()]


def _lowest(requirement: Requirement) -> str:
    (bound,) = (each for each in requirement.specifier if each.operator == ">=")
    return bound.version


def _without(session: nox.Session, tests: dict[str, str]) -> list[str]:
    for test, reason in tests.items():
        session.log(f"without {test}, which {reason}")
    return [f"--{'deselect' if '::' in test else 'ignore'}={test}" for test in tests]


def _copy_tree(session: nox.Session) -> Path:
    """Copy what belongs to the repository, as it is now."""
    tree = ROOT / session.cache_dir / session.name / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    names = session.run(*listing, silent=True, external=True) or ""
    for name in names.split("\0"):
        source, target = ROOT / name, tree / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return tree
