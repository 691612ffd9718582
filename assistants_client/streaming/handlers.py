"""Handlers: callbacks for the events of a stream, and loops over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ._handler import Handler, timed_out
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Generator,
        Iterator,
    )

    from .._api import KnownAssistantStreamEvent
    from .._events.snapshots import Snapshots
    from ..objects.messages import AsyncMessage, Message
    from ..objects.runs import AsyncRun, Run
    from ..objects.steps import AsyncRunStep, RunStep
    from .stream import AsyncStream, Stream

    _Handler: TypeAlias = Handler[Run, Message, RunStep]
    _AsyncHandler: TypeAlias = Handler[AsyncRun, AsyncMessage, AsyncRunStep]
else:
    _Handler = _AsyncHandler = Handler


class AssistantEventHandler(_Handler, Callbacks):
    """A stream of events, with callbacks for them; override any.

    Iterate over it for the events, over `text_deltas` for the text alone, or call
    `until_done`. The run, messages and steps are available meanwhile, as far as they
    are known, and afterwards.
    """

    _stream: Stream | None
    _events: Generator[KnownAssistantStreamEvent, None, None] | None
    _texts: Iterator[str] | None

    def _begin(self, begin: Callable[[Snapshots], Stream]) -> None:
        self._stream = begin(self._prepare())

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        # Always the same one, so that a second loop continues where the first was left.
        if self._events is None:
            self._events = self._iterate()
        return self._events

    def __next__(self) -> KnownAssistantStreamEvent:
        return next(iter(self))

    @property
    def text_deltas(self) -> Iterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        return self._texts

    def until_done(self) -> None:
        """Consume all events that are left.

        Raises:
            APIError: an event is an error, or a call fails.
            StreamInterrupted: the stream breaks off.
            RunTimeout: `max_wait` is up.
            RunRequiresApproval: the run waits for somebody to approve tool calls.
            UnknownRunAction: the run waits for something that isn't known.
        """
        self._consume()
        self._refuse_to_wait()

    def _consume(self) -> None:
        for _ in self:
            pass

    def get_final_run(self) -> Run:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            RuntimeError: the stream had no event of a run.
        """
        self._consume()
        return self._final_run()

    def get_final_messages(self) -> list[Message]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        self._consume()
        return self._final_messages()

    def get_final_run_steps(self) -> list[RunStep]:
        """Return the steps of the run; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        self._consume()
        return self._final_steps()

    def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        if self._stream is not None:
            self._stream.close()
        events: Any = self._events
        if events is not None and not events.gi_running:
            # So that `on_end` is called now, not whenever this is collected.
            events.close()

    def _iterate(self) -> Generator[KnownAssistantStreamEvent, None, None]:
        stream: Stream = self._open()
        dispatcher = self._dispatcher()
        wanted = self._wanted
        try:
            for event in stream.events:
                self._event = event
                if wanted and stream.last is not None:
                    for name, arguments in dispatcher.due(event, stream.last):
                        if name in wanted:
                            getattr(self, name)(*arguments())
                yield event
            for name, arguments in dispatcher.finish():
                if name in wanted:
                    getattr(self, name)(*arguments())
        except Exception as error:
            if timed_out(error):
                self.on_timeout()
            self.on_exception(error)
            raise
        finally:
            stream.close()
            self.on_end()

    def _iterate_texts(self) -> Iterator[str]:
        for _ in self:
            yield from self._pieces()


class AsyncAssistantEventHandler(_AsyncHandler, AsyncCallbacks):
    """A stream of events, with callbacks that are awaited; override any.

    `AssistantEventHandler` has more.
    """

    _stream: AsyncStream | None
    _events: AsyncGenerator[KnownAssistantStreamEvent, None] | None
    _texts: AsyncIterator[str] | None

    async def _begin(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]]
    ) -> None:
        self._stream = await begin(self._prepare())

    def __aiter__(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        if self._events is None:
            self._events = self._iterate()
        return self._events

    async def __anext__(self) -> KnownAssistantStreamEvent:
        return await anext(aiter(self))

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        return self._texts

    async def until_done(self) -> None:
        """Consume all events that are left; `AssistantEventHandler` has the errors."""
        await self._consume()
        self._refuse_to_wait()

    async def _consume(self) -> None:
        async for _ in self:
            pass

    async def get_final_run(self) -> AsyncRun:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            RuntimeError: the stream had no event of a run.
        """
        await self._consume()
        return self._final_run()

    async def get_final_messages(self) -> list[AsyncMessage]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        await self._consume()
        return self._final_messages()

    async def get_final_run_steps(self) -> list[AsyncRunStep]:
        """Return the steps of the run; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        await self._consume()
        return self._final_steps()

    async def close(self) -> None:
        """Close the connection; the run itself goes on at the server."""
        if self._stream is not None:
            await self._stream.close()
        events: Any = self._events
        if events is not None and not events.ag_running:
            await events.aclose()

    async def _iterate(self) -> AsyncGenerator[KnownAssistantStreamEvent, None]:
        stream: AsyncStream = self._open()
        dispatcher = self._dispatcher()
        wanted = self._wanted
        try:
            async for event in stream.events:
                self._event = event
                if wanted and stream.last is not None:
                    for name, arguments in dispatcher.due(event, stream.last):
                        if name in wanted:
                            await _awaited(getattr(self, name)(*arguments()))
                yield event
            for name, arguments in dispatcher.finish():
                if name in wanted:
                    await _awaited(getattr(self, name)(*arguments()))
        except Exception as error:
            if timed_out(error):
                await _awaited(self.on_timeout())
            await _awaited(self.on_exception(error))
            raise
        finally:
            await stream.close()
            await _awaited(self.on_end())

    async def _iterate_texts(self) -> AsyncIterator[str]:
        async for _ in self:
            for piece in self._pieces():
                yield piece


async def _awaited(result: Any) -> None:
    # Plain functions are welcome, too.
    if hasattr(result, "__await__"):
        await result
