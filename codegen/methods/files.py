"""Write the files of the client that come from methods.yaml, and compare them."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from codegen.errors import BuildError
from codegen.finish import format_code
from codegen.identifiers import pascal_case
from codegen.methods.planned import Plan
from codegen.methods.type_names import TypeModule
from codegen.paths import TEMPLATES
from codegen.plan.literal import string
from codegen.render import HEADER, environment
from codegen.swap import write_atomically

FOLDER, TYPES = "resources", "types"


def written(plan: Plan, types: Iterable[TypeModule] = ()) -> dict[str, str]:
    """Return the text of every file, by its path in the client."""
    templates = environment(TEMPLATES)
    templates.filters["string_literal"] = string
    templates.filters["before"] = _before
    templates.filters["pascal"] = pascal_case
    with tempfile.TemporaryDirectory() as scratch:
        folder = FilePath(scratch)
        names = []
        for path, template, values in (*_files(plan), *_type_files(types)):
            text = templates.get_template(f"client/{template}.py.jinja").render(values)
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(HEADER + text, encoding="utf-8")
            names.append(path)
        format_code(folder, names)
        return {n: (folder / n).read_text(encoding="utf-8") for n in sorted(names)}


def put(files: Mapping[str, str], client: FilePath) -> list[str]:
    """Write the files, delete what is no longer made, and return what changed.

    Raises:
        BuildError: a file of this name was written by hand; nothing was written.
    """
    present = _generated(client)
    for path in files.keys() - present.keys():
        if (client / path).exists():
            raise BuildError(
                f"{client.name}/{path} is in the way: it was not generated",
                ["rename it, or the class of the resource in methods.yaml"],
            )
    changed = []
    for path, text in files.items():
        if present.get(path) != text:
            (client / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(client / path, text)
            changed.append(path)
    for path in sorted(present.keys() - files.keys()):
        (client / path).unlink()
        changed.append(path)
    return changed


def hashes(client: FilePath) -> dict[str, str]:
    """Return the sha256 of every generated file that is there."""
    return {path: _hash(text) for path, text in _generated(client).items()}


def hashes_of(files: Mapping[str, str]) -> dict[str, str]:
    """Return the sha256 of the files as they are to be."""
    return {path: _hash(text) for path, text in files.items()}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _generated(client: FilePath) -> dict[str, str]:
    """Read the files that were generated: their first line says so."""
    found = {}
    patterns = ("*.py", f"{FOLDER}/*.py", f"{TYPES}/**/*.py")
    for path in sorted(path for each in patterns for path in client.glob(each)):
        text = path.read_text(encoding="utf-8")
        if text.startswith(HEADER):
            found[path.relative_to(client).as_posix()] = text
    return found


def _files(plan: Plan) -> Iterator[tuple[str, str, dict[str, Any]]]:
    both = {"sync": plan.sync, "asynchronous": plan.asynchronous}
    yield "_operations.py", "operations", {"plan": plan}
    for resource in (*plan.sync, *plan.asynchronous):
        yield f"{FOLDER}/{resource.module}.py", "resource", {"resource": resource}
    for kind in ("raw", "streamed"):
        yield f"{FOLDER}/_{kind}.py", "variants", {**both, "kind": kind}
    yield f"{FOLDER}/_client.py", "resources", both
    yield f"{FOLDER}/_params.py", "params", {"plan": plan}
    yield "_keywords.py", "keywords", {"plan": plan}
    yield "_usual.py", "usual", {"usual": plan.usual}


def _type_files(types: Iterable[TypeModule]) -> Iterator[tuple[str, str, Any]]:
    for module in types:
        kind = "module" if module.homes is None else "package"
        yield module.file, f"types_{kind}", {"module": module}


def _before(word: str, class_: str) -> str:
    """Put a word before the name of a class, but after `Async`."""
    if class_.startswith("Async"):
        return f"Async{word}{class_.removeprefix('Async')}"
    return f"{word}{class_}"
