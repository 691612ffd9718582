"""How much of the wire is shown: 0 nothing, 1 headers, 2 bodies, 3 the connection."""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

Verbosity: TypeAlias = Literal[0, 1, 2, 3]
VARIABLE = "ASSISTANTS_VERBOSITY"
_LEVELS = (0, 1, 2, 3)
_within: ContextVar[Verbosity | None] = ContextVar("verbosity", default=None)


@contextmanager
def verbosity(level: Verbosity) -> Iterator[None]:
    """Show that much of the wire for all calls within, where nothing else is said.

    Args:
        level: 0 nothing, 1 headers, 2 bodies as well, 3 the connection as well.

    Raises:
        ConfigurationError: it is none of them.
    """
    token = _within.set(checked(level))
    try:
        yield
    finally:
        _within.reset(token)


def checked(level: Any) -> Verbosity:
    """Give a level if it is one.

    Raises:
        ConfigurationError: it is none.
    """
    # True equals 1, but nobody means that.
    if isinstance(level, bool) or level not in _LEVELS:
        raise ConfigurationError(f"verbosity must be 0, 1, 2 or 3, not {level!r}")
    found: Verbosity = level
    return found


def resolved(call: Verbosity | None, client: Verbosity | None) -> Verbosity:
    """Give the level that counts: the call's, the client's, that within, or the rest.

    Raises:
        ConfigurationError: the environment has one that is none.
    """
    for level in (call, client, _within.get()):
        if level is not None:
            return checked(level)
    return _from_environment()


def _from_environment() -> Verbosity:
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return 0
    if text not in map(str, _LEVELS):
        raise ConfigurationError(f"{VARIABLE} must be 0, 1, 2 or 3, not {text!r}")
    return checked(int(text))
