"""What stands in functions, by their syntax trees."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def called_in(function: Function) -> frozenset[str]:
    """Return the names of what is called, or handed on to be called."""
    return frozenset(
        each.id if isinstance(each, ast.Name) else each.attr
        for each in own(function)
        if isinstance(each, ast.Name | ast.Attribute)
    )


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Iterate over a node and all in it; `ast.walk` takes four times as long.

    Whether a name is read or written is no node here.
    """
    left = [node]
    while left:
        node = left.pop()
        yield node
        for name in node._fields:
            value = getattr(node, name)
            if isinstance(value, list):
                left += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and name != "ctx":
                left.append(value)


@cache
def own(function: Function) -> tuple[ast.AST, ...]:
    """Return what stands in a function."""
    return tuple(each for statement in function.body for each in walk(statement))


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in walk(node) if isinstance(each, ast.Name)}
