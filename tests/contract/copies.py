"""Copies of a document that differ from it in one place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Json = Any

GONE = object()


def changed_at(holder: Json, location: tuple[int | str, ...], value: Json) -> Json:
    """Return a document changed in one place, which shares the rest with another."""
    first, *rest = location
    changed = copy.copy(holder)
    if rest:
        changed[first] = changed_at(holder[first], (*rest,), value)
    elif value is GONE:
        del changed[first]
    else:
        changed[first] = value
    return changed
