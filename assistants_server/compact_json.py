"""JSON without blanks, as it is stored and sent."""

from __future__ import annotations

import json
from typing import Any


def to_json(value: Any) -> str:
    """Return a value as JSON, as short as it can be."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
