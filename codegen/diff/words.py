"""Words for changes: code in backticks, and nothing that could escape from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen.plan.literal import plain_text

LONGEST = 160
"""How many characters of the document's own one piece of code shows at most."""
_MOST_VALUES = 12


class Prose(str):
    """Words of ours: any other text is code when it is written into a sentence."""

    __slots__ = ()


def code(text: str) -> Prose:
    """Write a piece of code, cut where it is long, that backticks can't end."""
    plain = plain_text(text).replace("`", "'")
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 3] + "..."
    return Prose(f"`{plain}`")


def codes(texts: Sequence[str]) -> Prose:
    """Write several pieces of code."""
    return _listed([code(text) for text in texts])


def value(data: Any) -> Prose:
    """Write a value of the document as code."""
    quoted = repr(data)
    if isinstance(data, str) and '"' not in data and "'" not in quoted[1:-1]:
        quoted = f'"{quoted[1:-1]}"'
    return code(quoted)


def values(several: Sequence[Any]) -> Prose:
    """Write several values of the document, the first ones if there are many."""
    shown = [value(one) for one in several[:_MOST_VALUES]]
    if len(several) > _MOST_VALUES:
        shown.append(Prose(f"{len(several) - _MOST_VALUES} more"))
    return _listed(shown)


def _listed(parts: Sequence[Prose]) -> Prose:
    if len(parts) < 2:
        return Prose("".join(parts))
    return Prose(f"{', '.join(parts[:-1])} and {parts[-1]}")
