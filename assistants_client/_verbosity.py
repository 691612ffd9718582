"""How much of requests and responses is shown, from 0 to 3."""

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
"""The environment variable that sets the level."""
_LEVELS = (0, 1, 2, 3)
WITHIN: ContextVar[Verbosity | None] = ContextVar("verbosity", default=None)
"""The level that a `with verbosity(...)` statement sets."""


@contextmanager
def verbosity(level: Verbosity) -> Iterator[None]:
    """Show that much of the calls within that say nothing else themselves.

    Args:
        level: 0 nothing, 1 headers, 2 bodies as well, 3 the connection as well.

    Raises:
        ConfigurationError: there is no such level.
    """
    token = WITHIN.set(checked(level))
    try:
        yield
    finally:
        WITHIN.reset(token)


def checked(level: Any) -> Verbosity:
    """Return a level if it is one.

    Raises:
        ConfigurationError: there is no such level.
    """
    # True equals 1, but nobody means that.
    if isinstance(level, bool) or level not in _LEVELS:
        raise ConfigurationError(f"verbosity must be 0, 1, 2 or 3, not {level!r}")
    found: Verbosity = level
    return found


def resolved(call: Verbosity | None, client: Verbosity | None) -> Verbosity:
    """Return the level that counts: of the call, the client, the context, the rest.

    Raises:
        ConfigurationError: the environment sets one that doesn't exist.
    """
    for level in (call, client, WITHIN.get()):
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
