"""Verify that a copy stands alone: it imports nothing of ours, and what exists."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from codegen.errors import BuildError
from codegen.vendor.manifest import listed
from codegen.vendor.rewrite import imported_text

# What no copy may import: our packages by their own names, and the generator.
_OURS = ("assistants_api", "assistants_client", "codegen")
_LOADING = {"import_module", "__import__"}


@dataclass(frozen=True)
class _Import:
    """An import.

    Attributes:
        line: where it stands.
        level: how many dots it has.
        module: the rest of the module's name.
        names: which names it takes of the module.
    """

    line: int
    level: int
    module: str
    names: tuple[str, ...] = ()

    def target(self, path: str) -> str | None:
        """Return the module within the copy that it means; None where it is outside."""
        folders = path.split("/")[:-1]
        above = len(folders) - (self.level - 1)
        if above < 0:
            return None
        return ".".join(filter(None, [*folders[:above], self.module]))


@dataclass(frozen=True)
class _Source:
    """What a module imports, which names it has, which of its texts are ours."""

    imports: tuple[_Import, ...]
    names: frozenset[str]
    texts: tuple[tuple[int, str], ...]


def verify(sources: Mapping[str, bytes], generated: str) -> tuple[set[str], set[str]]:
    """Verify all modules of a copy.

    Args:
        sources: their files by their names, relative to the copy.
        generated: the folder of those that are generated, and so may hold any text of
            a document; "" where all are.

    Returns:
        The third-party packages that the copy imports, and those of them that its
        generated part imports.

    Raises:
        BuildError: it would need this repository, or something that is not in it.
    """
    read = {path: _read(path, content) for path, content in sources.items()}
    names = _names(read)
    others, of_generated = set[str](), set[str]()
    problems: list[str] = []
    for path, source in read.items():
        for each in source.imports:
            top = each.module.partition(".")[0]
            problem = ""
            if each.level:
                problem = _unresolved(each, path, names)
            elif top in _OURS:
                problem = f"imports {each.module}"
            elif top not in sys.stdlib_module_names:
                others.add(top)
                if path.startswith(generated):
                    of_generated.add(top)
            if problem:
                problems.append(f"{path}, line {each.line}: {problem}")
        if not path.startswith(generated):
            for line, text in source.texts:
                problems.append(f"{path}, line {line}: has the text {text!r}")
    if problems:
        raise BuildError("the copy would not stand alone:", listed(problems))
    return others, of_generated


def _names(read: Mapping[str, _Source]) -> dict[str, set[str]]:
    """Return the names that each module has, also those that it takes with a star."""
    names = {_dotted(path): set(source.names) for path, source in read.items()}
    stars = [
        (_dotted(path), each.target(path))
        for path, source in read.items()
        for each in source.imports
        if "*" in each.names
    ]
    # A star may lead to a module that has a star.
    for _ in stars:
        for module, target in stars:
            names[module] |= names.get(target or module, set())
    return names


def _unresolved(found: _Import, path: str, names: Mapping[str, set[str]]) -> str:
    """Return what a relative import doesn't find, or nothing."""
    shown = f"{'.' * found.level}{found.module}"
    target = found.target(path)
    if target is None:
        return f"imports {shown}, which is outside"
    if target not in names:
        return f"imports {shown}, which is not in the copy"
    for name in found.names:
        inner = f"{target}.{name}" if target else name
        if name not in {"*", *names[target]} and inner not in names:
            return f"imports {name} of {shown}, which has no such name"
    return ""


@lru_cache(maxsize=4096)
def _read(path: str, content: bytes) -> _Source:
    tree = ast.parse(content, path)
    imports, names, texts = list[_Import](), set[str](), list[tuple[int, str]]()
    for node in ast.walk(tree):
        imports += _imports(node)
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.Name(id=name, ctx=ast.Store())
            ):
                names.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                names.update(alias.asname or alias.name for alias in aliases)
            case ast.Constant(value=str(text)):
                # Docstrings and the like are more than a dotted name.
                top, dot, rest = text.partition(".")
                if top in _OURS and rest.replace(".", "").isidentifier() == bool(dot):
                    texts.append((node.lineno, text))
    return _Source(tuple(imports), frozenset(names), tuple(texts))


def _imports(node: ast.AST) -> Iterator[_Import]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield _Import(node.lineno, 0, alias.name)
        case ast.ImportFrom(module=module, level=level, names=names):
            imported = tuple(alias.name for alias in names) if level else ()
            yield _Import(node.lineno, level, module or "", imported)
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            text = imported_text(node)
            module = text.lstrip(".")
            level = len(text) - len(module)
            # Of a name that is put together, and of one that is only looked for, no
            # more is known than whether it is ours.
            known = name in _LOADING and text and isinstance(node.args[0], ast.Constant)
            if known or (not level and module.partition(".")[0] in _OURS):
                yield _Import(node.lineno, level, module)


def _dotted(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[: len(parts) - (parts[-1] == "__init__")])
