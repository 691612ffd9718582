"""A stream, and the handler with awaited callbacks that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._session import Session, attached, timed_out

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from .._api import KnownAssistantStreamEvent
    from .._events.snapshots import Snapshots
    from .stream import AsyncStream


class AsyncSession(Session["AsyncStream"]):
    """A stream, and the handler with awaited callbacks that it is for."""

    _events: AsyncGenerator[KnownAssistantStreamEvent, None] | None = None
    _texts: AsyncIterator[str] | None = None

    @property
    def events(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        """Return the events, always the same ones, so that a second loop continues."""
        if self._events is None:
            self._events = self._iterate()
        return self._events

    @property
    def texts(self) -> AsyncIterator[str]:
        """Return the pieces of text as they come."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        return self._texts

    async def begin(self, begin: Callable[[Snapshots], Awaitable[AsyncStream]]) -> None:
        """Begin the stream; see `attached` for the errors."""
        with attached(self, self._handler):
            self.stream = await begin(self._snapshots)

    async def consume(self) -> None:
        """Consume all events that are left."""
        async for _ in self.events:
            pass

    async def close(self) -> None:
        """Close the connection; do nothing the second time."""
        if self.stream is not None:
            await self.stream.close()
        events: Any = self._events
        if events is not None and not events.ag_running:
            await events.aclose()

    async def _iterate(self) -> AsyncGenerator[KnownAssistantStreamEvent, None]:
        stream = self._open()
        dispatcher = self._dispatcher()
        wanted = self._wanted
        try:
            async for event in stream.events:
                self.event = event
                if wanted and stream.last is not None:
                    self._is_of_step = stream.last.name.startswith("thread.run.step.")
                    for name, arguments in dispatcher.due(event, stream.last):
                        if name in wanted:
                            await self._call(name, *arguments())
                    self._is_of_step = False
                yield event
            for name, arguments in dispatcher.finish():
                if name in wanted:
                    await self._call(name, *arguments())
        except Exception as error:
            if timed_out(error):
                await self._call("on_timeout")
            await self._call("on_exception", error)
            raise
        finally:
            await stream.close()
            await self._call("on_end")

    async def _call(self, name: str, *arguments: Any) -> None:
        # Plain functions are welcome, too.
        result = super()._call(name, *arguments)
        if hasattr(result, "__await__"):
            await result

    async def _iterate_texts(self) -> AsyncIterator[str]:
        async for _ in self.events:
            for piece in self._pieces():
                yield piece
        for piece in self._rest():
            yield piece
