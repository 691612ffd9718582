"""Callbacks as they are registered: what can be called, and with what."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from .._arguments import is_async, parameters_of
from .._errors import ConfigurationError
from .._events.dispatch import CALLBACKS, ENDINGS
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALL: Final = (*CALLBACKS, *ENDINGS)
"""The names of all callbacks."""
_HANDLED: Final = "AsyncClient and AsyncAssistantEventHandler"
_PLACES: Final = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
)


def arguments_of(name: str) -> tuple[str, ...]:
    """Return what a callback is called with, by names."""
    if name in ("on_end", "on_timeout"):
        return ()
    if name.endswith("_delta"):
        return ("delta", "snapshot")
    return ("exception" if name == "on_exception" else "it",)


def check_name(name: str) -> None:
    """Raise an error where there is no such callback.

    Raises:
        ConfigurationError: there is none.
    """
    if name not in ALL:
        known = ", ".join(sorted(ALL))
        raise ConfigurationError(f"there is no {name}; there are: {known}")


def check(handler: Any, name: str, function: Any) -> None:
    """Raise an error for a callback that would be called in vain.

    Raises:
        ConfigurationError: it would.
    """
    what = f"{type(handler).__name__}.{name}"
    if isinstance(handler, AsyncCallbacks):
        check_runs(function, what)
    else:
        check_awaited(function, what)


def check_awaited(function: Any, name: str) -> None:
    """Raise an error for a callback that a plain client would call in vain.

    Raises:
        ConfigurationError: it would have to be awaited, or iterated.
    """
    if is_async(function):
        raise ConfigurationError(
            f"{name} is asynchronous, and a plain client awaits nothing: use a "
            f"plain function, or {_HANDLED}"
        )
    check_runs(function, name)


def check_runs(function: Any, name: str) -> None:
    """Raise an error for a callback that would do nothing when it is called.

    Raises:
        ConfigurationError: it is a generator, which somebody would have to iterate.
    """
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise ConfigurationError(
            f"{name} has a `yield`, so that calling it does nothing; leave that out"
        )


def places(function: Callable[..., Any], name: str) -> int:
    """Return how many arguments a callback is called with, of those that it may have.

    It may take fewer. One with a default gets what is meant for its place if it is
    called `snapshot`, or if its default is None; others are somebody's own.

    Raises:
        ConfigurationError: it takes more, or others.
    """
    given = arguments_of(name)
    try:
        parameters = [*parameters_of(function).values()]
    except (TypeError, ValueError):
        # Some functions of C don't say.
        return len(given)
    takes = [each for each in parameters if each.kind in _PLACES]
    needed = [each for each in takes if each.default is each.empty]
    others = [
        each
        for each in parameters
        if each.kind is each.KEYWORD_ONLY and each.default is each.empty
    ]
    if len(needed) > len(given) or others:
        what = ", ".join(given) or "nothing"
        signature = ", ".join(each.name for each in [*takes, *others])
        raise ConfigurationError(
            f"{name} is called with {what}, so it can't take ({signature})"
        )
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return len(given)
    count = len(needed)
    for each, meant in zip(takes[count:], given[count:], strict=False):
        if each.default is not None and each.name != meant:
            break
        count += 1
    return count


def check_all(handler: Any) -> None:
    """Raise an error for a callback of a handler that can't be called as it will be.

    Raises:
        ConfigurationError: there is one.
    """
    for name, function in overridden(handler):
        check(handler, name, function)
        places(function, name)


def refuse_awaitable(result: Any, name: str) -> None:
    """Raise an error for what a plain callback returned, if that has to be awaited.

    Raises:
        ConfigurationError: it has.
    """
    if not hasattr(result, "__await__"):
        return
    close = getattr(result, "close", None)
    if callable(close):
        close()
    raise ConfigurationError(
        f"{name} returned something to await: use a plain function, or {_HANDLED}"
    )


def overridden(handler: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield the callbacks of a handler that do something, by their names.

    Raises:
        ConfigurationError: one is no function.
    """
    base = AsyncCallbacks if isinstance(handler, AsyncCallbacks) else Callbacks
    for name in ALL:
        found = getattr(handler, name, None)
        if found is None or getattr(found, "__func__", found) is vars(base)[name]:
            continue
        if not callable(found):
            what = type(found).__name__
            raise ConfigurationError(f"{name} must be a function, not {what}")
        yield name, found
