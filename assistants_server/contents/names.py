"""The names that contents have where they are kept."""

from __future__ import annotations

import hashlib
import re
from typing import Final

# Ids that this server made. Others were imported, and may be anything.
_OWN_ID = re.compile(r"file-[A-Za-z0-9]{24}")
PATTERN: Final = rf"{_OWN_ID.pattern}|imported-[0-9a-f]{{64}}"
"""What all names look like: nothing else is ours to delete."""
GRACE: Final = 24 * 3600.0
"""Seconds for which a content may be there without its file, where others write too."""


def name_of(id: str) -> str:
    """Return the name of a content: its id, or its hash where it isn't our own."""
    if _OWN_ID.fullmatch(id):
        return id
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass"))
    return f"imported-{digest.hexdigest()}"
