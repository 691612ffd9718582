"""JSON without blanks, as it is stored and sent, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import json as fast_json

if TYPE_CHECKING:
    from collections.abc import Iterable


def to_json(value: Any) -> str:
    """Return a value as JSON, as short as it can be."""
    try:
        # A body of some MiB would hold up the event loop otherwise.
        return fast_json.encode(value).decode()
    except (OverflowError, UnicodeEncodeError):
        # It knows no integer of more than 64 bits, and no half of a surrogate pair.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def from_json(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Return objects of JSON, in a third of the time that one by one would take."""
    objects: list[dict[str, Any]] = json.loads(f"[{','.join(texts)}]")
    return objects
