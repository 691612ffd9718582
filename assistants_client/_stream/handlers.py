"""What is done with the events of a stream: by callbacks, by loops, or at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from .._errors import ConfigurationError, StreamInterrupted
from .announcing import CALLBACKS, ENDINGS, Announcer
from .callbacks import AsyncCallbacks, Callbacks
from .snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Iterator,
        Mapping,
    )
    from typing import Self

    from .._api import AssistantStreamEvent
    from ..objects.messages import AsyncMessage, Message
    from ..objects.runs import AsyncRun, Run
    from ..objects.steps import AsyncRunStep, RunStep
    from .streams import AsyncStream, Stream


class _Handler:
    """What both kinds of handler know of their stream."""

    # On the class, as subclasses may forget to call a constructor.
    _stream: Any = None
    _wanted: frozenset[str] = frozenset()
    _event: AssistantStreamEvent | None = None
    _events: Any = None
    _texts: Any = None

    @property
    def current_event(self) -> AssistantStreamEvent | None:
        """Give the event that came last; none before the first one."""
        return self._event

    def _prepare(self) -> Snapshots:
        """Make ready for a stream.

        Raises:
            RuntimeError: there was one already.
        """
        if "_snapshots" in self.__dict__:
            raise RuntimeError("a handler is for one stream: make another one")
        self._snapshots = Snapshots()
        self._wanted = frozenset(each for each in CALLBACKS if self._overrides(each))
        return self._snapshots

    def _overrides(self, name: str) -> bool:
        """Tell whether somebody cares for a callback."""
        if name in self.__dict__:
            return True
        base: Any = AsyncCallbacks if isinstance(self, AsyncCallbacks) else Callbacks
        return getattr(type(self), name) is not getattr(base, name)

    def _call_back(self, callbacks: Mapping[str, Callable[..., Any]]) -> None:
        """Have functions called in place of methods.

        Raises:
            ConfigurationError: there is no such callback, or it is no function.
        """
        for name, function in callbacks.items():
            if name not in CALLBACKS and name not in ENDINGS:
                known = ", ".join(sorted({*CALLBACKS, *ENDINGS}))
                raise ConfigurationError(f"there is no {name}; there are: {known}")
            if not callable(function):
                raise ConfigurationError(
                    f"{name} must be a function, not {type(function).__name__}"
                )
            setattr(self, name, function)

    def _begun(self) -> Any:
        if self._stream is None:
            raise RuntimeError("the stream has not begun: use the manager by `with`")
        return self._stream

    def _announcer(self) -> Announcer:
        return Announcer(self._snapshots, self._stream.alive, self._wanted)

    def _alive(self, kind: str, data: Any) -> Any:
        return self._begun().alive(kind, data)

    def _run(self) -> Any:
        return self._alive("Run", self._snapshots.run) if self._stream else None

    def _message(self) -> Any:
        if self._stream is None:
            return None
        grown = self._snapshots.messages.get(self._snapshots.message_id or "")
        return None if grown is None else self._alive("Message", grown.now())

    def _step(self) -> Any:
        if self._stream is None:
            return None
        grown = self._snapshots.steps.get(self._snapshots.step_id or "")
        return None if grown is None else self._alive("RunStep", grown.now())

    def _final_run(self) -> Any:
        if self._snapshots.run is None:
            raise RuntimeError("the stream told nothing of a run")
        return self._alive("Run", self._snapshots.run)

    def _final_messages(self) -> list[Any]:
        if not self._snapshots.messages:
            raise RuntimeError("the stream told nothing of messages")
        held = self._snapshots.messages.values()
        return [self._alive("Message", each.now()) for each in held]

    def _final_steps(self) -> list[Any]:
        if not self._snapshots.steps:
            raise RuntimeError("the stream told nothing of steps")
        held = self._snapshots.steps.values()
        return [self._alive("RunStep", each.now()) for each in held]

    def _pieces(self) -> list[str]:
        """Give the texts that the event brought that was taken last."""
        what = self._stream.intake.last
        if what is None or what.name != "thread.message.delta":
            return []
        delta = what.data.get("delta") if isinstance(what.data, dict) else None
        parts = delta.get("content") if isinstance(delta, dict) else None
        found = []
        for part in parts if isinstance(parts, list) else []:
            text = part.get("text") if isinstance(part, dict) else None
            value = text.get("value") if isinstance(text, dict) else None
            if isinstance(value, str) and value:
                found.append(value)
        return found


class AssistantEventHandler(_Handler, Callbacks):
    """A stream of events, with methods that are called for them; override any.

    Iterate over it for the events, over `text_deltas` for the text alone, or let
    `until_done` do it. Afterwards, or meanwhile, the run, messages and steps can be
    had as far as they are known.
    """

    def _begin(self, begin: Callable[[Snapshots], Stream]) -> None:
        self._stream = begin(self._prepare())

    def __iter__(self) -> Iterator[AssistantStreamEvent]:
        return self

    def __next__(self) -> AssistantStreamEvent:
        if self._events is None:
            self._events = self._iterate()
        event: AssistantStreamEvent = next(self._events)
        return event

    @property
    def text_deltas(self) -> Iterator[str]:
        """Give the pieces of text as they come; it can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        texts: Iterator[str] = self._texts
        return texts

    @property
    def current_run(self) -> Run | None:
        """Give the run as it was told of last."""
        run: Run | None = self._run()
        return run

    @property
    def current_run_step_snapshot(self) -> RunStep | None:
        """Give the step that was told of last, as far as it is known."""
        step: RunStep | None = self._step()
        return step

    @property
    def current_message_snapshot(self) -> Message | None:
        """Give the message that was told of last, as far as it is written."""
        message: Message | None = self._message()
        return message

    def until_done(self) -> None:
        """Take all events that are left.

        Raises:
            APIError: an event is an error, or a call fails.
            StreamInterrupted: the stream breaks off.
        """
        for _ in self:
            pass

    def get_final_run(self) -> Run:
        """Give the run as it is at the end; `until_done` has the errors.

        Raises:
            RuntimeError: the stream told nothing of a run.
        """
        self.until_done()
        run: Run = self._final_run()
        return run

    def get_final_messages(self) -> list[Message]:
        """Give the messages that were written; `until_done` has the errors.

        Raises:
            RuntimeError: there were none.
        """
        self.until_done()
        return self._final_messages()

    def get_final_run_steps(self) -> list[RunStep]:
        """Give the steps that were taken; `until_done` has the errors.

        Raises:
            RuntimeError: there were none.
        """
        self.until_done()
        return self._final_steps()

    def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        stream = cast("Stream | None", self._stream)
        if stream is not None:
            stream.close()
        events = self._events
        if events is not None and not events.gi_running:
            # So that `on_end` is called now, and not whenever this is collected.
            events.close()

    def _iterate(self) -> Iterator[AssistantStreamEvent]:
        stream: Stream = self._begun()
        announcer = self._announcer()
        wanted, intake = self._wanted, stream.intake
        try:
            for event in stream:
                self._event = event
                if wanted and intake.last is not None:
                    for name, arguments in announcer.due(event, intake.last):
                        if name in wanted:
                            getattr(self, name)(*arguments())
                yield event
            for name, arguments in announcer.finish():
                if name in wanted:
                    getattr(self, name)(*arguments())
        except Exception as error:
            stream.close()
            if _timed_out(error):
                self.on_timeout()
            self.on_exception(error)
            raise
        finally:
            self.on_end()

    def _iterate_texts(self) -> Iterator[str]:
        for _ in self:
            yield from self._pieces()


