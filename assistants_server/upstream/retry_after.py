"""When a server wants to be asked again."""

from __future__ import annotations

import math
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES: Final = (
    ("retry-after-ms", "retry-after"),
    # LiteLLM hands on so what it was told: BerriAI/litellm#21553.
    ("llm_provider-retry-after-ms", "llm_provider-retry-after"),
)
RETRY_AFTER: Final = tuple(name for names in _NAMES for name in names)
"""The headers by which servers say it."""


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that a server asks to wait, 0 where it doesn't say.

    Args:
        headers: the headers of its response, whatever their values.
    """
    for names in _NAMES:
        milliseconds, text = (headers.get(name, "") for name in names)
        if text or milliseconds:
            return _seconds(text, milliseconds)
    return 0.0


def _seconds(text: str, milliseconds: str) -> float:
    for value, unit in ((milliseconds, 1000), (text, 1)):
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        return max(seconds, 0) if math.isfinite(seconds) else 0.0
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
