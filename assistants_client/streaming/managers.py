"""What `stream()` returns: a stream that a `with` statement opens and closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from .._errors import ConfigurationError
from ._async_session import AsyncSession
from ._plain_session import PlainSession
from .handlers import AssistantEventHandler, AsyncAssistantEventHandler
from .registration import check_all, check_name

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

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be used in a with statement>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise unopened(self, name, "with")

    def __enter__(self) -> H:
        session = PlainSession(self._handler)
        session.begin(self._begin)
        self._session = session
        return self._handler

    def __exit__(self, *_: object) -> None:
        self._session.close()


class AsyncAssistantStreamManager(Generic[A]):
    """A stream that `async with` opens, and closes at its end."""

    def __init__(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]], handler: A
    ) -> None:
        """Prepare; nothing is sent yet. See `AssistantStreamManager`."""
        self._begin = begin
        self._handler = handler

    def __repr__(self) -> str:
        return f"<{type(self).__name__}, to be used in an async with statement>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise unopened(self, name, "async with")

    async def __aenter__(self) -> A:
        session = AsyncSession(self._handler)
        await session.begin(self._begin)
        self._session = session
        return self._handler

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()


def unopened(manager: object, name: str, statement: str) -> AttributeError:
    """Return the error for what was looked for before a statement opens the stream."""
    kind = type(manager).__name__
    return AttributeError(
        f"{kind!r} object has no attribute {name!r}; open the stream first, by "
        f"`{statement} ... as stream:`",
        name=name,
        obj=manager,
    )


def handler_of(
    given: object, kind: type[HandlerT], callbacks: dict[str, Callable[..., Any]]
) -> HandlerT:
    """Return the user's handler, or one that calls the user's functions.

    Args:
        given: the handler; None without one.
        kind: the class that it must have.
        callbacks: the functions by the names of callbacks.

    Raises:
        ConfigurationError: it is no handler, there are functions as well, or one of
            its callbacks can't be called as it will be.
    """
    if given is None:
        handler = kind()
        for name, function in callbacks.items():
            check_name(name)
            if function is not None:
                setattr(handler, name, function)
        check_all(handler)
        return handler
    if not isinstance(given, kind):
        what = type(given).__name__
        if isinstance(given, type):
            what = f"the class {given.__name__} itself"
        elif any(base.__module__.startswith("openai.") for base in type(given).__mro__):
            what = f"{what} of openai's: import the base from assistants_client"
        raise ConfigurationError(
            f"event_handler must be an instance of {kind.__name__}, not {what}"
        )
    if callbacks:
        names = ", ".join(sorted(callbacks))
        raise ConfigurationError(f"pass either an event_handler or {names}, not both")
    check_all(given)
    return given
