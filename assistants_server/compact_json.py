"""JSON without blanks, as it is stored and sent."""

from __future__ import annotations

import json
from typing import Any

from msgspec import json as fast_json


def to_json(value: Any) -> str:
    """Return a value as JSON, as short as it can be."""
    try:
        # A body of some MiB would hold up the event loop otherwise.
        return fast_json.encode(value).decode()
    except (OverflowError, UnicodeEncodeError):
        # It knows no integer of more than 64 bits, and no half of a surrogate pair.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
