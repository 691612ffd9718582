"""The generator: both packages to compare, and the speed of `build` and `pin`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.rows import BenchError, Goal, Row

PINNED = Path(__file__).resolve().parents[1] / "openapi.yaml"
OURS, STOCK = "ours_api", "stock_api"

# What `pin` does, but into a folder of ours, and with the whole command line loaded.
_PIN = """
import sys
from pathlib import Path
import codegen.__main__
from dataclasses import replace
from codegen import pin, source
upstream, folder = sys.argv[1], Path(sys.argv[2])
ours = pin.ASSISTANTS_TARGET
ours = replace(ours, path=folder / "openapi.yaml", lock=folder / "lock")
pin.pin(source.load(upstream), ours)
"""


def build_both(scratch: Path) -> list[Row]:
    """Build our package and the stock one from openapi.yaml, unless they are there."""
    if folder_of(scratch, STOCK).exists():
        return []
    settings = scratch / "stock.yaml"
    settings.write_text("literal_enums: true\npost_hooks: []\n", encoding="utf-8")
    run(
        "-m", "codegen", "build", "--out", str(folder_of(scratch, OURS)), "--name", OURS
    )
    folder_of(scratch, STOCK).mkdir()
    run(
        *("-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", str(PINNED), "--config", str(settings), "--fail-on-warning"),
        *("--output-path", str(folder_of(scratch, STOCK) / STOCK)),
    )
    return []


def folder_of(scratch: Path, package: str) -> Path:
    """Return the folder that holds one of the two packages."""
    return scratch / f"with_{package}"


def building(scratch: Path, rounds: int) -> list[Row]:
    """Time `codegen build` of openapi.yaml."""
    command = ("-m", "codegen", "build", "--out", str(scratch / "timed"))
    goal = Goal(3, of="median")
    return [Row("build from openapi.yaml", _times(command, rounds), [], goal=goal)]


def pinning(scratch: Path, upstream: Path, rounds: int) -> list[Row]:
    """Time `codegen pin` over a copy of openapi.yaml."""
    folder = scratch / "pinned"
    folder.mkdir()
    shutil.copy(PINNED, folder / "openapi.yaml")
    taken = _times(("-c", _PIN, str(upstream), str(folder)), rounds)
    return [Row("pin from upstream", taken, [], goal=Goal(8, of="median"))]


def run(*arguments: str) -> str:
    """Run Python, isolated from where we stand; return its output.

    Raises:
        BenchError: it failed.
    """
    done = subprocess.run(
        (sys.executable, "-P", *arguments),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        command = " ".join(arguments[:3])
        raise BenchError(f"python {command} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _times(command: tuple[str, ...], rounds: int) -> list[float]:
    taken = []
    for number in range(rounds + 1):
        started = time.perf_counter()
        run(*command)
        # The very first one fills caches.
        if number:
            taken.append(time.perf_counter() - started)
    return taken
