"""Words for changes: code in backticks, and nothing that could leave them."""

from __future__ import annotations

from typing import Any

from codegen.errors import Path, json_path
from codegen.plan.literal import plain_text

LONGEST = 160
"""How many characters of the document's own one piece of code shows at most."""


def code(text: str) -> str:
    """Write a piece of code, cut where it is long, that backticks can't end."""
    plain = plain_text(text).replace("`", "'")
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 3] + "..."
    return f"`{plain}`"


def value(data: Any) -> str:
    """Write a value of the document as code."""
    return code(_quoted(data))


def values(several: list[Any]) -> str:
    """Write some values of the document as code, one after the other."""
    shown = [value(one) for one in several[:12]]
    if len(several) > 12:
        shown.append(f"{len(several) - 12} more")
    return _and(shown)


def codes(several: list[str]) -> str:
    """Write some pieces of code one after the other."""
    return _and([code(one) for one in several])


def place(path: Path) -> str:
    """Write a place as JSON path that can be printed."""
    return plain_text(json_path(path))


def _and(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _quoted(data: Any) -> str:
    quoted = repr(data)
    if isinstance(data, str) and '"' not in data and "'" not in quoted[1:-1]:
        return f'"{quoted[1:-1]}"'
    return quoted
