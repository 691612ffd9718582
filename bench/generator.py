"""The generator: both packages to compare, and the speed of `build` and `pin`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from bench.rows import BenchError, Goal, Row

_ROOT = Path(__file__).resolve().parents[1]
_CODEGEN = _ROOT / "codegen"
PINNED = _ROOT / "openapi.yaml"
OURS, STOCK = "ours_api", "stock_api"

# What `pin` does, but into a folder of ours, and with its command line loaded.
_PIN = """
import sys
from pathlib import Path
from codegen.__main__ import command_line
command_line(["pin"])
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


def kept() -> Path:
    """Return a folder in which both packages stay until what they are built of changes.

    Building them takes a fifth of a short benchmark.
    """
    inputs = [PINNED, *sorted(each for each in _CODEGEN.rglob("*") if each.is_file())]
    found = hashlib.sha256(version("openapi-python-client").encode())
    for each in inputs:
        if "__pycache__" not in each.parts:
            found.update(each.read_bytes())
    home = _ROOT / ".cache" / "bench" / found.hexdigest()[:16]
    if not home.exists():
        # Whole or not at all, and nothing of what was built of other inputs.
        shutil.rmtree(home.parent, ignore_errors=True)
        home.parent.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as folder:
            build_both(Path(folder))
            shutil.copytree(folder, home)
    return home


def folder_of(scratch: Path, package: str) -> Path:
    """Return the folder that holds one of the two packages."""
    return scratch / f"with_{package}"


def building(scratch: Path, rounds: int) -> list[Row]:
    """Time `codegen build` of openapi.yaml, into no folder and over the same build."""
    out = scratch / "timed"
    command = ("-m", "codegen", "build", "--out", str(out))
    anew = _times(command, rounds, lambda: shutil.rmtree(out, ignore_errors=True))
    again = _times(command, rounds)
    goal = Goal(0.9, of="median")
    return [
        Row("build from openapi.yaml", anew, [], goal=goal),
        Row("the same, over that build", again, [], goal=goal),
    ]


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


def _times(
    command: tuple[str, ...], rounds: int, before: Callable[[], object] = bool
) -> list[float]:
    """Time a command; `before` is called before each round."""
    taken = []
    for number in range(rounds + 1):
        before()
        started = time.perf_counter()
        run(*command)
        # The very first one fills caches.
        if number:
            taken.append(time.perf_counter() - started)
    return taken
