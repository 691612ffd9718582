"""What is done with the events of a stream: by callbacks, by loops, or at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ._handler import Handler, timed_out
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import (
        AsyncIterator,
        Awaitable,
        Callable,
        Iterator,
    )

    from .._api import KnownAssistantStreamEvent
    from .._events.snapshots import Snapshots
    from ..objects.messages import AsyncMessage, Message
    from ..objects.runs import AsyncRun, Run
    from ..objects.steps import AsyncRunStep, RunStep
    from .stream import AsyncStream, Stream


class AssistantEventHandler(Handler, Callbacks):
    """A stream of events, with methods that are called for them; override any.

    Iterate over it for the events, over `text_deltas` for the text alone, or let
    `until_done` do it. Afterwards, or meanwhile, the run, messages and steps can be
    had as far as they are known.
    """

    def _begin(self, begin: Callable[[Snapshots], Stream]) -> None:
        self._stream = begin(self._prepare())

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        # Always the same one, so that another loop goes on where one was left.
        if self._events is None:
            self._events = self._iterate()
        events: Iterator[KnownAssistantStreamEvent] = self._events
        return events

    def __next__(self) -> KnownAssistantStreamEvent:
        return next(iter(self))

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
        """Give the step that is taken now, as far as it is known."""
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

    def _iterate(self) -> Iterator[KnownAssistantStreamEvent]:
        stream: Stream = self._begun()
        announcer = self._announcer()
        wanted, intake = self._wanted, stream.intake
        try:
            for event in stream.events:
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


class AsyncAssistantEventHandler(Handler, AsyncCallbacks):
    """A stream of events, with methods that are awaited for them; override any.

    `AssistantEventHandler` says more.
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
        """Give the step that is taken now, as far as it is known."""
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

    async def _iterate(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        stream: AsyncStream = self._begun()
        announcer = self._announcer()
        wanted, intake = self._wanted, stream.intake
        try:
            async for event in stream.events:
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


async def _awaited(found: Any) -> None:
    # Plain functions will do as well.
    if hasattr(found, "__await__"):
        await found
