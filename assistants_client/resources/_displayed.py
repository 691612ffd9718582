"""Declarations of methods that return what is to be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from ._base import made

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._operation import Operation

P = ParamSpec("P")
R = TypeVar("R")


def converses(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns the conversation of a thread."""
    return made("_conversation", operation)


def times(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that returns the timeline of a run."""
    return made("_timeline", operation)