class AsyncAssistantEventHandler(_Handler, AsyncCallbacks):
    """A stream of events, with methods that are awaited for them; override any.

    `AssistantEventHandler` says more.
    """

    async def _begin(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]]
    ) -> None:
        self._stream = await begin(self._prepare())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> AssistantStreamEvent:
        if self._events is None:
            self._events = self._iterate()
        event: AssistantStreamEvent = await anext(self._events)
        return event

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """Give the pieces of text as they come; it can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        texts: AsyncIterator[str] = self._texts
        return texts

    @property
    def current_run(self) -> AsyncRun | None:
        """Give the run as it was told of last."""
        run: AsyncRun | None = self._run()
        return run

    @property
    def current_run_step_snapshot(self) -> AsyncRunStep | None:
        """Give the step that was told of last, as far as it is known."""
        step: AsyncRunStep | None = self._step()
        return step

    @property
    def current_message_snapshot(self) -> AsyncMessage | None:
        """Give the message that was told of last, as far as it is written."""
        message: AsyncMessage | None = self._message()
        return message

    async def until_done(self) -> None:
        """Take all events that are left; `AssistantEventHandler` has the errors."""
        async for _ in self:
            pass

    async def get_final_run(self) -> AsyncRun:
        """Give the run as it is at the end; `until_done` has the errors.

        Raises:
            RuntimeError: the stream told nothing of a run.
        """
        await self.until_done()
        run: AsyncRun = self._final_run()
        return run

    async def get_final_messages(self) -> list[AsyncMessage]:
        """Give the messages that were written; `until_done` has the errors.

        Raises:
            RuntimeError: there were none.
        """
        await self.until_done()
        return self._final_messages()

    async def get_final_run_steps(self) -> list[AsyncRunStep]:
        """Give the steps that were taken; `until_done` has the errors.

        Raises:
            RuntimeError: there were none.
        """
        await self.until_done()
        return self._final_steps()

    async def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        stream = cast("AsyncStream | None", self._stream)
        if stream is not None:
            await stream.close()
        events = self._events
        if events is not None and not events.ag_running:
            await events.aclose()

    async def _iterate(self) -> AsyncIterator[AssistantStreamEvent]:
        stream: AsyncStream = self._begun()
        announcer = self._announcer()
        wanted, intake = self._wanted, stream.intake
        try:
            async for event in stream:
                self._event = event
                if wanted and intake.last is not None:
                    for name, arguments in announcer.due(event, intake.last):
                        if name in wanted:
                            await _awaited(getattr(self, name)(*arguments()))
                yield event
            for name, arguments in announcer.finish():
                if name in wanted:
                    await _awaited(getattr(self, name)(*arguments()))
        except Exception as error:
            await stream.close()
            if _timed_out(error):
                await _awaited(self.on_timeout())
            await _awaited(self.on_exception(error))
            raise
        finally:
            await _awaited(self.on_end())

    async def _iterate_texts(self) -> AsyncIterator[str]:
        async for _ in self:
            for piece in self._pieces():
                yield piece


async def _awaited(found: Any) -> None:
    # Plain functions will do as well.
    if hasattr(found, "__await__"):
        await found


def _timed_out(error: Exception) -> bool:
    from .._errors import APITimeoutError

    if isinstance(error, StreamInterrupted):
        return error.timed_out
    return isinstance(error, APITimeoutError | TimeoutError)
