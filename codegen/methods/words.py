"""The docstrings of resources and of their methods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codegen.methods.mapping import Mapped, Method
from codegen.plan.literal import docstring, plain_text
from codegen.plan.operations import OperationModule

if TYPE_CHECKING:
    from codegen.methods.planned import Argument


def class_text(path: str, more: str) -> str:
    """Write the docstring of a resource."""
    return docstring(f"The methods of `client.{path}`.", more)


def method_text(
    method: Method,
    operation: OperationModule,
    arguments: Sequence[Argument],
    mapped: Mapped,
) -> str:
    """Write the docstring of a method: what it does, its arguments, its errors."""
    pages = mapped.pages.get("more", "") if method.pages == "cursor" else ""
    lines = [f"    {a.name}: {plain_text(a.text) or 'see the API.'}" for a in arguments]
    usual = mapped.unsent.get(method.made_by, mapped.raises)
    errors = {**method.raises, **usual}
    raised = [f"    {name}: {plain_text(text)}" for name, text in errors.items()]
    return docstring(
        plain_text(method.text) or operation.headline,
        method.more or operation.description,
        pages,
        "\n".join(["Args:", *lines]),
        "\n".join(["Raises:", *raised]) if raised else "",
        indent=8,
    )
