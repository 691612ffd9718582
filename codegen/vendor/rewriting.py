"""Let a module of ours live under another name: relative imports, its own names.

Three rules, on the syntax tree; what they don't touch stays byte for byte:

1. An absolute import of one of our packages becomes a relative one, also where a text
   is handed to `import_module`.
2. A text that is nothing but one of our dotted names, such as that of a logger, becomes
   an expression that gives this name within the copy, wherever that is. So two copies
   in one process have loggers of their own.
3. Where a longer text, a message or a docstring, mentions one of our packages, it
   mentions the copy. What was left out of the copy goes on being called as ours.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codegen.errors import BuildError

_FROM = re.compile(rb"from[ \t]+([\w.]+)")
_OPENING = re.compile(rb"[fFrRbBuU]*(\"\"\"|'''|\"|')")
_ONE_STRING = re.compile(rb"[uU]?(\"|')[^\"'\\\n]*\1\Z")
_DOTTED = re.compile(r"\w+(?:\.\w+)*\Z")


@dataclass(frozen=True)
class Move:
    """What moves where.

    Attributes:
        name: how the copy is called.
        homes: our packages, and where each is within the copy; "" is the copy itself.
        left_out: dotted names of what is not in the copy.
    """

    name: str
    homes: Mapping[str, str]
    left_out: tuple[str, ...] = ()

    def within(self, dotted: str) -> str | None:
        """Give the dotted name within the copy of something of ours; else None."""
        top, _, rest = dotted.partition(".")
        if top not in self.homes or self.is_left_out(dotted):
            return None
        return ".".join(part for part in (self.homes[top], rest) if part)

    def is_left_out(self, dotted: str) -> bool:
        """Tell whether a dotted name leads to what is not in the copy."""
        return any(f"{dotted}.".startswith(f"{name}.") for name in self.left_out)


@dataclass(frozen=True)
class Module:
    """A module within the copy.

    Attributes:
        path: its file, relative to the copy.
    """

    path: str

    @property
    def depth(self) -> int:
        """How many dots lead from it to the copy's own package in an import."""
        return self.path.count("/") + 1

    @property
    def dots_in_name(self) -> int:
        """How many names its own name has after that of the copy."""
        return self.depth - self.path.endswith("__init__.py")


_Edit = tuple[int, int, bytes]


def rewritten(content: bytes, module: Module, move: Move) -> bytes:
    """Give the source of a module as it is within a copy.

    Raises:
        BuildError: it does something with our names that no rule covers.
    """
    mention = _mention(move)
    if not mention.search(content):
        return content
    edits = [*_Rewriting(content, module, move, mention).edits()]
    for start, end, new in sorted(edits, reverse=True):
        content = content[:start] + new + content[end:]
    return content


def _mention(move: Move) -> re.Pattern[bytes]:
    names = b"|".join(re.escape(name.encode()) for name in move.homes)
    return re.compile(rb"(?<![\w.])(?:%s)(?![\w-])(?:\.[A-Za-z_]\w*)*" % names)


