"""Look at a finished copy: it stands alone, and what it imports exists."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from codegen.errors import BuildError
from codegen.vendor.rewriting import IMPORTING

# What no copy may import: our packages by their own names, and the generator.
_OURS = ("assistants_api", "assistants_client", "codegen")
_LOADING = {"import_module", "__import__"}
_SHOWN = 20


@dataclass(frozen=True)
class _Import:
    """An import: how many dots, of which module, and which names."""

    line: int
    level: int
    module: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Source:
    """What is to be known of a module's source."""

    path: str
    imports: tuple[_Import, ...]
    bound: frozenset[str]
    texts: tuple[tuple[int, str], ...]


def verify(sources: Mapping[str, bytes], generated: str) -> set[str]:
    """Check all modules of a copy.

    Args:
        sources: their files by their names, relative to the copy.
        generated: the folder of those that are generated, and so may hold any text of
            a document; "" where all are.

    Returns:
        The packages of others that the copy imports.

    Raises:
        BuildError: it would need this repository, or something that is not in it.
    """
    modules = {_dotted(path): _read(path, content) for path, content in sources.items()}
    others: set[str] = set()
    problems: list[str] = []
    for path, content in sources.items():
        found = _read(path, content)
        for each in found.imports:
            top = each.module.partition(".")[0]
            if each.level:
                problem = _unresolved(each, path, modules)
            elif top in _OURS:
                problem = f"imports {each.module}"
            else:
                problem = ""
                others |= {top} - sys.stdlib_module_names
            if problem:
                problems.append(f"{path}, line {each.line}: {problem}")
        for line, text in () if path.startswith(generated) else found.texts:
            problems.append(f"{path}, line {line}: has the text {text!r}")
    if problems:
        more = len(problems) - _SHOWN
        raise BuildError(
            "the copy would not stand alone:",
            problems[:_SHOWN] + [f"... and {more} more"] * (more > 0),
        )
    return others


def _unresolved(found: _Import, path: str, modules: Mapping[str, _Source]) -> str:
    """Say what a relative import doesn't find; nothing where it finds all."""
    shown = f"{'.' * found.level}{found.module}"
    target = _target(found, path)
    if target is None:
        return f"imports {shown}, which is outside"
    if target not in modules:
        return f"imports {shown}, which is not in the copy"
    for name in found.names:
        inner = f"{target}.{name}" if target else name
        if inner not in modules and not _has(target, name, modules):
            return f"imports {name} of {shown}, which has no such name"
    return ""


def _target(found: _Import, path: str) -> str | None:
    """Give the dotted name that a relative import leads to; None where outside."""
    folders = path.split("/")[:-1]
    left = len(folders) - (found.level - 1)
    if left < 0:
        return None
    return ".".join(filter(None, [*folders[:left], found.module]))


def _has(module: str, name: str, modules: Mapping[str, _Source]) -> bool:
    """Tell whether a module has a name, also where it takes all names of another."""
    todo, seen = [module], set[str]()
    while todo:
        here = todo.pop()
        if here in seen or here not in modules:
            continue
        seen.add(here)
        source = modules[here]
        if name == "*" or name in source.bound:
            return True
        for each in source.imports:
            if "*" in each.names:
                target = _target(each, source.path)
                todo += [] if target is None else [target]
    return False


@lru_cache(maxsize=4096)
def _read(path: str, content: bytes) -> _Source:
    tree = ast.parse(content)
    return _Source(
        path, tuple(_imports(tree)), frozenset(_bound(tree)), tuple(_texts(tree))
    )


def _imports(tree: ast.AST) -> Iterator[_Import]:
    """Find every import, wherever it stands, also one by text."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield _Import(node.lineno, 0, alias.name)
            case ast.ImportFrom(module=module, level=level, names=names):
                imported = tuple(alias.name for alias in names) if level else ()
                yield _Import(node.lineno, level, module or "", imported)
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name),
                args=[ast.Constant(value=str(text)), *_]
                | [ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]), *_],
            ) if name in IMPORTING:
                module = text.lstrip(".")
                level = len(text) - len(module)
                # Of a name that is put together, and of one that is only looked for,
                # no more is known than whether it is ours.
                known = isinstance(node.args[0], ast.Constant) and name in _LOADING
                if known or (not level and module.partition(".")[0] in _OURS):
                    yield _Import(node.lineno, level, module)


def _bound(tree: ast.AST) -> Iterator[str]:
    """Give whatever is a name somewhere in a module."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.Name(id=name, ctx=ast.Store())
            ):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                for alias in names:
                    yield alias.asname or alias.name


def _texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find texts that are one of our dotted names; docstrings are none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            top, dot, rest = node.value.partition(".")
            if top in _OURS and rest.replace(".", "").isidentifier() == bool(dot):
                yield node.lineno, node.value


def _dotted(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[: len(parts) - (parts[-1] == "__init__")])
