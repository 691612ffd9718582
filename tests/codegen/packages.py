"""Built packages: import them under their own name, and look at their code."""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import pkgutil
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.syntax import walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


def import_package(folder: Path) -> ModuleType:
    """Import the package in a folder under the folder's name, from nowhere else."""
    name = folder.name
    if name in sys.modules:
        raise ValueError(f"there is a module {name} already")
    found = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    return module


def forget_package(name: str) -> None:
    """Drop a package and all its modules, so that another may have its name."""
    for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
        del sys.modules[module]


@contextmanager
def imported(folder: Path) -> Iterator[ModuleType]:
    """Have a package for a while."""
    try:
        yield import_package(folder)
    finally:
        forget_package(folder.name)


def every_module(package: ModuleType) -> list[ModuleType]:
    """Import all modules of a package, and what functions in them import of it."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    modules = [package, *(importlib.import_module(module.name) for module in found)]
    for each in modules:
        assert each.__file__
        for node in walk(ast.parse(Path(each.__file__).read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                dots = "." * node.level
                importlib.import_module(f"{dots}{node.module or ''}", each.__package__)
    return modules


def module(package: ModuleType, name: str) -> Any:
    """Import one module of a package, `api.runs.create_run` for instance."""
    return importlib.import_module(f"{package.__name__}.{name}")


def code(folder: Path) -> dict[str, ast.Module]:
    """Parse every Python file below a folder."""
    return {
        path.relative_to(folder).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
    }


def meaning(folder: Path) -> dict[str, str]:
    """Return all that the files of a build say, docstrings and prose aside.

    API.md and the document that the package ships have no prose, and are there in full.
    """
    paths = [*folder.rglob("*.py"), folder / "API.md", *folder.glob("*/openapi.json")]
    return {
        path.relative_to(folder).as_posix(): _said(path.read_text("utf-8"), path.suffix)
        for path in sorted(paths)
    }


@cache
def _said(text: str, suffix: str) -> str:
    """Return what a file says, a digest of code; most is the same in several builds."""
    if suffix != ".py":
        return text
    said = ast.dump(without_docs(ast.parse(text)))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def without_docs(tree: ast.Module) -> ast.Module:
    """Take out every text that stands on its own: docstrings, also of attributes."""
    for node in walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [  # type: ignore[attr-defined]
                statement
                for statement in body
                if not (
                    isinstance(statement, ast.Expr)
                    and isinstance(statement.value, ast.Constant)
                    and isinstance(statement.value.value, str)
                )
            ]
    return tree
