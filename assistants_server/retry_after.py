"""When a server wants to be asked again."""

from __future__ import annotations

import math
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the seconds that a server asks to wait, 0 where it doesn't say.

    Args:
        headers: the headers of its response, whatever their values.
    """
    text = headers.get("retry-after", "")
    for value, unit in ((headers.get("retry-after-ms", ""), 1000), (text, 1)):
        try:
            seconds = float(value) / unit
        except ValueError:
            continue
        return max(seconds, 0) if math.isfinite(seconds) else 0.0
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
