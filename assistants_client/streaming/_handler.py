"""What handlers of both kinds have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from .._errors import (
    APITimeoutError,
    ConfigurationError,
    StreamInterrupted,
    UsageError,
)
from .._events.dispatch import CALLBACKS, ENDINGS, Dispatcher
from .._events.snapshots import Snapshots
from .._run_errors import RunRequiresAction, run_error
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .._api import KnownAssistantStreamEvent
    from .._events.accumulate import Accumulated

StreamT = TypeVar("StreamT")
RunT = TypeVar("RunT")
MessageT = TypeVar("MessageT")
StepT = TypeVar("StepT")


class Handler(Generic[RunT, MessageT, StepT]):
    """What handlers of both kinds know of their stream."""

    # On the class, because subclasses may forget to call our constructor.
    _stream: Any = None
    _wanted: frozenset[str] = frozenset()
    _event: KnownAssistantStreamEvent | None = None
    _events: Any = None
    _texts: Any = None

    @property
    def current_event(self) -> KnownAssistantStreamEvent | None:
        """Return the last event; None before the first one."""
        return self._event

    @property
    def current_run(self) -> RunT | None:
        """Return the run of the last event of the run."""
        return self._live("Run", self._snapshots.run) if self._stream else None

    @property
    def current_message_snapshot(self) -> MessageT | None:
        """Return the message of the last event of a message, as far as it is known."""
        if self._stream is None:
            return None
        held = self._snapshots.messages.get(self._snapshots.message_id or "")
        return None if held is None else self._live("Message", held.snapshot())

    @property
    def current_run_step_snapshot(self) -> StepT | None:
        """Return the step that is going on, as far as it is known."""
        if self._stream is None:
            return None
        key = self._snapshots.step_id or ""
        held = self._snapshots.steps.get(key)
        done = key in self._snapshots.closed_steps
        return None if held is None or done else self._live("RunStep", held.snapshot())

    def _prepare(self) -> Snapshots:
        """Get ready for a stream.

        Raises:
            UsageError: the handler has had one before.
        """
        if "_snapshots" in self.__dict__:
            raise UsageError("a handler is for one stream: create another one")
        self._snapshots = Snapshots()
        self._wanted = frozenset(each for each in CALLBACKS if self._overrides(each))
        return self._snapshots

    def _overrides(self, name: str) -> bool:
        """Return whether a callback is overridden."""
        if name in self.__dict__:
            return True
        base: Any = AsyncCallbacks if isinstance(self, AsyncCallbacks) else Callbacks
        return getattr(type(self), name) is not getattr(base, name)

    def _override(self, callbacks: Mapping[str, Callable[..., Any]]) -> None:
        """Override callbacks with functions.

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

    def _open(self) -> Any:
        """Return the stream.

        Raises:
            UsageError: it hasn't begun.
        """
        if self._stream is None:
            raise UsageError("the stream has not begun: use the manager in `with`")
        return self._stream

    def _dispatcher(self) -> Dispatcher:
        return Dispatcher(self._snapshots, self._stream.live, self._wanted)

    def _live(self, kind: str, data: Any) -> Any:
        return self._open().live(kind, data)

    def _refuse_to_wait(self) -> None:
        """Raise an error if the run waits for something other than functions.

        Raises:
            RunRequiresAction: it does; one of its subclasses.
        """
        if self._snapshots.requires_action:
            error = run_error(self.current_run)
            if type(error) is not RunRequiresAction:
                raise error

    def _final_run(self) -> RunT:
        run = self.current_run
        if run is None:
            raise UsageError("the stream had no event of a run")
        return run

    def _final_messages(self) -> list[MessageT]:
        return self._final("Message", self._snapshots.messages, "messages")

    def _final_steps(self) -> list[StepT]:
        return self._final("RunStep", self._snapshots.steps, "steps")

    def _final(
        self, kind: str, held: Mapping[str, Accumulated], what: str
    ) -> list[Any]:
        if not held:
            raise UsageError(f"the stream had no event of {what}")
        return [self._live(kind, each.snapshot()) for each in held.values()]

    def _pieces(self) -> list[str]:
        """Return the texts of the last event, if it is a delta of a message."""
        parsed = self._stream.last
        if parsed is None or parsed.name != "thread.message.delta":
            return []
        found = []
        for part in _list(_get(_get(parsed.data, "delta"), "content")):
            value = _get(_get(part, "text"), "value")
            if isinstance(value, str) and value:
                found.append(value)
        return found


def _get(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def _list(data: Any) -> Iterable[Any]:
    return data if isinstance(data, list) else ()


def timed_out(error: Exception) -> bool:
    """Return whether an error means that nothing came for too long."""
    if isinstance(error, StreamInterrupted):
        return error.timed_out
    return isinstance(error, APITimeoutError | TimeoutError)
