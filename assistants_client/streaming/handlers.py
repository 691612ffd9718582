"""Handlers: callbacks for the events of a stream, and loops over them.

Whoever subclasses them may use any name: what they need themselves is in a session, and
nothing here is looked up on the handler but its callbacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._session import maybe_session_of, session_of
from .callbacks import AsyncCallbacks, Callbacks
from .registration import ALL, check_awaited

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .._api import KnownAssistantStreamEvent
    from ..display.streams import SoFar
    from ..objects.messages import AsyncMessage, Message
    from ..objects.runs import AsyncRun, Run
    from ..objects.steps import AsyncRunStep, RunStep
    from ._async_session import AsyncSession
    from ._plain_session import PlainSession

    shown = property
else:

    class shown:  # noqa: N801 - it stands for `property`
        """A property that a subclass may replace, by whatever it likes.

        An instance may set it, and the class doesn't show it, so that a dataclass
        doesn't take it for the default of a field. Other bases of the subclass that
        have the name, such as threads with their `run`, go before.
        """

        def __init__(self, get: Callable[[Any], Any]) -> None:
            self._get = get
            self.__doc__ = get.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._owner, self._name = owner, name

        def __get__(self, instance: Any, owner: type) -> Any:
            bases = owner.__mro__
            for base in bases[bases.index(self._owner) + 1 :]:
                if self._name in vars(base):
                    found = vars(base)[self._name]
                    bind = getattr(type(found), "__get__", None)
                    return found if bind is None else bind(found, instance, owner)
            if instance is None:
                what = f"{owner.__name__}.{self._name}"
                raise AttributeError(f"{what} is known of its objects alone")
            return self._get(instance)


RunT = TypeVar("RunT")
MessageT = TypeVar("MessageT")
StepT = TypeVar("StepT")


class _Handler(Generic[RunT, MessageT, StepT]):
    """What handlers of both kinds know of their stream."""

    def __repr__(self) -> str:
        from ..display.streams import stream_line

        name, found = type(self).__name__, _so_far(self)
        return stream_line(name, found) if found else f"<{name} without a stream>"

    def _repr_html_(self) -> str | None:
        from ..display.html import html_of
        from ..display.streams import stream_view

        found = _so_far(self)
        return None if found is None else html_of(stream_view(found))

    def __rich_console__(self, console: Any, options: Any) -> Iterator[Any]:
        from ..display.rich_text import renderables
        from ..display.streams import stream_view

        found = _so_far(self)
        return iter([repr(self)] if found is None else renderables(stream_view(found)))

    @shown
    def current_event(self) -> KnownAssistantStreamEvent | None:
        """Return the last event; None before the first one."""
        found: KnownAssistantStreamEvent | None = _of(self, "event")
        return found

    @shown
    def current_run(self) -> RunT | None:
        """Return the run of the last event of the run."""
        found: RunT | None = _of(self, "run")
        return found

    @shown
    def current_message_snapshot(self) -> MessageT | None:
        """Return the message of the last event of a message, as far as it is known."""
        found: MessageT | None = _of(self, "message")
        return found

    @shown
    def current_run_step_snapshot(self) -> StepT | None:
        """Return the step that is going on, as far as it is known."""
        found: StepT | None = _of(self, "step")
        return found

    @shown
    def run(self) -> RunT:
        """Return the run, with its methods: `stream.run.cancel()`.

        Raises:
            UsageError: no event has told yet which run it is.
        """
        found: RunT = session_of(self).stream.run
        return found

    @shown
    def event_data(self) -> dict[str, Any]:
        """Return a copy of all that has accumulated so far, as JSON data.

        It has `thread` and `run`, or None for them, and the lists `messages` and
        `run_steps`.
        """
        found: dict[str, Any] = session_of(self).data
        return found


def _so_far(handler: Any) -> SoFar | None:
    """Return what is known of the stream of a handler; None if there is none."""
    session = maybe_session_of(handler)
    return None if session is None else session.stream._so_far()


def _of(handler: Any, name: str) -> Any:
    session = maybe_session_of(handler)
    return None if session is None else getattr(session, name)


class AssistantEventHandler(_Handler["Run", "Message", "RunStep"], Callbacks):
    """A stream of events, with callbacks for them; override any.

    Iterate over it for the events, over `text_deltas` for the text alone, or call
    `until_done`. The run, messages and steps are available meanwhile, as far as they
    are known, and afterwards.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        """Refuse callbacks that nothing would await.

        Raises:
            ConfigurationError: there is one.
        """
        super().__init_subclass__(**options)
        for name in ALL:
            check_awaited(getattr(cls, name, None), f"{cls.__name__}.{name}")

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        return _sync(self).events

    def __next__(self) -> KnownAssistantStreamEvent:
        return next(_sync(self).events)

    @shown
    def text_deltas(self) -> Iterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        return _sync(self).texts

    def until_done(self) -> None:
        """Consume all events that are left.

        Raises:
            APIError: an event is an error, or a call fails.
            StreamInterrupted: the stream breaks off.
            RunTimeout: `max_wait` is up.
            RunRequiresApproval: the run waits for somebody to approve tool calls.
            UnknownRunAction: the run waits for something that isn't known.
        """
        session = _sync(self)
        session.consume()
        session.refuse_to_wait()

    def get_final_run(self) -> Run:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            UsageError: the stream had no event of a run.
        """
        session = _sync(self)
        session.consume()
        found: Run = session.last_run()
        return found

    def get_final_messages(self) -> list[Message]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            UsageError: there were none.
        """
        session = _sync(self)
        session.consume()
        return session.messages()

    def get_final_run_steps(self) -> list[RunStep]:
        """Return the steps of the run; see `until_done` for the errors.

        Raises:
            UsageError: there were none.
        """
        session = _sync(self)
        session.consume()
        return session.steps()

    def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        session = maybe_session_of(self)
        if session is not None:
            session.close()


def _sync(handler: AssistantEventHandler) -> PlainSession:
    found: PlainSession = session_of(handler)
    return found


class AsyncAssistantEventHandler(
    _Handler["AsyncRun", "AsyncMessage", "AsyncRunStep"], AsyncCallbacks
):
    """A stream of events, with callbacks that are awaited; override any.

    `AssistantEventHandler` has more.
    """

    def __aiter__(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        return _async(self).events

    async def __anext__(self) -> KnownAssistantStreamEvent:
        return await anext(_async(self).events)

    @shown
    def text_deltas(self) -> AsyncIterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        return _async(self).texts

    async def until_done(self) -> None:
        """Consume all events that are left; `AssistantEventHandler` has the errors."""
        session = _async(self)
        await session.consume()
        session.refuse_to_wait()

    async def get_final_run(self) -> AsyncRun:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            UsageError: the stream had no event of a run.
        """
        session = _async(self)
        await session.consume()
        found: AsyncRun = session.last_run()
        return found

    async def get_final_messages(self) -> list[AsyncMessage]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            UsageError: there were none.
        """
        session = _async(self)
        await session.consume()
        return session.messages()

    async def get_final_run_steps(self) -> list[AsyncRunStep]:
        """Return the steps of the run; see `until_done` for the errors.

        Raises:
            UsageError: there were none.
        """
        session = _async(self)
        await session.consume()
        return session.steps()

    async def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        session = maybe_session_of(self)
        if session is not None:
            await session.close()


def _async(handler: AsyncAssistantEventHandler) -> AsyncSession:
    found: AsyncSession = session_of(handler)
    return found
