"""What `stream()` returns: a stream that a `with` statement opens and closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._errors import ConfigurationError
from .handlers import AssistantEventHandler, AsyncAssistantEventHandler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._events.snapshots import Snapshots
    from .stream import AsyncStream, Stream

H = TypeVar("H", bound=AssistantEventHandler)
A = TypeVar("A", bound=AsyncAssistantEventHandler)
HandlerT = TypeVar("HandlerT", AssistantEventHandler, AsyncAssistantEventHandler)


class AssistantStreamManager(Generic[H]):
    """A stream that `with` opens, and closes at its end."""

    def __init__(self, begin: Callable[[Snapshots], Stream], handler: H) -> None:
        """Prepare; nothing is sent yet.

        Args:
            begin: sends the request.
            handler: the target of the `with` statement.
        """
        self._begin = begin
        self._handler = handler

    def __enter__(self) -> H:
        self._handler._begin(self._begin)
        return self._handler

    def __exit__(self, *_: object) -> None:
        self._handler.close()


class AsyncAssistantStreamManager(Generic[A]):
    """A stream that `async with` opens, and closes at its end."""

    def __init__(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]], handler: A
    ) -> None:
        """Prepare; nothing is sent yet. See `AssistantStreamManager`."""
        self._begin = begin
        self._handler = handler

    async def __aenter__(self) -> A:
        await self._handler._begin(self._begin)
        return self._handler

    async def __aexit__(self, *_: object) -> None:
        await self._handler.close()


def handler_of(
    given: object, kind: type[HandlerT], callbacks: dict[str, Callable[..., Any]]
) -> HandlerT:
    """Return the user's handler, or one that calls the user's functions.

    Args:
        given: the handler; None without one.
        kind: the class that it must have.
        callbacks: the functions by the names of callbacks.

    Raises:
        ConfigurationError: it is no handler, or there are functions as well.
    """
    if given is None:
        handler = kind()
        handler._override(callbacks)
        return handler
    if not isinstance(given, kind):
        what = type(given).__name__
        if isinstance(given, type):
            what = f"the class {given.__name__} itself"
        raise ConfigurationError(
            f"event_handler must be an instance of {kind.__name__}, not {what}"
        )
    if callbacks:
        names = ", ".join(sorted(callbacks))
        raise ConfigurationError(f"pass either an event_handler or {names}, not both")
    return given
