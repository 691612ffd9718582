"""Projects that have a copy of ours, and Pythons that know nothing else of us."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from codegen.commands.vendor import vendor as command

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[2]
_app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
_app.command()(command)


class Result(NamedTuple):
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


def vendor(*arguments: str | Path) -> Result:
    """Run `python -m codegen vendor` within this process."""
    done = CliRunner().invoke(_app, [*map(str, arguments)], env={"COLUMNS": "200"})
    # Anything that is not reported in words is a bug.
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Result(done.exit_code, done.stdout, done.stderr)


def stamp_of(copy: Path) -> dict[str, Any]:
    stamp: dict[str, Any] = json.loads((copy / "VENDORED.json").read_text("utf-8"))
    return stamp


def link_dependencies(requirements: Iterable[str], folder: Path) -> None:
    """Link what some requirements lead to, and nothing else, into a folder."""
    found: set[str] = set()
    todo = [*requirements]
    while todo:
        requirement = Requirement(todo.pop())
        name = canonicalize_name(requirement.name)
        marker = requirement.marker
        if name in found or (marker and not marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        installed = distribution(name)
        todo += installed.requires or []
        for top in {file.parts[0] for file in installed.files or []} - {"..", ""}:
            if top != "__pycache__" and not (folder / top).exists():
                (folder / top).symlink_to(Path(str(installed.locate_file(top))))


def isolated(*command: str | Path, paths: Iterable[Path] = ()) -> Result:
    """Run Python where nothing can be imported but its library and some paths.

    Without `site` there are neither installed packages nor those of a checkout.
    """
    program = "import runpy, sys; sys.path[:0] = {paths}; sys.argv = {argv}; {run}"
    argv = [*map(str, command)]
    target, run = argv[0], "runpy.run_path(sys.argv[0], run_name='__main__')"
    if target == "-m":
        argv = argv[1:]
        run = "runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    text = program.format(paths=[*map(str, paths)], argv=argv, run=run)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-W", "error", "-c", text],
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)
