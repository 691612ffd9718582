"""What handlers of both kinds know of their stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import APITimeoutError, ConfigurationError, StreamInterrupted
from .._events.dispatch import CALLBACKS, ENDINGS, Announcer
from .._events.snapshots import Snapshots
from .callbacks import AsyncCallbacks, Callbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._api import KnownAssistantStreamEvent


class Handler:
    """What both kinds of handler know of their stream."""

    # On the class, as subclasses may forget to call a constructor.
    _stream: Any = None
    _wanted: frozenset[str] = frozenset()
    _event: KnownAssistantStreamEvent | None = None
    _events: Any = None
    _texts: Any = None

    @property
    def current_event(self) -> KnownAssistantStreamEvent | None:
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
        key = self._snapshots.step_id or ""
        grown = self._snapshots.steps.get(key)
        if key in self._snapshots.closed_steps:
            return None
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


def timed_out(error: Exception) -> bool:
    """Tell whether an error means that nothing came for too long."""
    if isinstance(error, StreamInterrupted):
        return error.timed_out
    return isinstance(error, APITimeoutError | TimeoutError)