class _Rewriting:
    def __init__(
        self, content: bytes, module: Module, move: Move, mention: re.Pattern[bytes]
    ) -> None:
        self._content = content
        self._module = module
        self._move = move
        self._mention = mention
        self._tree = ast.parse(content)
        # Columns are counted in bytes, as here.
        self._lines = [0]
        for line in content.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._imported = set[ast.expr]()

    def edits(self) -> Iterator[_Edit]:
        """Give what is to be replaced, in no order; no two of them overlap."""
        yield from self._visit(self._tree)

    def _visit(self, node: ast.AST) -> Iterator[_Edit]:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    if self._is_ours(alias.name):
                        raise self._refused(node, "use `from ... import`")
            case ast.ImportFrom(module=str(name), level=0) if self._is_ours(name):
                yield self._from(node, name)
            case ast.Call(args=[first, *_]) if _imports_by_text(node):
                begins = _beginning(first)
                if self._is_ours(begins):
                    self._imported.add(first)
                    yield from self._call(node, first, begins)
            case ast.Expr(value=ast.Constant(value=str())):
                yield from self._mentions(node.value)
                return
            case ast.Constant(value=str(text)) if node not in self._imported:
                yield from self._text(node, text)
            case ast.JoinedStr():
                if node not in self._imported:
                    yield from self._mentions(node)
                # What stands in it has no place of its own before Python 3.12.
                return
        for child in ast.iter_child_nodes(node):
            yield from self._visit(child)

    def _from(self, node: ast.ImportFrom, name: str) -> _Edit:
        start = self._start(node)
        found = _FROM.match(self._content, start)
        if found is None or found[1].decode() != name:
            raise self._refused(node, "write it on one line")
        return found.start(1), found.end(1), self._relative(node, name).encode()

    def _call(self, node: ast.Call, first: ast.expr, name: str) -> Iterator[_Edit]:
        """Let `import_module("ours.x")` say `import_module(".x", __package__)`."""
        if len(node.args) != 1 or node.keywords or not _takes_package(node):
            raise self._refused(node, "give import_module the name alone")
        opening = _OPENING.match(self._content, self._start(first))
        top, dot, _ = name.partition(".")
        begins = (top + dot).encode()
        if opening is None or not self._content.startswith(begins, opening.end()):
            raise self._refused(node, "write the beginning of the name plainly")
        relative = self._relative(node, top)
        if dot and not relative.endswith("."):
            relative += dot
        yield opening.end(), opening.end() + len(begins), relative.encode()
        end = self._end(first)
        yield end, end, b", __package__"

    def _text(self, node: ast.Constant, text: str) -> Iterator[_Edit]:
        start, end = self._start(node), self._end(node)
        within = self._move.within(text) if _DOTTED.match(text) else None
        if within is None or not _ONE_STRING.match(self._content[start:end]):
            yield from self._mentions(node)
            return
        up = self._module.dots_in_name
        expression = f'__name__.rsplit(".", {up})[0]' if up else "__name__"
        if within:
            expression = expression.replace('"', "'")
            expression = f'f"{{{expression}}}.{within}"'
        yield start, end, expression.encode()

    def _mentions(self, node: ast.expr) -> Iterator[_Edit]:
        start, end = self._start(node), self._end(node)
        for found in self._mention.finditer(self._content, start, end):
            # `ours.x.` at the end of a sentence has no name after its last dot.
            inner = self._move.within(found[0].decode())
            if inner is not None:
                new = ".".join(part for part in (self._move.name, inner) if part)
                yield found.start(), found.end(), new.encode()

    def _relative(self, node: ast.AST, name: str) -> str:
        within = self._move.within(name)
        if within is None:
            raise self._refused(node, f"{name} is not in the copy")
        return "." * self._module.depth + within

    def _is_ours(self, name: str) -> bool:
        return name.partition(".")[0] in self._move.homes

    def _refused(self, node: ast.AST, advice: str) -> BuildError:
        line = getattr(node, "lineno", 0)
        return BuildError(
            f"{self._module.path}, line {line}: this import can't be made relative",
            [advice],
        )

    def _start(self, node: ast.stmt | ast.expr) -> int:
        return self._lines[node.lineno - 1] + node.col_offset

    def _end(self, node: ast.expr) -> int:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._lines[node.end_lineno - 1] + node.end_col_offset


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


IMPORTING = {"import_module", "__import__", "find_spec", "run_module", "files"}
"""Functions that take the name of a module as text."""


def _imports_by_text(node: ast.Call) -> bool:
    return _called(node) in IMPORTING


def _takes_package(node: ast.Call) -> bool:
    return _called(node) == "import_module"


def _beginning(node: ast.expr) -> str:
    """Give the text that an expression begins with; "" where it is not known."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
    return ""
