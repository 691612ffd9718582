"""Whole processes: building both packages, and the generator's own speed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from scripts._bench_stats import Goal, Row

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "openapi.yaml"
OURS = "ours_api"
STOCK = "stock_api"

_STOCK_SETTINGS = "literal_enums: true\npost_hooks: []\n"
_BUILD_GOAL = Goal(3, of="median")
_PIN_GOAL = Goal(8, of="median")

# What `pin` does, but into a folder of ours, and with the whole command line loaded.
_PIN = """
import sys
from pathlib import Path
import codegen.__main__
from codegen import pin, source
upstream, folder = sys.argv[1], Path(sys.argv[2])
pin.pin(source.load(upstream), pinned=folder / "openapi.yaml", lock=folder / "lock")
"""


class BenchError(Exception):
    """Something can't be measured."""


def make_packages(scratch: Path) -> list[Path]:
    """Build both packages from openapi.yaml; give the folders that hold them."""
    ours, stock = scratch / "ours", scratch / "stock"
    settings = scratch / "stock.yaml"
    settings.write_text(_STOCK_SETTINGS, encoding="utf-8")
    stock.mkdir()
    run("-m", "codegen", "build", "--out", str(ours), "--name", OURS)
    run(
        *("-m", "openapi_python_client", "generate", "--meta", "none"),
        *("--path", str(PINNED), "--config", str(settings)),
        *("--output-path", str(stock / STOCK), "--fail-on-warning"),
    )
    return [ours, stock]


def building(scratch: Path, rounds: int) -> list[Row]:
    """Time `codegen build` of openapi.yaml, in seconds."""
    command = ("-m", "codegen", "build", "--out", str(scratch / "timed"))
    taken = _time(command, rounds)
    return [Row("build from openapi.yaml, s", taken, [], goal=_BUILD_GOAL)]


def pinning(scratch: Path, upstream: Path, rounds: int) -> list[Row]:
    """Time `codegen pin`, in seconds, over a copy of openapi.yaml."""
    folder = scratch / "pinned"
    folder.mkdir()
    shutil.copy(PINNED, folder / "openapi.yaml")
    taken = _time(("-c", _PIN, str(upstream), str(folder)), rounds)
    return [Row("pin from upstream, s", taken, [], goal=_PIN_GOAL)]


def run(*arguments: str) -> str:
    """Run Python, isolated from where we stand; give what it prints.

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


def _time(command: tuple[str, ...], rounds: int) -> list[float]:
    taken = []
    for number in range(rounds + 1):
        started = time.perf_counter()
        run(*command)
        # The very first one fills caches.
        if number:
            taken.append(time.perf_counter() - started)
    return taken
