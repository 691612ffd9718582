"""The first half of the demo: openapi.yaml becomes code, and nothing is dropped."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "openapi.yaml"
GENERATED = ROOT / "generated"

_METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
_OPERATION = re.compile(
    r"- `(?P<tag>\w+)\.(?P<name>\w+)\(.*\)` (?P<method>[A-Z]+) `(?P<path>[^`]+)` "
    r"gives `(?P<answer>[^`]+)`(?P<stream>, or a stream)?"
)
_MODEL = re.compile(r"- `(?P<name>\w+)(?P<meaning>\(| = .*)")


class OffError(Exception):
    """Something is not as it should be."""


def rebuild(out: Console) -> None:
    """Build the package anew, show what it holds, and compare it with generated/.

    Raises:
        OffError: it can't be built, lacks something, or generated/ isn't current.
    """
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="assistants-demo-") as scratch:
        # Said only now: who has seen it may interrupt, and nothing is to be left then.
        out.print("[bold]1. From openapi.yaml to code[/]\n")
        built = Path(scratch, "generated")
        with out.status("python -m codegen build"):
            _build(built, Path(scratch))
        seconds = time.perf_counter() - started
        index = (built / "API.md").read_text(encoding="utf-8").splitlines()
        before, after = _files(GENERATED), _files(built)
    operations = [found for line in index if (found := _OPERATION.match(line))]
    models = [found for line in index if (found := _MODEL.match(line))]
    out.print(_operations_table(operations))
    out.print()
    out.print(_models_table(models))
    dropped = list(_dropped(operations, models))
    out.print(
        f"\n[bold]{len(operations)} operations, {len(models)} models, "
        f"{len(dropped)} dropped[/]; {len(after)} files in {seconds:.1f} s"
    )
    if dropped:
        raise OffError(f"dropped from openapi.yaml: {', '.join(dropped)}")
    changed = [n for n in before | after if before.get(n) != after.get(n)]
    if changed:
        raise OffError(
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
        raise OffError(f"the build failed:\n{done.stdout}{done.stderr}".rstrip())


def _files(folder: Path) -> dict[str, bytes]:
    """Read all files below a folder, caches excepted."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _dropped(
    operations: list[re.Match[str]], models: list[re.Match[str]]
) -> Iterator[str]:
    """Compare what the index lists with the document itself, read as plain data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with PINNED.open("rb") as file:
        document = yaml.load(file, loader)
    present = {f"{found['method']} {found['path']}" for found in operations}
    for path, item in document["paths"].items():
        for method in item.keys() & _METHODS:
            if f"{method.upper()} {path}" not in present:
                yield f"{method.upper()} {path}"
    names = {_plain(found["name"]) for found in models}
    for name in document["components"]["schemas"]:
        if _plain(name) not in names:
            yield name


def _plain(name: str) -> str:
    """Give a name without what differs between a schema and its class."""
    return re.sub(r"[\W_]", "", name).lower()


def _operations_table(operations: list[re.Match[str]]) -> Table:
    table = _table("tag", "operations", "that is")
    for tag, found in groupby(operations, lambda each: each["tag"]):
        names = [each["name"] for each in found]
        table.add_row(tag, str(len(names)), ", ".join(names))
    return table


def _models_table(models: list[re.Match[str]]) -> Table:
    kinds: dict[str, list[str]] = {}
    for found in models:
        kinds.setdefault(_kind(found["meaning"]), []).append(found["name"])
    table = _table("kind", "models", "for example")
    for kind, names in sorted(kinds.items(), key=lambda item: -len(item[1])):
        shown = [name for name in _EXAMPLES if name in names]
        table.add_row(kind, str(len(names)), ", ".join(shown or names[:1]))
    return table


_EXAMPLES = (
    *("AssistantObject", "RunObject", "MessageObject"),
    *("AssistantTool", "AssistantStreamEvent"),
    *("RunStatus", "SortOrder"),
    *("Metadata", "FunctionParameters"),
)


def _kind(meaning: str) -> str:
    if meaning == "(":
        return "class"
    if meaning.startswith(" = Literal["):
        return "open enum"
    return "union" if " | " in meaning else "other"


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        # Folding, where a terminal is narrow, hides nothing.
        table.add_column(heading, overflow="fold")
    return table
