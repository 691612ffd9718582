"""Handlers: what is done with the events of a stream, by callbacks or by loops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias, cast

from ._handler import Handler, timed_out
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

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

    def _begin(self, begin: Callable[[Snapshots], Stream]) -> None:
        self._stream = begin(self._prepare())

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        # Always the same one, so that a second loop continues where the first was left.
        if self._events is None:
            self._events = self._iterate()
        events: Iterator[KnownAssistantStreamEvent] = self._events
        return events

    def __next__(self) -> KnownAssistantStreamEvent:
        return next(iter(self))

    @property
    def text_deltas(self) -> Iterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        texts: Iterator[str] = self._texts
        return texts

    def until_done(self) -> None:
        """Consume all events that are left.

        Raises:
            APIError: an event is an error, or a call fails.
            StreamInterrupted: the stream breaks off.
        """
        for _ in self:
            pass

    def get_final_run(self) -> Run:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            RuntimeError: the stream had no event of a run.
        """
        self.until_done()
        return self._final_run()

    def get_final_messages(self) -> list[Message]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        self.until_done()
        return self._final_messages()

    def get_final_run_steps(self) -> list[RunStep]:
        """Return the steps of the run; see `until_done` for the errors.

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
            # So that `on_end` is called now, not whenever this is collected.
            events.close()

    def _iterate(self) -> Iterator[KnownAssistantStreamEvent]:
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

    async def _begin(
        self, begin: Callable[[Snapshots], Awaitable[AsyncStream]]
    ) -> None:
        self._stream = await begin(self._prepare())

    def __aiter__(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        if self._events is None:
            self._events = self._iterate()
        events: AsyncIterator[KnownAssistantStreamEvent] = self._events
        return events

    async def __anext__(self) -> KnownAssistantStreamEvent:
        return await anext(aiter(self))

    @property
    def text_deltas(self) -> AsyncIterator[str]:
        """Return the pieces of text as they come; they can be iterated once."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        texts: AsyncIterator[str] = self._texts
        return texts

    async def until_done(self) -> None:
        """Consume all events that are left; `AssistantEventHandler` has the errors."""
        async for _ in self:
            pass

    async def get_final_run(self) -> AsyncRun:
        """Return the run as it is at the end; see `until_done` for the errors.

        Raises:
            RuntimeError: the stream had no event of a run.
        """
        await self.until_done()
        return self._final_run()

    async def get_final_messages(self) -> list[AsyncMessage]:
        """Return the messages that were written; see `until_done` for the errors.

        Raises:
            RuntimeError: there were none.
        """
        await self.until_done()
        return self._final_messages()

    async def get_final_run_steps(self) -> list[AsyncRunStep]:
        """Return the steps of the run; see `until_done` for the errors.

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

    async def _iterate(self) -> AsyncIterator[KnownAssistantStreamEvent]:
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
