"""Let a module of the client live under another name: relative imports, its own names.

A copy stands alone: it imports nothing of ours, which is verified in the end.
Three rules, on the syntax tree; what they don't touch stays byte for byte:

1. An absolute import of one of our packages becomes a relative one, also where a text
   is handed to `import_module`.
2. A text that is nothing but one of our dotted names, such as that of a logger, becomes
   an expression for this name within the copy, wherever that is. So two copies in one
   process have loggers of their own.
3. Where a longer text, a message or a docstring, mentions one of our packages, it
   mentions the copy.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from codegen.errors import BuildError, listed
from codegen.pipeline import PACKAGE
from codegen.vendor.manifest import FACADE

# Where our packages are within a copy; "" is the copy itself.
_HOMES = {PACKAGE: PACKAGE, FACADE: ""}
_OURS = "|".join(_HOMES)
_MENTION = re.compile(rf"(?<![\w.])({_OURS})(?![\w-])((?:\.[A-Za-z_]\w*)*)".encode())
_FROM = re.compile(rf"from[ \t]+({_OURS})(?=[\s.])".encode())
_OPENING = re.compile(rf"[fFrRbBuU]*(?:\"\"\"|'''|\"|')(?=(?:{_OURS})\b)".encode())
_ONE_STRING = re.compile(rb"[uU]?(\"|')[^\"'\\\n]*\1\Z")

IMPORTING = {"import_module", "__import__", "find_spec", "run_module", "files"}
"""Functions that take the name of a module as text."""

_Edit = tuple[int, int, str]


def rewritten(content: bytes, path: str, name: str) -> bytes:
    """Return the source of a module as it is within a copy."""
    if _MENTION.search(content):
        edits = [*_Rewrite(content, path, name).edits()]
        for start, end, new in sorted(edits, reverse=True):
            content = content[:start] + new.encode() + content[end:]
    return content


class _Rewrite:
    def __init__(self, content: bytes, path: str, name: str) -> None:
        self._content = content
        self._path = path
        self._name = name
        # Columns are counted in bytes, as here.
        self._lines = [0]
        for line in content.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def edits(self) -> Iterator[_Edit]:
        """Go through what is to be replaced, in no order; no two edits overlap."""
        done = set[ast.AST]()
        # Outer nodes come before inner ones.
        for node in _walk(ast.parse(self._content)):
            match node:
                case ast.Import(names=names):
                    if any(_is_ours(alias.name) for alias in names):
                        raise self._refused(node, "use `from ... import`")
                case ast.ImportFrom(module=str(name), level=0) if _is_ours(name):
                    yield self._import(node)
                case ast.Call(args=[first, *_]) if _is_ours(imported_text(node)):
                    yield from self._call(node, first)
                    done.update(_walk(first))
                case ast.Expr(value=ast.Constant(value=str())):
                    yield from self._mentions(node.value)
                    done.add(node.value)
                case ast.Constant(value=str(text)) if node not in done:
                    yield from self._text(node, text)
                case ast.JoinedStr() if node not in done:
                    yield from self._mentions(node)
                    # What stands in it has no place of its own before Python 3.12.
                    done.update(_walk(node))

    def _import(self, node: ast.ImportFrom) -> _Edit:
        found = _FROM.match(self._content, self._span(node)[0])
        if found is None:
            raise self._refused(node, "write it on one line")
        after = self._content[found.end() : found.end() + 1]
        return *found.span(1), self._relative(found[1].decode(), after == b".")

    def _call(self, node: ast.Call, first: ast.expr) -> Iterator[_Edit]:
        """Let `import_module("ours.x")` say `import_module(".x", __package__)`."""
        start, end = self._span(first)
        alone = len(node.args) == 1 and not node.keywords
        if not alone or _called(node) != "import_module":
            raise self._refused(node, "give import_module the name alone")
        opening = _OPENING.match(self._content, start)
        found = opening and _MENTION.match(self._content, opening.end())
        if not found:
            raise self._refused(node, "write the beginning of the name plainly")
        after = self._content[found.end(1) : found.end(1) + 1]
        yield *found.span(1), self._relative(found[1].decode(), after == b".")
        yield end, end, ", __package__"

    def _relative(self, package: str, more: bool) -> str:
        """Write one of our packages as the beginning of a relative import."""
        dots = "." * (self._path.count("/") + 1)
        # A dot that follows the copy itself is one of its own.
        return dots + _HOMES[package] if _HOMES[package] else dots[more:]

    def _text(self, node: ast.Constant, text: str) -> Iterator[_Edit]:
        start, end = self._span(node)
        found = _MENTION.fullmatch(text.encode())
        if found is None or not _ONE_STRING.match(self._content[start:end]):
            yield from self._mentions(node)
            return
        inner = _within(found)
        up = self._path.count("/") + 1 - self._path.endswith("__init__.py")
        expression = f'__name__.rsplit(".", {up})[0]' if up else "__name__"
        if inner:
            expression = expression.replace('"', "'")
            expression = f'f"{{{expression}}}.{inner}"'
        yield start, end, expression

    def _mentions(self, node: ast.expr) -> Iterator[_Edit]:
        for found in _MENTION.finditer(self._content, *self._span(node)):
            inner = _within(found)
            yield *found.span(), f"{self._name}.{inner}" if inner else self._name

    def _span(self, node: ast.stmt | ast.expr) -> tuple[int, int]:
        start = self._lines[node.lineno - 1] + node.col_offset
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset

    def _refused(self, node: ast.stmt | ast.expr, advice: str) -> BuildError:
        where = f"{self._path}, line {node.lineno}"
        return BuildError(f"{where}: this import can't be made relative", [advice])


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Iterate over a tree as `ast.walk` does, which takes four times as long.

    Whether a name is read or written is no node here.
    """
    nodes = [tree]
    for node in nodes:
        yield node
        for name in node._fields:
            value = getattr(node, name)
            if isinstance(value, list):
                nodes += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                nodes.append(value)


