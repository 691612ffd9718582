"""A stream, and the plain handler that it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._session import Session, attached, timed_out
from .registration import refuse_awaitable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from .._api import KnownAssistantStreamEvent
    from .._events.snapshots import Snapshots
    from .stream import Stream


class PlainSession(Session["Stream"]):
    """A stream, and the plain handler that it is for."""

    _events: Generator[KnownAssistantStreamEvent, None, None] | None = None
    _texts: Iterator[str] | None = None

    @property
    def events(self) -> Iterator[KnownAssistantStreamEvent]:
        """Return the events, always the same ones, so that a second loop continues."""
        if self._events is None:
            self._events = self._iterate()
        return self._events

    @property
    def texts(self) -> Iterator[str]:
        """Return the pieces of text as they come."""
        if self._texts is None:
            self._texts = self._iterate_texts()
        return self._texts

    def begin(self, begin: Callable[[Snapshots], Stream]) -> None:
        """Begin the stream; see `attached` for the errors."""
        with attached(self, self._handler):
            self.stream = begin(self._snapshots)

    def consume(self) -> None:
        """Consume all events that are left."""
        for _ in self.events:
            pass

    def close(self) -> None:
        """Close the connection; do nothing the second time."""
        if self.stream is not None:
            self.stream.close()
        events: Any = self._events
        if events is not None and not events.gi_running:
            # So that `on_end` is called now, not whenever this is collected.
            events.close()

    def _iterate(self) -> Generator[KnownAssistantStreamEvent, None, None]:
        stream = self._open()
        dispatcher = self._dispatcher()
        wanted = self._wanted
        try:
            for event in stream.events:
                self.event = event
                if wanted and stream.last is not None:
                    self._is_of_step = stream.last.name.startswith("thread.run.step.")
                    for name, arguments in dispatcher.due(event, stream.last):
                        if name in wanted:
                            self._call(name, *arguments())
                    self._is_of_step = False
                yield event
            for name, arguments in dispatcher.finish():
                if name in wanted:
                    self._call(name, *arguments())
        except Exception as error:
            if timed_out(error):
                self._call("on_timeout")
            self._call("on_exception", error)
            raise
        finally:
            stream.close()
            self._call("on_end")

    def _call(self, name: str, *arguments: Any) -> None:
        refuse_awaitable(super()._call(name, *arguments), name)

    def _iterate_texts(self) -> Iterator[str]:
        for _ in self.events:
            yield from self._pieces()
        yield from self._rest()
