"""Values that a server promised in one type and may send in another."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def text_of(value: Any) -> str:
    """Return a text; nothing where it is none."""
    return value if isinstance(value, str) else ""


def count_of(value: Any) -> int:
    """Return a number of things; 0 where it is none."""
    return value if isinstance(value, int) and value > 0 else 0


def share_of(value: Any) -> float:
    """Return a number from 0 to 1, the nearest one; 0 where it is none."""
    # In this order: `max` keeps its first argument where the other one is NaN.
    return float(min(max(0, value), 1)) if isinstance(value, int | float) else 0.0


def list_of(value: list[T] | None) -> list[T]:
    """Return a list; an empty one where it is none."""
    return value if isinstance(value, list) else []


def those_of(value: Any, kind: type[T]) -> list[T]:
    """Return the members of a list that are of a kind; none where it is no list."""
    if not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, kind)]
