"""What `stream()` gives: a stream that begins with a `with` statement."""

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


class AssistantStreamManager(Generic[H]):
    """A stream that is begun by `with`, and closed at the end of it."""

    def __init__(self, begin: Callable[[Snapshots], Stream], handler: H) -> None:
        """Prepare; nothing is sent yet.

        Args:
            begin: sends the request.
            handler: what the `with` statement gives.
        """
        self._begin = begin
        self._handler = handler

    def __enter__(self) -> H:
        self._handler._begin(self._begin)
        return self._handler

    def __exit__(self, *_: object) -> None:
        self._handler.close()


class AsyncAssistantStreamManager(Generic[A]):
    """A stream that is begun by `async with`, and closed at the end of it."""

    def __init__(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]], handler: A
    ) -> None:
        """Prepare; nothing is sent yet. `AssistantStreamManager` has the arguments."""
        self._begin = begin
        self._handler = handler

    async def __aenter__(self) -> A:
        await self._handler._begin(self._begin)
        return self._handler

    async def __aexit__(self, *_: object) -> None:
        await self._handler.close()


def handler_of(
    given: Any, kind: type[Any], callbacks: dict[str, Callable[..., Any]]
) -> Any:
    """Give the handler that somebody made, or one that calls functions.

    Args:
        given: the handler, if there is one.
        kind: what it has to be.
        callbacks: the functions by the names of callbacks.

    Raises:
        ConfigurationError: it is none, or there are functions besides it.
    """
    if given is None:
        handler = kind()
        handler._call_back(callbacks)
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
        raise ConfigurationError(f"give either an event_handler or {names}")
    return given
