"""Runs flows without a network, a terminal or a clock, and keeps what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from assistants_client._effects import (
    Invoke,
    InvokeAll,
    Log,
    Note,
    Progress,
    Receive,
    Send,
    Sleep,
    TimeUp,
    Within,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistants_client._effects import Effect, Flow, PreparedRequest

T = TypeVar("T")


class FlowDriver:
    """Performs the effects of flows from prepared results.

    Attributes:
        sent: the requests that were sent.
        slept: the seconds of each sleep.
        notes: the notes for the transcript.
        logged: the lines of the log, each with its level.
        shown: the progress that was shown; None where there is no terminal.
        now: the time, which only sleeps move on.
    """

    def __init__(
        self,
        responses: Iterable[Any] = (),
        chunks: Iterable[Any] = (),
        *,
        now: float = 1000.0,
        terminal: bool = False,
    ) -> None:
        """Prepare the results of effects; an exception among them is raised.

        Args:
            responses: what requests get, in order.
            chunks: what is received of bodies, in order.
            now: the time at which the clock starts.
            terminal: whether progress can be shown.
        """
        self._responses = iter(responses)
        self._chunks = iter(chunks)
        self.sent: list[PreparedRequest] = []
        self.slept: list[float] = []
        self.notes: list[str] = []
        self.logged: list[tuple[str, str]] = []
        self.shown: list[tuple[str, float]] | None = [] if terminal else None
        self.now = now

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def run(self, flow: Flow[T]) -> T:
        """Run a flow to its end; return its result."""
        try:
            effect = next(flow)
            while True:
                try:
                    result = self.perform(effect)
                except Exception as error:  # noqa: BLE001 - the flow decides what it means
                    effect = flow.throw(error)
                else:
                    effect = flow.send(result)
        except StopIteration as stop:
            found: T = stop.value
            return found

    def perform(self, effect: Effect) -> Any:
        """Perform an effect.

        Raises:
            AssertionError: nothing was prepared for it.
        """
        match effect:
            case Send(request):
                self.sent.append(request)
                return _next(self._responses, f"{request.method} {request.url}")
            case Receive():
                return _next(self._chunks, "receiving", end=True)
            case Sleep(seconds):
                self.slept.append(seconds)
                self.now += seconds
            case Invoke(function):
                return function()
            case InvokeAll(invocations):
                return [_invoke(each.function) for each in invocations]
            case Within(inner, seconds):
                return self._within(inner, seconds)
            case Log(level, text):
                self.logged.append((level, text))
            case Note(text):
                self.notes.append(text)
            case Progress(status, seconds):
                if self.shown is not None:
                    self.shown.append((status, round(seconds, 2)))
                return self.shown is not None
            case _:
                raise AssertionError(f"nothing was prepared for {effect}")
        return None

    def _within(self, effect: Effect, seconds: float) -> Any:
        """Perform an effect; what moved the clock on too far came too late."""
        until = self.now + seconds
        result = self.perform(effect)
        if self.now > until:
            self.now = until
            raise TimeUp
        return result


def _next(prepared: Iterator[Any], what: str, *, end: bool = False) -> Any:
    for each in prepared:
        if isinstance(each, Exception):
            raise each
        return each
    if end:
        return None
    raise AssertionError(f"nothing was prepared for {what}")


def _invoke(function: Any) -> Any:
    try:
        return function()
    except Exception as error:  # noqa: BLE001 - an exception is a result here
        return error
