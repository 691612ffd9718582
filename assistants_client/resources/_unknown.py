"""Keywords that no declaration has: those that can't be meant for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .._errors import ConfigurationError
from .._options import ClientChanges

if TYPE_CHECKING:
    from collections.abc import Collection

_SETTINGS: Final = frozenset(ClientChanges.__annotations__)
# How alike two names are, from 0 to 1, of which one is a slip of the other.
_ALIKE = 0.85


def check_unknown(
    method: str, keywords: Collection[str], known: Collection[str]
) -> None:
    """Refuse keywords that are settings of a client, or slips of known ones.

    Any other may be one that the server knows, and goes out.

    Args:
        method: the method.
        keywords: the keywords that its declaration doesn't have.
        known: those that it has.

    Raises:
        ConfigurationError: one of them would be sent by mistake.
    """
    import difflib

    for name in keywords:
        alike = difflib.get_close_matches(name, {*known, *_SETTINGS}, 1, _ALIKE)
        if not alike:
            continue
        (meant,) = alike
        if meant in _SETTINGS - {*known}:
            what = f"{meant} is a setting: use client.with_options({meant}=...)."
        else:
            what = f"is {meant} meant?"
        raise ConfigurationError(
            f"{method} takes no {name}; {what} What the document doesn't know goes in "
            "extra_body= or extra_query="
        )
