"""The first half of the demo: openapi.yaml becomes code, and nothing is dropped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "openapi.yaml"
GENERATED = ROOT / "generated"

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
# The lines of the index, as far as they matter here.
_OPERATION = re.compile(r"- `(\w+)\.(\w+)\(.*\)` ([A-Z]+ )`([^`]+)`")
_MODEL = re.compile(r"- `(\w+)(\(| = Literal\[| = .* \| | = )")
_KINDS = {"(": "class", " = Literal[": "open enum", " = ": "other"}
_EXAMPLES = (
    *("AssistantObject", "RunObject", "MessageObject", "AssistantTool"),
    *("AssistantStreamEvent", "RunStatus", "SortOrder", "Metadata"),
)


class DemoError(Exception):
    """Something is not as it should be."""


def rebuild(out: Console) -> None:
    """Build the package anew, show what it holds, and compare it with generated/.

    Raises:
        DemoError: it can't be built, lacks something, or generated/ isn't current.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="assistants-demo-") as scratch:
        # Only now, as an interrupt from here on is to leave nothing behind.
        out.print("[bold]1. From openapi.yaml to code[/]\n")
        built = Path(scratch, "generated")
        with out.status("python -m codegen build"):
            _build(built, Path(scratch))
        seconds = time.perf_counter() - started
        before, after = _files(GENERATED), _files(built)
    index = after["API.md"].decode()
    operations, models = _OPERATION.findall(index), _MODEL.findall(index)
    tags, kinds = _grouped(operations), _grouped((_kind(m), n) for n, m in models)
    out.print(_table(("tag", "operations", "that is"), tags, tags))
    out.print()
    ordered = dict(sorted(kinds.items(), key=lambda item: -len(item[1])))
    shown = {
        kind: [name for name in _EXAMPLES if name in names] or names[:1]
        for kind, names in ordered.items()
    }
    out.print(_table(("kind", "models", "for example"), ordered, shown))
    paths = {method + path for _, _, method, path in operations}
    dropped = [*_dropped(paths, {name for name, _ in models})]
    out.print(
        f"\n[bold]{len(operations)} operations, {len(models)} models, "
        f"{len(dropped)} dropped[/]; {len(after)} files in {seconds:.1f} s"
    )
    if dropped:
        raise DemoError(f"dropped from openapi.yaml: {', '.join(dropped)}")
    # The lock names the client's methods as well, which are made beside generated/.
    names = (before | after).keys() - {"codegen.lock"}
    changed = [n for n in names if before.get(n) != after.get(n)]
    if changed:
        raise DemoError(
            "generated/ is not what openapi.yaml gives (files that differ: "
            f"{len(changed)}); scripts/regen --check says why, scripts/regen writes it"
        )
    out.print("written to a temporary folder: the same bytes as in generated/, where")
    out.print("API.md has a line for each operation and model")


def _build(target: Path, scratch: Path) -> None:
    # -P keeps a folder that happens to be called codegen, where we stand, out.
    command = (sys.executable, "-P", "-m", "codegen", "build", "--out", str(target))
    done = subprocess.run(
        command,
        # What a build that is interrupted leaves goes with the folder.
        env={**os.environ, "TMPDIR": str(scratch)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise DemoError(f"the build failed:\n{done.stdout}{done.stderr}".rstrip())


def _files(folder: Path) -> dict[str, bytes]:
    """Read all files of a build, caches excepted, and other builds within."""
    within = [lock.parent for lock in folder.glob("*/codegen.lock")]
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and not any(path.is_relative_to(other) for other in within)
    }


def _dropped(operations: set[str], models: set[str]) -> Iterator[str]:
    """Compare what the index lists with the document itself, read as plain data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with PINNED.open("rb") as file:
        document = yaml.load(file, loader)
    for path, item in document["paths"].items():
        for method in item.keys() & _METHODS:
            if f"{method.upper()} {path}" not in operations:
                yield f"{method.upper()} {path}"
    names = {_plain(name) for name in models}
    for name in document["components"]["schemas"]:
        # A class whose name the package needs itself is called such as ModelSchema.
        if not {_plain(name), _plain(f"{name}Schema")} & names:
            yield name


def _plain(name: str) -> str:
    """Return a name without what differs between a schema and its class."""
    return re.sub(r"[\W_]", "", name).lower()


def _kind(meaning: str) -> str:
    return _KINDS.get(meaning, "union")


def _grouped(pairs: Iterable[tuple[str, ...]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, name, *_ in pairs:
        groups.setdefault(key, []).append(name)
    return groups


def _table(
    headings: tuple[str, ...], groups: dict[str, list[str]], shown: dict[str, list[str]]
) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        # Folding, where a terminal is narrow, hides nothing.
        table.add_column(heading, overflow="fold")
    for key, names in groups.items():
        table.add_row(key, str(len(names)), ", ".join(shown[key]))
    return table
