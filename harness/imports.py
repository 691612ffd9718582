"""Finds every import of a package, wherever it stands."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.kept import kept

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE_ROOTS = {
    "assistants_api": ROOT / "generated",
    "assistants_archive": ROOT,
    "assistants_cli": ROOT,
    "assistants_client": ROOT,
    "assistants_server": ROOT,
    "model_api": ROOT / "generated" / "upstream",
    "codegen": ROOT,
}

_MAY_IMPORT = (ast.Import, ast.ImportFrom, ast.Call)


@dataclass(frozen=True)
class Import:
    """One import: the absolute names of the importer and of what it imports."""

    importer: str
    imported: str
    relative: bool
    line: int
    typing_only: bool = False

    @property
    def top(self) -> str:
        return self.imported.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@cache
def all_imports(package: str) -> tuple[Import, ...]:
    """Find every import of a package, once for all who ask."""
    texts = {each: each[1].read_bytes() for each in modules(package)}

    def look() -> tuple[Import, ...]:
        found: list[Import] = []
        for (name, path), text in texts.items():
            inside = name if path.name == "__init__.py" else name.rpartition(".")[0]
            found += imports_of(text.decode(), name, inside)
        return tuple(found)

    given = (part for each, text in texts.items() for part in (each[0].encode(), text))
    return kept([Path(__file__).read_bytes(), *given], look)


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """Return the name and the file of every module of a package."""
    root = SOURCE_ROOTS[package]
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), path


def imports_of(source: str, importer: str, package: str) -> Iterator[Import]:
    """Find every import of a module, wherever it stands.

    Args:
        source: the code of the module.
        importer: its name.
        package: the package that its relative imports start from.
    """
    nodes = [*ast.walk(ast.parse(source))]
    typing_only = {
        id(node)
        for block in nodes
        if isinstance(block, ast.If)
        and isinstance(block.test, ast.Name)
        and block.test.id == "TYPE_CHECKING"
        for statement in block.body
        for node in ast.walk(statement)
    }
    for node in nodes:
        if not isinstance(node, _MAY_IMPORT):
            continue
        for imported, relative in _imported(node, package):
            line = getattr(node, "lineno", 0)
            typed = id(node) in typing_only
            yield Import(importer, imported, relative, line, typed)


def _imported(node: ast.AST, package: str) -> Iterator[tuple[str, bool]]:
    """Name what a statement or a call imports, and whether relatively."""
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield alias.name, False
        case ast.ImportFrom(module=module, level=0):
            yield module or "", False
        case ast.ImportFrom(module=None, level=level, names=names):
            # What is imported from a package may be a module of it.
            base = _resolved("." * level, package)
            for alias in names:
                yield f"{base}.{alias.name}" if base else alias.name, True
        case ast.ImportFrom(module=module, level=level):
            yield _resolved(f"{'.' * level}{module}", package), True
        case ast.Call(
            func=ast.Name(id="import_module" | "__import__")
            | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            relative = name.startswith(".")
            yield _resolved(name, package) if relative else name, relative


def _resolved(relative: str, package: str) -> str:
    """Return the absolute name of a relative one, such as `..types`."""
    name = relative.lstrip(".")
    up = len(relative) - len(name) - 1
    parts = package.split(".")
    if up >= len(parts):
        return "(outside)"
    return ".".join([*parts[: len(parts) - up], *([name] if name else [])])
