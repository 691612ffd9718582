"""An environment with openai and httpx-sse, kept while what it is made of stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts._bench_process import ROOT, BenchError

_FOLDER = ROOT / ".venv-bench"
_CONSTRAINTS = ROOT / "constraints.txt"
_STAMP = _FOLDER / "bench-stamp"
_PATHS = (str(ROOT), str(ROOT / "generated"))
# Enough for a slow network, and for the longest of measurements.
_MOST_SECONDS = 900
_TOLD_LINES = 15
# The worker is no __main__, so that warnings are kept back as they are for users.
_WORK = """
import sys
from importlib import import_module
sys.path[:0] = sys.argv[2:]
import_module(f"scripts.{sys.argv[1]}").main()
"""
# What is measured beside ours.
_OTHERS = ("openai", "httpx-sse")


@dataclass(frozen=True)
class Environment:
    """An interpreter that has the openai package and what we need ourselves.

    Attributes:
        python: the interpreter.
        paths: what makes our packages importable.
    """

    python: Path
    paths: tuple[str, ...] = _PATHS

    def run(self, *arguments: str, given: str = "") -> str:
        """Run it, isolated from the settings there are; give what it prints.

        Raises:
            BenchError: it failed.
        """
        return self._run(arguments, given).stdout

    def errors(self, *arguments: str) -> str:
        """Run it likewise; give what it prints as errors.

        Raises:
            BenchError: it failed.
        """
        return self._run(arguments, "").stderr

    def work(self, worker: str, asked: dict[str, Any]) -> Any:
        """Let a worker of ours do what it is asked for; give what it found.

        Raises:
            BenchError: it failed.
        """
        arguments = ("-c", _WORK, worker, *self.paths)
        return json.loads(self.run(*arguments, given=json.dumps(asked)))

    def _run(
        self, arguments: tuple[str, ...], given: str
    ) -> subprocess.CompletedProcess[str]:
        command = (str(self.python), "-I", *arguments)
        # Settings and proxies would change what clients do.
        variables = {
            name: value
            for name, value in os.environ.items()
            if not name.lower().startswith(("openai_", "assistants_"))
            and not name.lower().endswith("_proxy")
        }
        return _run(command, "measuring the facade", given, variables)


def environment() -> Environment:
    """Make the environment, or find it made.

    Raises:
        BenchError: it can't be made.
    """
    inputs = _inputs()
    found = Environment(_FOLDER / "bin" / "python")
    is_made = found.python.exists() and _STAMP.exists()
    if is_made and _STAMP.read_text(encoding="utf-8") == inputs:
        return found
    # Without its stamp it isn't trusted: the next run starts from nothing.
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _make(found.python, [*_OTHERS, *_dependencies()])
    _STAMP.write_text(inputs, encoding="utf-8")
    return found


def _inputs() -> str:
    constraints = _CONSTRAINTS.read_text(encoding="utf-8")
    # The folder is one of them: environments don't survive being moved.
    lines = [str(_FOLDER), sys.version, *_OTHERS, *_dependencies(), constraints]
    return "\n".join(lines)


def _dependencies() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return list(project["project"]["dependencies"])


def _make(python: Path, wanted: list[str]) -> None:
    uv = shutil.which("uv")
    folder, constraints = str(_FOLDER), str(_CONSTRAINTS)
    create: tuple[str, ...]
    install: tuple[str, ...]
    if uv:
        create = (uv, "venv", "--quiet", "--python", sys.executable, folder)
        install = (uv, "pip", "install", "--quiet", "--python", str(python))
    else:
        create = (sys.executable, "-m", "venv", folder)
        install = (str(python), "-m", "pip", "install", "-qq", "--no-input")
    _run(create, "making the environment of the facade part")
    _run(
        (*install, "--constraint", constraints, *wanted),
        "installing openai for the bench",
    )


def _run(
    command: tuple[str, ...],
    what: str,
    given: str = "",
    variables: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=_MOST_SECONDS,
            env=variables,
        )
    except subprocess.TimeoutExpired:
        raise BenchError(f"{what} took more than {_MOST_SECONDS} s") from None
    except OSError as error:
        raise BenchError(f"{what} can't be started: {error}") from error
    if done.returncode:
        told = (done.stdout + done.stderr).strip().splitlines()[-_TOLD_LINES:]
        raise BenchError("\n".join([f"{what} failed:", *told]))
    return done
