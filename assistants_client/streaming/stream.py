"""The streams of events that methods return, iterated one event at a time."""

from __future__ import annotations

import warnings
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from .._drive import iterate, iterate_async
from .._errors import AssistantsError, ConfigurationError, UsageError
from .._events.deltas import text_in, texts_in
from .._events.snapshots import RunSnapshot, Snapshots
from .._flows.follow import Plan, follow_run
from ..display.shown import Shown

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
    from .._effects import Flow
    from .._events.parse import ParsedEvent, Received
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .._transport.async_http import AsyncHttp
    from .._transport.http import Http
    from ..display.streams import SoFar
    from ..display.views import View
    from ..objects.runs import AsyncRun, Run


# So many pieces of the text are kept, for who looks at a stream while it goes on.
_PIECES: Final = 5_000


class _Delivery:
    """Notes and shows each event on its way to the user.

    The stream's generator holds this and not the stream, so that a stream that is
    forgotten is closed at once.

    Attributes:
        last: the last event.
        count: how many events there were.
        pieces: the text of the messages so far, its end where it is very long.
        watcher: called with the data of the run at each event of the run.
    """

    def __init__(self, snapshots: Snapshots, transcript: Transcript | None) -> None:
        self.last: ParsedEvent | None = None
        self.count = 0
        self.pieces: deque[str] = deque(maxlen=_PIECES)
        self.watcher: Callable[[dict[str, Any]], Any] | None = None
        self._snapshots = snapshots
        self._transcript = transcript

    def take(self, received: Received) -> KnownAssistantStreamEvent | None:
        """Return the typed event; None for one that only says how the stream ends."""
        model, parsed, raw = received
        if raw is not None and self._transcript is not None:
            self._transcript.event(*raw)
        self.last = parsed
        self.count += 1
        if parsed.name == "thread.message.delta":
            text = text_in(parsed.data)
            if text:
                self.pieces.append(text)
            elif text is None:
                self.pieces += texts_in(parsed)
        elif parsed.name == "thread.message.created" and self.pieces:
            self.pieces.append("\n\n")
        if self.watcher is not None:
            run = self._snapshots.run
            if run is not None and run is parsed.data:
                self.watcher(run)
        return model


class _Stream(Shown):
    """What both kinds of stream have in common.

    Attributes:
        snapshots: the objects of the stream so far.
    """

    def __init__(
        self, result: CallResult[object], plan: Plan, http: Any, snapshots: Snapshots
    ) -> None:
        self._result = result
        self._http = http
        self._closed = False
        self._plan = plan
        self._delivery = _Delivery(snapshots, http.transcript)
        self.snapshots = snapshots

    @staticmethod
    def _followed(
        result: CallResult[Any], snapshots: Snapshots, plan: Plan
    ) -> Flow[None]:
        """Return the flow that follows the run, in its span if there is one."""
        flow = _without_secrets(follow_run(result, snapshots, plan), result.secrets)
        trace = result.call.trace
        return flow if trace is None else trace.following(flow, lambda: snapshots.run)

    def _end_span(self) -> None:
        if self._result.call.trace is not None:
            self._result.call.trace.end(self.snapshots.run)

    def __repr__(self) -> str:
        from ..display.streams import stream_line

        return stream_line(type(self).__name__, self._so_far())

    def _view(self) -> View:
        from ..display.streams import stream_view

        return stream_view(self._so_far())

    def _so_far(self) -> SoFar:
        """Return what is known of the stream so far, without secrets."""
        from ..display.streams import SoFar

        delivery, secrets = self._delivery, self._result.secrets
        last = delivery.last
        return SoFar(
            operation=self._result.call.operation,
            state="closed" if self._closed else "open",
            events=delivery.count,
            last=secrets.redact(last.name) if last is not None else "",
            run=secrets.redact_json(self.snapshots.run),
            text=secrets.redact("".join([*delivery.pieces])),
        )

    def __reduce__(self) -> NoReturn:
        raise ConfigurationError(
            "a stream can't be copied or pickled, as it has a connection: take its "
            "snapshots, or its events"
        )

    @property
    def response(self) -> httpx.Response:
        """Return the response of the HTTP library; its request holds the key."""
        return cast("httpx.Response", self._result.response)

    @property
    def submitted(self) -> frozenset[str]:
        """Return the ids of the calls whose outputs the stream began with."""
        return self._plan.submitted

    @property
    def last(self) -> ParsedEvent | None:
        """Return the last event, as it was parsed."""
        return self._delivery.last

    @property
    def _run(self) -> Any:
        """Return the run as far as it is known.

        Raises:
            UsageError: no event has told yet which run it is.
        """
        found = self.live("Run", self.snapshots.run) or self._plan.calls.named()
        if found is None:
            raise UsageError(
                "no event has told yet which run it is: iterate over the stream first"
            )
        return found

    def live(self, kind: str, data: Any) -> Any:
        """Return the live object of JSON data; None stays None."""
        return self._plan.calls.live(kind, data)

    def redact(self, text: str) -> str:
        """Return a text of the server as it may be shown."""
        return self._result.secrets.redact(text)

    def watch(self, take: Callable[[Any], Any]) -> None:
        """Have a function called with the run at each event of the run."""
        self._delivery.watcher = lambda run: take(self.live("Run", run))


