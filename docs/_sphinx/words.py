"""The descriptions of models and operations, from the source of the generated package.

Docstrings of attributes and aliases are there for readers alone: only the source has
them.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

from docs._sphinx.docstrings import Doc

PACKAGE = Path(__file__).resolve().parents[2] / "generated" / "assistants_api"


@dataclass(frozen=True)
class Words:
    """What is said of a model or an operation, and of each of its parts."""

    text: str = ""
    parts: dict[str, str] = field(default_factory=dict[str, str])


@cache
def models() -> dict[str, Words]:
    """Return the words for each model, by its name."""
    found = {}
    for path in sorted((PACKAGE / "models").glob("[!_]*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for name, text in _described(tree.body).items():
            found[name] = Words(text)
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                text = ast.get_docstring(node) or ""
                found[node.name] = Words(text, _described(node.body))
    return found


@cache
def operation(tag: str, name: str) -> Words:
    """Return the words for an operation."""
    path = PACKAGE / "api" / tag / f"{name}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (build,) = (
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name == "build_request"
    )
    # Its last paragraph is the request, which the index has as well.
    text = (ast.get_docstring(tree) or "").rpartition("\n\n")[0]
    return Words(text, Doc(ast.get_docstring(build) or "").arguments)


def _described(body: list[ast.stmt]) -> dict[str, str]:
    """Return the docstrings that stand below what has a name and a type."""
    found = {}
    for node, below in pairwise(body):
        match node, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                value=ast.Constant(value=str(text))
            ):
                found[name] = " ".join(text.split())
    return found
