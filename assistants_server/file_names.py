"""Names of files that are safe to show, to send and to store."""

from __future__ import annotations

import unicodedata

LONGEST = 255
"""How many characters a name may have."""
_NAMELESS = "upload"
# Control characters, halves of surrogate pairs, and line breaks.
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")
# What turns the direction of text around, so that "gpj.exe" reads as "exe.jpg".
_TURNING = {0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def safe_name(name: str) -> str:
    """Return the name of an uploaded file, without its folders and what can't be seen.

    A name is never used as a path here, but by those who download the file.
    """
    name = name.replace("\\", "/").rpartition("/")[2]
    name = "".join(c for c in name if _is_visible(c)).strip()
    if not name.strip("."):
        return _NAMELESS
    stem, dot, suffix = name.rpartition(".")
    if len(name) <= LONGEST:
        return name
    # The suffix says what reads the file.
    end = f".{suffix}" if stem and dot and len(suffix) < 20 else ""
    return name[: LONGEST - len(end)] + end


def _is_visible(character: str) -> bool:
    hidden = unicodedata.category(character) in _HIDDEN
    return not hidden and ord(character) not in _TURNING
