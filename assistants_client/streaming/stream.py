"""Streams as they are iterated: events, one by one, as they come."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._drive import iterate, iterate_async
from .._events.snapshots import Snapshots
from .._flows.follow import Plan, streaming
from .intake import Intake

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Callable,
        Generator,
        Iterator,
    )
    from typing import Self

    import httpx

    from .._api import KnownAssistantStreamEvent
    from .._call import CallResult
    from .._transport.async_http import AsyncHttp
    from .._transport.http import Http


class _Stream:
    """What both kinds of stream have in common."""

    def __init__(
        self, answer: CallResult[Any], snapshots: Snapshots, plan: Plan, http: Any
    ) -> None:
        """Begin with an answer whose body is unread."""
        self._answer = answer
        self._http = http
        self._closed = False
        self._plan = plan
        self.intake = Intake(answer, snapshots, http.transcript)
        self.snapshots = snapshots

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<{type(self).__name__} of {self._answer.call.operation}, {state}>"

    @property
    def response(self) -> httpx.Response:
        """Give the answer as the HTTP library has it; its request holds the key."""
        response: Any = self._answer.response
        found: httpx.Response = response
        return found

    def alive(self, kind: str, data: Any) -> Any:
        """Give an object of JSON data; none stays none."""
        return self._plan.calls.alive(kind, data)

    def watch(self, take: Callable[[Any], Any]) -> None:
        """Have the run handed on each time that an event tells of it."""
        self.intake.watcher = lambda data: take(self.alive("Run", data))


class Stream(_Stream):
    """The events of a run, one by one. Close it, or use it in a `with` statement.

    Iterating raises `APIError` where an event is an error, and `StreamInterrupted`
    where the stream breaks off. The run itself goes on when this is closed early.

    An event of a kind that nobody knows yet comes as an object that keeps its data. The
    types leave it out, as `event.event == ...` could not tell the others apart then.
    """

    _http: Http

    def __init__(
        self, answer: CallResult[Any], snapshots: Snapshots, plan: Plan, http: Http
    ) -> None:
        super().__init__(answer, snapshots, plan, http)
        flow = streaming(answer, snapshots, plan)
        self.events: Generator[KnownAssistantStreamEvent, None, None] = iterate(
            flow, http.perform, self.intake.take
        )

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        # Itself, and not a generator of its own, so that leaving a loop and taking
        # up another goes on where it was.
        return self

    def __next__(self) -> KnownAssistantStreamEvent:
        try:
            event: KnownAssistantStreamEvent = next(self.events)
        except BaseException:
            self.close()
            raise
        return event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            # At the end of everything, what it takes may be gone.
            with suppress(Exception):
                self.close()

    def close(self) -> None:
        """Close the connection; a second time does nothing."""
        if not self._closed:
            self._closed = True
            try:
                self.events.close()
            finally:
                self._http.release(self._answer.response)


class AsyncStream(_Stream):
    """The events of a run, one by one. Close it, or use it in `async with`.

    `Stream` says what iterating raises.
    """

    _http: AsyncHttp

    def __init__(
        self, answer: CallResult[Any], snapshots: Snapshots, plan: Plan, http: AsyncHttp
    ) -> None:
        super().__init__(answer, snapshots, plan, http)
        flow = streaming(answer, snapshots, plan)
        self.events: AsyncGenerator[KnownAssistantStreamEvent, None] = iterate_async(
            flow, http.perform, self.intake.take
        )

    def __aiter__(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        return self

    async def __anext__(self) -> KnownAssistantStreamEvent:
        try:
            event: KnownAssistantStreamEvent = await anext(self.events)
        except BaseException:
            await self.close()
            raise
        return event

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            warnings.warn(
                "a stream was left without being closed: use `async with`",
                ResourceWarning,
                source=self,
                stacklevel=2,
            )

    async def close(self) -> None:
        """Close the connection; a second time does nothing."""
        if not self._closed:
            self._closed = True
            try:
                await self.events.aclose()
            finally:
                await self._http.release(self._answer.response)
