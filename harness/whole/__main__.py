"""Build whole documents, and see that nothing of them is lost on the way.

Each is built with --all into a folder of its own, counted against the document itself,
type-checked, put to the contract tests, and measured. Exit code 1 where anything is
dropped or fails.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness.contract import upstream
from harness.whole.contract import contract
from harness.whole.counting import Counted, count

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
NAME = "whole_api"
BUILD_SECONDS = 60
# How much of what importing everything takes one endpoint may take.
SHARE = 0.2
_IMPORT = """
import importlib, json, pkgutil, sys, time
sys.path.insert(0, sys.argv[1])
began = time.process_time()
package = importlib.import_module(sys.argv[2])
if sys.argv[3]:
    importlib.import_module(f"{sys.argv[2]}.{sys.argv[3]}")
else:
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(found.name)
took = time.process_time() - began
ours = [name for name in sys.modules if name.split(".")[0] == sys.argv[2]]
print(json.dumps([took, len(ours)]))
"""


def main() -> int:
    """Go through the documents; return the exit code."""
    options = argparse.ArgumentParser(prog="scripts/whole")
    options.add_argument(
        "--quick",
        action="store_true",
        help="only build and count: no type checkers, no contract tests",
    )
    options.add_argument(
        "--stock",
        action="store_true",
        help="count what stock openapi-python-client makes of it, too",
    )
    options.add_argument(
        "--every",
        type=int,
        default=25,
        metavar="N",
        help="of values, check each Nth schema (default: 25)",
    )
    options.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    given = options.parse_args()
    paths = given.paths or upstream.for_prose()
    if not paths:
        sys.exit(
            f"no upstream document is at hand: name one, or set {upstream.VARIABLE}"
        )
    failed = []
    for path in paths:
        if not path.is_file():
            sys.exit(f"there is no file {path}")
        print(f"{path.name}", flush=True)
        with tempfile.TemporaryDirectory(prefix="whole-") as folder:
            problems = whole(path, Path(folder), given)
        for problem in problems:
            print(f"  FAILED: {problem}")
        failed += problems
    return 1 if failed else 0


def whole(path: Path, folder: Path, given: argparse.Namespace) -> list[str]:
    """Do all with one document; return what is wrong."""
    out = folder / "out"
    took, memory, output = built(path, out)
    if output:
        return [f"it is not built: {output}"]
    say("build", f"{took:.1f} s, at most {memory:.0f} MB")
    problems = [f"the build takes {took:.0f} s"] if took > BUILD_SECONDS else []
    counted = count(upstream.load(path), out / NAME)
    say_counts(counted)
    problems += [f"dropped: {each}" for each in counted.dropped]
    problems += imports(out)
    if given.stock:
        stock(path, folder)
    if not given.quick:
        problems += types(out)
        problems += contract(path, out / NAME, folder, given.every, say)
    return problems


def built(path: Path, out: Path) -> tuple[float, float, str]:
    """Build a document; return the seconds, the megabytes, and what went wrong."""
    command = (sys.executable, "-m", "codegen", "build", "--spec", str(path.resolve()),
               "--all", "--out", str(out), "--name", NAME)  # fmt: skip
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took = time.perf_counter() - began
        output.seek(0)
        wrong = output.read().strip()[-2000:] if child.returncode else ""
    return took, used.ru_maxrss / 1024, wrong


def say_counts(counted: Counted) -> None:
    """Return what there is, and why there are more models than schemas."""
    say("operations", f"{counted.operations}")
    say(
        "schemas",
        f"{counted.schemas}, {counted.unreached} of which no operation leads to, and "
        f"{counted.webhooks} webhooks have their payloads among them",
    )
    more = counted.modules - counted.schemas
    say("models", f"{counted.modules}: {more} more, for schemas without a name")
    say("dropped", f"{len(counted.dropped)}")


def imports(out: Path) -> list[str]:
    """Compare importing one endpoint with importing everything."""
    endpoint = sorted((out / NAME / "api").glob("*/*.py"))
    names = [
        p.relative_to(out / NAME).with_suffix("").as_posix().replace("/", ".")
        for p in endpoint
        if p.name != "__init__.py"
    ]
    # The first run compiles.
    imported(out, "")
    everything, most = min(imported(out, "") for _ in range(2))
    ones = [
        min(imported(out, name) for _ in range(3)) for name in names[:: len(names) // 3]
    ]
    one, modules = max(ones)
    say(
        "import",
        f"one endpoint {one * 1000:.0f} ms and {modules} modules at most, everything "
        f"{everything * 1000:.0f} ms and {most} modules",
    )
    if one > SHARE * everything:
        return [f"an endpoint takes {one / everything:.0%} of importing everything"]
    return []


def imported(out: Path, name: str) -> tuple[float, int]:
    """Import in a process of its own; return the seconds and the number of modules."""
    done = run(sys.executable, "-c", _IMPORT, str(out), NAME, name, cwd=out)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    took, modules = json.loads(done.stdout)
    return took, modules


def types(out: Path) -> list[str]:
    """Run both type checkers over the package."""
    python = str(BIN / "python")
    problems = []
    for name, command in {
        "mypy": [BIN / "mypy", "--strict", "--cache-dir", out.parent / "mypy", NAME],
        "pyright": [BIN / "pyright", "--pythonpath", python, NAME],
    }.items():
        began = time.perf_counter()
        done = run(*map(str, command), cwd=out)
        lines = done.stdout.strip().splitlines() or [done.stderr.strip()]
        say(name, f"{time.perf_counter() - began:.0f} s, {lines[-1]}")
        if done.returncode:
            problems += [f"{name}: {line}" for line in lines[:20]]
    return problems


def stock(path: Path, folder: Path) -> None:
    """Return what openapi-python-client by itself makes of the document."""
    done = run(
        str(BIN / "openapi-python-client"), "generate", "--path", str(path.resolve()),
        "--output-path", str(folder / "stock"), "--meta", "none",
    )  # fmt: skip
    made = [p for p in folder.glob("stock/api/*/*.py") if p.name != "__init__.py"]
    complaints = re.findall(r"^\s*Unable to ", done.stdout + done.stderr, re.M)
    say("stock", f"{len(made)} operations, {len(complaints)} complaints")


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    # What is imported is compiled once, as it is for people.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def say(what: str, text: str) -> None:
    """Print one line of the report."""
    print(f"  {what:<11} {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
