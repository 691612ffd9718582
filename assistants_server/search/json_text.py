"""Text out of JSON: as it is, but with its escapes read."""

from __future__ import annotations

import json

from .plain_text import decoded


def text_of_json(data: bytes) -> str:
    """Return JSON with one value a line and no escaped letters.

    What is not JSON, such as JSON Lines, is text as it stands.
    """
    text = decoded(data)
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except (ValueError, RecursionError):
        return text