class Stream(_Stream):
    """The events of a run, one by one. Close it, or use it in a `with` statement.

    Iterating raises `APIError` where an event is an error, and `StreamInterrupted`
    where the stream breaks off. The run itself goes on when the stream is closed early.

    An event of an unknown kind is a generic object that keeps its data. The types leave
    it out: with it, `event.event == ...` could not tell the other kinds apart.
    """

    _http: Http

    def __init__(
        self,
        result: CallResult[object],
        plan: Plan,
        http: Http,
        snapshots: Snapshots | None = None,
    ) -> None:
        """Start with a response whose body is unread.

        Args:
            result: the result of the call.
            plan: what to do where the stream ends early.
            http: performs the effects.
            snapshots: accumulates the events; those of the run alone if not given.
        """
        snapshots = snapshots or RunSnapshot()
        super().__init__(result, plan, http, snapshots)
        flow = self._followed(result, snapshots, plan)
        self.events: Generator[KnownAssistantStreamEvent, None, None] = iterate(
            flow, http.perform, self._delivery.take
        )

    @property
    def run(self) -> Run:
        """Return the run, with its methods, as it was in its last event.

        Raises:
            UsageError: no event has told yet which run it is.
        """
        found: Run = self._run
        return found

    def __iter__(self) -> Iterator[KnownAssistantStreamEvent]:
        # Itself, and not a generator of its own, so that a second loop continues where
        # the first one was left.
        return self

    def __next__(self) -> KnownAssistantStreamEvent:
        try:
            return next(self.events)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not getattr(self, "_closed", True):
            # At the end of the interpreter, what closing needs may be gone.
            with suppress(Exception):
                self.close()

    def close(self) -> None:
        """Close the connection; do nothing the second time."""
        if not self._closed:
            self._closed = True
            try:
                self.events.close()
            finally:
                self._end_span()
                self._http.release(self._result.response)


class AsyncStream(_Stream):
    """The events of a run, one by one. Close it, or use it in `async with`.

    `Stream` lists what iterating raises.
    """

    _http: AsyncHttp

    def __init__(
        self,
        result: CallResult[object],
        plan: Plan,
        http: AsyncHttp,
        snapshots: Snapshots | None = None,
    ) -> None:
        """Start with a response whose body is unread; see `Stream`."""
        snapshots = snapshots or RunSnapshot()
        super().__init__(result, plan, http, snapshots)
        flow = self._followed(result, snapshots, plan)
        self.events: AsyncGenerator[KnownAssistantStreamEvent, None] = iterate_async(
            flow, http.perform, self._delivery.take
        )

    @property
    def run(self) -> AsyncRun:
        """Return the run, with its methods, as it was in its last event.

        Raises:
            UsageError: no event has told yet which run it is.
        """
        found: AsyncRun = self._run
        return found

    def __aiter__(self) -> AsyncIterator[KnownAssistantStreamEvent]:
        return self

    async def __anext__(self) -> KnownAssistantStreamEvent:
        try:
            return await anext(self.events)
        except BaseException:
            await self.close()
            raise

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
        """Close the connection; do nothing the second time."""
        if not self._closed:
            self._closed = True
            try:
                await self.events.aclose()
            finally:
                self._end_span()
                await self._http.release(self._result.response)


def _without_secrets(flow: Flow[None], secrets: Secrets) -> Flow[None]:
    """Do what a flow does; what its errors say has no secrets in it."""
    try:
        yield from flow
    except AssistantsError as error:
        secrets.hide_in(error)
        raise