def _within(found: re.Match[bytes]) -> str:
    """Return the dotted name within the copy of something of ours."""
    home, rest = _HOMES[found[1].decode()], found[2].decode()
    return (home + rest).removeprefix(".")


def _is_ours(dotted: str) -> bool:
    return dotted.partition(".")[0] in _HOMES


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def imported_text(node: ast.Call) -> str:
    """Return the text that the name begins with that a call imports; "" if unknown."""
    if _called(node) in IMPORTING and node.args:
        match node.args[0]:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                return text
    return ""


# --- Verifying ------------------------------------------------------------------------

# What no copy may import: our packages by their own names, and the generator.
_NEVER = {*_HOMES, "codegen"}
# Modules of Pythons newer than the oldest one that may run this.
NEWER_MODULES = {"annotationlib", "compression"}
# Type checkers know the last one as they know the standard library; it is named where
# nothing but them looks.
_STANDARD = {*sys.stdlib_module_names, *NEWER_MODULES, "typing_extensions"}
# What is there or not: without it, `Client.embedded` of a copy says what is lacking.
_OPTIONAL = {"assistants_server"}
_LOADING = {"import_module", "__import__"}
# The nodes of a module that say what it imports, has or names.
_TELLING = {
    *(ast.Import, ast.ImportFrom, ast.Call, ast.Name, ast.Constant),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
}


@dataclass(frozen=True)
class _Import:
    """An import."""

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
    """Verify all modules of a copy; the generated ones may hold any text of a document.

    Returns:
        The third-party packages that the copy imports, and those of them that its
        generated part imports.
    """
    read = {path: _read(content) for path, content in sources.items()}
    names = _names(read)
    others, of_generated = set[str](), set[str]()
    problems: list[str] = []
    for path, source in read.items():
        for each in source.imports:
            top = each.module.partition(".")[0]
            problem = ""
            if each.level:
                problem = _unresolved(each, path, names)
            elif top in _NEVER:
                problem = f"imports {each.module}"
            elif top not in _STANDARD | _OPTIONAL:
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
    grown = True
    while grown:
        grown = False
        for module, target in stars:
            if more := names.get(target or module, set()) - names[module]:
                names[module] |= more
                grown = True
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
def _read(content: bytes) -> _Source:
    imports, names, texts = list[_Import](), set[str](), list[tuple[int, str]]()
    for node in _walk(ast.parse(content)):
        # Most nodes say nothing here, and to match them takes long.
        if type(node) not in _TELLING:
            continue
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
                if top in _NEVER and rest.replace(".", "").isidentifier() == bool(dot):
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
            if known or (not level and module.partition(".")[0] in _NEVER):
                yield _Import(node.lineno, level, module)


def _dotted(path: str) -> str:
    parts = path.removesuffix(".py").split("/")
    return ".".join(parts[: len(parts) - (parts[-1] == "__init__")])
