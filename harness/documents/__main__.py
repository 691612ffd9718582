"""Build documents, and prove what comes out of them, whatever documents they are.

For each: whether it builds, in what time and memory; whether every module imports;
whether values of every schema are written as they were read; what an instance of each
variant of each named union is read as; what arrives where each operation is called over
loopback, judged by openapi-core; and, if asked, what type checkers say. Exit code
1 where anything is refused or wrong.
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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from codegen import overlay, source
from codegen.errors import SpecError
from codegen.pipeline import facts
from codegen.select import Selection
from harness.argument_types import output_file

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
NAME = "documents_api"
_BUILT = re.compile(r"built (\d+) operations? and (\d+) models?")
_INSIDE = (
    *("values", "lossy", "right", "wrong", "shared", "unmade"),
    *("calls", "refused", "unjudged", "uncalled"),
)
_COLUMNS = ("document", "builds", "s", "MB", "ops", "models", *_INSIDE)


@dataclass
class Found:
    """What came out of one document; the lists say what is wrong."""

    document: str
    seconds: float = 0.0
    megabytes: float = 0.0
    refused: str = ""
    operations: int = 0
    models: int = 0
    inside: dict[str, Any] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Return all that is wrong, a line each."""
        found = [f"refused: {self.refused}"] if self.refused else []
        found += [f"lossy: {each}" for each in self.inside.get("lossy", ())]
        found += [f"union: {each}" for each in self.inside.get("wrong", ())]
        found += [f"call: {each}" for each in self.inside.get("refused", ())]
        return found + self.types

    @property
    def row(self) -> list[str]:
        """Return the cells of the table."""
        told = [self.inside.get(key, "") for key in _INSIDE]
        cells = [len(each) if isinstance(each, list) else each for each in told]
        built = "no" if self.refused else "yes"
        size = f"{self.seconds:.1f}", f"{self.megabytes:.0f}"
        counts = self.operations, self.models
        return [self.document, built, *size, *map(str, [*counts, *cells])]


def main() -> int:
    """Go through the documents; return the exit code."""
    options = argparse.ArgumentParser(prog="scripts/documents", description=__doc__)
    options.add_argument(
        "--types", action="store_true", help="run mypy and pyright too"
    )
    options.add_argument(
        "--json", type=output_file, metavar="FILE", help="write all results"
    )
    options.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    given = options.parse_args()
    results = []
    print("| " + " | ".join(_COLUMNS) + " |\n" + "| --- " * len(_COLUMNS) + "|")
    for path in given.paths:
        with tempfile.TemporaryDirectory(prefix="documents-") as folder:
            found = proved(path, Path(folder), types=given.types)
        print("| " + " | ".join(found.row) + " |", flush=True)
        results.append(found)
    for found in results:
        for problem in found.problems:
            print(f"{found.document}: {problem}")
    if given.json:
        given.json.write_text(json.dumps([*map(asdict, results)], indent=1), "utf-8")
    return 1 if any(found.problems for found in results) else 0


def proved(path: Path, folder: Path, *, types: bool = False) -> Found:
    """Build one document into a folder, and look at what came out."""
    out = folder / "out"
    found = built(path, out)
    if found.refused:
        return found
    (out / "order.json").write_text(json.dumps(_order(path)), "utf-8")
    done = _run(sys.executable, "-m", "harness.documents.inside", str(out / NAME))
    if done.returncode:
        found.inside = {"wrong": [f"it can't be used: {done.stderr.strip()[-500:]}"]}
    else:
        found.inside = json.loads(done.stdout)
    if types:
        found.types = checked(out)
    return found


def built(path: Path, out: Path) -> Found:
    """Build a document in a process of its own, and measure that."""
    command = (sys.executable, "-m", "codegen", "build", "--spec", str(path.resolve()),
               "--all", "--out", str(out), "--name", NAME)  # fmt: skip
    found = Found(path.name)
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        found.seconds = time.perf_counter() - began
        found.megabytes = used.ru_maxrss / 1024
        output.seek(0)
        said = output.read().strip()
    counts = _BUILT.search(said)
    if child.returncode or not counts:
        found.refused = said[-1000:]
        return found
    found.operations, found.models = int(counts[1]), int(counts[2])
    return found


def checked(out: Path) -> list[str]:
    """Run both type checkers over a package; return what they find."""
    cache = str(out.parent / "mypy")
    python = str(BIN / "python")
    lines = []
    for command in (
        [str(BIN / "mypy"), "--strict", "--cache-dir", cache, NAME],
        [str(BIN / "pyright"), "--pythonpath", python, NAME],
    ):
        done = _run(*command, cwd=out)
        if done.returncode:
            lines += (done.stdout or done.stderr).strip().splitlines()[-20:]
    return lines


def _order(path: Path) -> list[str]:
    """Return the order in which the schemas of a document choose their names."""
    loaded = source.load(path)
    try:
        everything = Selection(everything=True)
        found = facts(loaded.document, everything, overlay.load(), loaded.folder)
    except SpecError:
        return []
    return [*found.order]


def _run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
