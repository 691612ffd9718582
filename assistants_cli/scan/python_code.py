"""Python code, read by its syntax tree and never executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

from . import advice, symbols
from .findings import Finding, Kind
from .patterns import REQUESTS, model_finding, request_finding
from .retirement import retired_on
from .scopes import Scope, path_of, scoped

_MOST_FOUND = 120
_LINE_END = re.compile(r"\r\n|\r|\n")
_NAMING = (ast.Assign, ast.AnnAssign, ast.NamedExpr)


class Unparsable(Exception):  # noqa: N818 - the text is read as text then
    """A text that is no Python, or no Python of this version."""


def in_python(text: str, today: date, *, elsewhere: bool = False) -> list[Finding]:
    """Return what is found in Python code.

    Args:
        text: the code.
        today: the present day.
        elsewhere: whether to find what other modules may use for the Assistants API,
            and nothing else.

    Raises:
        Unparsable: it has no syntax tree.
    """
    try:
        with warnings.catch_warnings():
            # Of what others wrote, such as escapes that aren't valid.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            module = _Module(text, tree, today)
            return module.findings_elsewhere() if elsewhere else module.findings()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unparsable(str(error)) from error


class _Module:
    """A module, and what is found in it."""

    def __init__(self, text: str, tree: ast.Module, today: date) -> None:
        # Python ends no line at a form feed, nor at what Unicode has for it.
        self._lines = _LINE_END.split(text)
        self._today = today
        self._nodes = [*scoped(tree)]

    def findings(self) -> list[Finding]:
        """Return what is found, in order."""
        found = [*self._found()]
        if any(each.page == advice.FROM_OPENAI for each in found):
            # What goes along with a client changes only where it is used for this.
            found += self._along()
        return sorted(set(found))

    def findings_elsewhere(self) -> list[Finding]:
        """Return what may have to change because other modules use it, in order."""
        paths = (
            path_of(e, s) for e, _, s in self._nodes if isinstance(e, ast.Attribute)
        )
        if any(path is not None and symbols.is_other(path) for path in paths):
            return []
        return sorted({replace(each, certain=False) for each in self._along()})

    def _found(self) -> Iterator[Finding]:
        for node, parent, scope in self._nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from self._imports(node)
            elif (
                isinstance(node, ast.Attribute)
                and not isinstance(parent, ast.Attribute)
            ) or (isinstance(node, ast.Name) and isinstance(parent, ast.Call)):
                yield from self._used(node, parent, scope)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._text(node, node.value, parent)
            elif isinstance(node, ast.Dict):
                yield from self._headers(node)

    def _imports(
        self,
        node: ast.Import | ast.ImportFrom,
        said_of: Callable[[str, str], symbols.Imported | None] = symbols.imported,
    ) -> Iterator[Finding]:
        for each in node.names:
            if isinstance(node, ast.Import):
                module, name, whole = each.name, "", f"import {each.name}"
            elif node.level:
                continue
            else:
                module, name = node.module or "", each.name
                whole = f"from {module} import {name}"
            said = said_of(module, name)
            if said is not None:
                yield self._finding(each, said, whole)

    def _along(self) -> Iterator[Finding]:
        """Return what has to change as well where the Assistants API is used."""
        for node, parent, scope in self._nodes:
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield from self._imports(node, symbols.imported_along)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said = symbols.patched_along(node.value)
                if said is not None and not isinstance(parent, ast.Expr):
                    yield self._finding(node, said, node.value)
            elif isinstance(node, ast.Attribute) and not isinstance(
                parent, ast.Attribute | ast.Assign | ast.AnnAssign
            ):
                path = path_of(node, scope)
                if path == (f"{node.attr}()",):
                    # The class of a client, as an attribute of `openai`.
                    path = (symbols.OPENAI, node.attr)
                said = None if path is None else symbols.used_along(path)
                if path is not None and said is not None:
                    first = "client" if path[0] in advice.CLIENTS else path[0]
                    yield self._finding(node, said, ".".join((first, *path[1:])))

    def _used(
        self, node: ast.Attribute | ast.Name, parent: ast.AST | None, scope: Scope
    ) -> Iterator[Finding]:
        path = path_of(node, scope)
        # Giving something another name is no use of it.
        if path is None or isinstance(
            parent, ast.Assign | ast.AnnAssign | ast.NamedExpr
        ):
            return
        said = symbols.used(path)
        if said is not None:
            certain = path[0] != symbols.UNKNOWN
            what = ".".join(("client", *path[1:]))
            yield self._finding(node, said, what, certain=certain)

    def _text(
        self, node: ast.Constant, value: str, parent: ast.AST | None
    ) -> Iterator[Finding]:
        # A docstring says something of the code, and does nothing.
        if isinstance(parent, ast.Expr):
            return
        line, column = self._place(node)
        if len(value) < 100 and retired_on(value.removeprefix("openai/")):
            name = value.removeprefix("openai/")
            yield model_finding(name, line, column, self._today)
        for found in REQUESTS.finditer(value):
            yield request_finding(found[0], line, column)
        if symbols.PATCHED.fullmatch(value):
            said = symbols.Imported(Kind.IMPORT, advice.PATCHED, advice.FROM_OPENAI)
            yield self._finding(node, said, value)

    def _headers(self, node: ast.Dict) -> Iterator[Finding]:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                if not isinstance(key.value, str) or not isinstance(value.value, str):
                    continue
                header = f"{key.value[:50]}: {value.value[:50]}"
                if REQUESTS.fullmatch(header):
                    yield request_finding(header, *self._place(key))

    def _finding(
        self,
        node: ast.expr | ast.alias,
        said: symbols.Imported,
        found: str,
        *,
        certain: bool = True,
    ) -> Finding:
        line, column = self._place(node)
        kind, change, page = said
        return Finding(line, column, kind, found[:_MOST_FOUND], change, page, certain)

    def _place(self, node: ast.expr | ast.alias) -> tuple[int, int]:
        """Return the line and column of a node; Python counts the latter in bytes."""
        line = self._lines[node.lineno - 1] if node.lineno <= len(self._lines) else ""
        before = line.encode()[: node.col_offset].decode(errors="replace")
        return node.lineno, len(before) + 1
