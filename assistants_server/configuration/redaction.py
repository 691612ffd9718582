"""Secrets within the values of options."""

from __future__ import annotations

import re
from typing import Final

REDACTED: Final = "<REDACTED>"
# Up to the last @, since passwords are often written with one.
_PASSWORD: Final = re.compile(r"(://[^/?#:@\s]*):[^/\s]*@")
_SECRET: Final = re.compile(
    r"([?&;][^=&;\s]*(?:key|token|secret|password|passwd|pwd|sig)[^=&;\s]*=)[^&;#\s]*",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return a text without the passwords that URLs in it hold."""
    text = _PASSWORD.sub(rf"\1:{REDACTED}@", text)
    return _SECRET.sub(rf"\1{REDACTED}", text)
