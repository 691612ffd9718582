"""Text of servers and models, made fit for a terminal."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from shlex import quote
from typing import Any, Final

# What moves the cursor, changes colours or titles, or turns the direction of writing:
# the control characters but tab and newline, marks of direction, separators of lines
# that few expect, and halves of characters, which no terminal can show.
_CONTROLS: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f"
    "\u2028-\u202e\u2066-\u2069\ud800-\udfff"
)
_UNSAFE: Final = re.compile(f"\r\n|[{_CONTROLS}]")
_UNSAFE_IN_LINE: Final = re.compile(f"[\t\n{_CONTROLS}]")
_NAMED: Final = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}


def visible(text: str) -> str:
    """Return a text whose control characters are shown, in escaped form."""
    return _UNSAFE.sub(_escaped, text)


def in_line(text: str) -> str:
    """Return a text that takes one line, its tabs and ends of lines escaped as well."""
    return _UNSAFE_IN_LINE.sub(_named, text)


def is_text(text: str) -> bool:
    """Return whether a text can be sent; bytes that are no UTF-8 become surrogates."""
    return not any("\ud800" <= each <= "\udfff" for each in text)


def cell(value: Any) -> str:
    """Return a value in a line: nothing for None, what isn't text as JSON."""
    if value is None:
        return ""
    return in_line(value if isinstance(value, str) else json_line(value))


def moment(value: Any) -> str:
    """Return a time of the API, seconds since 1970, as clocks here show it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            here = datetime.fromtimestamp(value, UTC).astimezone()
            return here.replace(tzinfo=None).isoformat(" ", "seconds")
        except (OverflowError, OSError, ValueError):
            pass
    return cell(value)


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text that is longer than it should be."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def indented(text: str, margin: str) -> str:
    """Return a text whose lines, as terminals show them, begin with a margin."""
    return "\n".join(f"{margin}{line}" for line in visible(text).split("\n"))


def shell_word(text: str) -> str:
    """Return a text as a word of a command that somebody may paste into a shell."""
    return quote(in_line(text))


def json_line(value: Any, *, ascii_only: bool = False) -> str:
    """Return JSON in a line, with control characters escaped as JSON escapes them.

    Args:
        value: the value; what has `to_dict` is written as what that returns.
        ascii_only: whether to escape all that isn't ASCII.
    """
    text = json.dumps(value, default=_data, ensure_ascii=ascii_only)
    # They can only stand within strings, where this means the same.
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escaped(found: re.Match[str]) -> str:
    return "\n" if found[0] == "\r\n" else _named(found)


def _named(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _NAMED.get(found[0]) or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    )


def _data(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    raise TypeError(f"{type(value).__name__} is not JSON")
