"""Values as people read them, and texts of others without what a terminal obeys."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from .. import _api

# Without these, words of some languages and some emoji fall apart.
_JOINERS: Final = "\u200c\u200d"
_ODD: Final = re.compile(r"[^\n\x20-\x7e]")
_LONGEST_TEXT: Final = 20_000
_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_KILO: Final = 1000
_MANY: Final = 2**63


def printable(text: str) -> str:
    """Return a text with its lines, and without any other control character.

    What a terminal would obey, or what would turn the order of letters around, is
    written as Python writes it.
    """
    if text.isascii() and text.isprintable():
        return text
    return _ODD.sub(_escaped, text.replace("\r\n", "\n").replace("\t", "    "))


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def long(value: object, most: int = _LONGEST_TEXT) -> str:
    """Return a text of others; where it is very long, its beginning, and that it is."""
    if not isinstance(value, str):
        return brief(value, most)
    if len(value) <= most:
        return printable(value)
    return f"{printable(value[:most])}... ({len(value) - most:,} more characters)"


def brief(value: object, most: int = 80) -> str:
    """Return a value in one line, shortened; nothing for None."""
    if value is None:
        return ""
    if not isinstance(value, str):
        value = _as_json(value, most)
    cut = value if len(value) <= most else f"{value[: max(most - 3, 0)]}..."
    return " ".join(printable(cut).split("\n"))


def _as_json(value: object, most: int) -> str:
    pieces: list[str] = []
    size = 0
    try:
        for piece in json.JSONEncoder(ensure_ascii=False, default=_name).iterencode(
            value
        ):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                break
    except (ValueError, TypeError, RecursionError):
        # It contains itself, or numbers that are too long to be written.
        return f"<{type(value).__name__}>"
    return "".join(pieces)


def _name(value: object) -> str:
    return f"<{type(value).__name__}>"


def moment(value: object) -> str:
    """Return seconds since 1970 as date and time in UTC; what is no time as it is."""
    found = _api.from_unixtime(value)
    if found is None:
        return brief(value, 40)
    return f"{found.replace(microsecond=0, tzinfo=None)}Z"


def seconds(value: float) -> str:
    """Return a duration, such as "2 min 3 s"."""
    if value < 0:
        return f"-{seconds(-value)}"
    for size, name, smaller, small in (
        (_DAY, "d", _HOUR, "h"),
        (_HOUR, "h", _MINUTE, "min"),
        (_MINUTE, "min", 1, "s"),
    ):
        if value >= size:
            whole, rest = divmod(int(value), size)
            less = rest // smaller
            return f"{whole} {name} {less} {small}" if less else f"{whole} {name}"
    return f"{value:.3g} s"


def size(value: object) -> str:
    """Return a number of bytes."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return brief(value, 40)
    for power, unit in ((4, "TB"), (3, "GB"), (2, "MB"), (1, "kB")):
        if value >= _KILO**power:
            return f"{min(value, _MANY) / _KILO**power:.1f} {unit}"
    return f"{value} bytes"


def tokens(usage: object) -> str:
    """Return what was used, such as "10 in, 3 out, 13 in all"."""
    names = (
        ("prompt_tokens", "in"),
        ("completion_tokens", "out"),
        ("total_tokens", "in all"),
    )
    found = [(count(at(usage, name)), what) for name, what in names]
    return ", ".join(f"{number} {what}" for number, what in found if number)


def count(value: object) -> str:
    """Return a number with its thousands set apart; nothing for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return ""
    return f"{value:,}" if value < _MANY else "very many"


def at(data: object, *path: str) -> Any:
    """Return what is in JSON data at some names; None where there is nothing."""
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def items(data: object, *path: str) -> list[Any]:
    """Return the list at some names; an empty one where there is none."""
    found = at(data, *path)
    return found if isinstance(found, list) else []


def number(value: object) -> float | None:
    """Return a time as a number of seconds; None where it is none."""
    found = _api.from_unixtime(value)
    return None if found is None else found.timestamp()


def data_of(value: Any) -> Any:
    """Return a model as JSON data; anything else stays as it is."""
    return value.to_dict() if isinstance(value, _api.Dumped) else value
