"""Leave the imports to a module that it needs, in the order that ruff has them in.

Templates name all that the code below may need. What ruff would have to take out of
thousands of files again is not written; where a name stands in prose only, ruff still
finds it.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_WIDTH = 88
_TYPES_ONLY = "if TYPE_CHECKING:"
_NUMBERS = re.compile(r"([0-9]+)")

_Key = tuple[object, ...]


class _Import(NamedTuple):
    """A name that is imported, and as what it is used."""

    module: str
    name: str
    used: str


def used_in(imports: str, code: str) -> str:
    """Return the imports that code mentions, each module and each name in its order.

    Args:
        imports: lines of imports, in paragraphs; some may be for type checkers only.
        code: what follows them.
    """
    above, _, typed = imports.partition(_TYPES_ONLY)
    found = _paragraphs(typed, code, "    ")
    if found:
        code += _TYPES_ONLY
        found = f"\n\n{_TYPES_ONLY}\n{found}"
    return f"{_paragraphs(above, code, '')}{found}\n"


def _paragraphs(imports: str, code: str, indent: str) -> str:
    found = []
    for paragraph in imports.split("\n\n"):
        used = tuple([each for each in _parsed(paragraph) if _mentions(code, each[2])])
        if used:
            found.append(_written(used, indent))
    return "\n\n".join(found)


def _mentions(code: str, name: str) -> bool:
    """Return whether a name is in code as a word."""
    at = code.find(name)
    while at >= 0:
        end = at + len(name)
        around = code[at - 1 : at] + code[end : end + 1]
        if not any(c.isalnum() or c == "_" for c in around):
            return True
        at = code.find(name, end)
    return False


@cache
def _parsed(paragraph: str) -> list[_Import]:
    found = []
    for line in paragraph.split("\n"):
        start, _, names = line.partition(" import ")
        for each in names.split(", ") if names else ():
            name, _, used = each.partition(" as ")
            found.append(_Import(start.split()[1], name, used or name))
    return found


@cache
def _written(imports: tuple[_Import, ...], indent: str) -> str:
    """Return the lines of one paragraph."""
    joined: dict[tuple[str, str], set[str]] = {}
    for module, name, used in imports:
        # What gets another name has a line of its own.
        apart = "" if name == used else f"{name} as {used}"
        joined.setdefault((module, apart), set()).add(apart or name)
    statements = [(m, sorted(names, key=_rank)) for (m, _), names in joined.items()]
    statements.sort(key=lambda each: (_place(each[0]), _rank(each[1][0])))
    return "\n".join(_statement(indent, *each) for each in statements)


def _statement(indent: str, module: str, names: list[str]) -> str:
    start = f"{indent}from {module} import "
    line = start + ", ".join(names)
    if len(line) <= _WIDTH:
        return line
    inside = "".join(f"{indent}    {name},\n" for name in names)
    return f"{start}(\n{inside}{indent})"


def _place(module: str) -> _Key:
    """Return what modules are ordered by: of the package's own, the furthest first."""
    name = module.lstrip(".")
    return (len(name) - len(module), _natural(name))


def _rank(name: str) -> _Key:
    """Return what names are ordered by: constants, classes, and others."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return (kind, _natural(name.lower()))


def _natural(text: str) -> _Key:
    """Return what texts are ordered by where numbers in them count as numbers."""
    parts = _NUMBERS.split(text)
    return tuple(int(p) if i % 2 else p for i, p in enumerate(parts))
