"""What becomes of a handler's stream.

Nothing of it is an attribute of the handler, whose names belong to whoever subclasses.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from .._errors import APITimeoutError, StreamInterrupted, UsageError
from .._events.deltas import texts_in
from .._events.dispatch import Dispatcher
from .._events.snapshots import Snapshots
from .._run_errors import RunRequiresAction, run_error
from .._text import ends_with_half, shortened, whole, word
from .registration import check, overridden, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._api import KnownAssistantStreamEvent
    from .._events.accumulate import Accumulated
    from .stream import AsyncStream, Stream

StreamT = TypeVar("StreamT", "Stream", "AsyncStream")
# A name that no attribute can have by accident.
_KEY: Final = "stream of assistants_client"


class Session(Generic[StreamT]):
    """A stream, and the handler that it is for.

    Attributes:
        event: the last event; None before the first one.
        stream: the stream; None until it has begun.
    """

    def __init__(self, handler: Any) -> None:
        """Take a handler, whose callbacks can be called."""
        self.event: KnownAssistantStreamEvent | None = None
        self.stream: StreamT | None = None
        # Of a character, where the other half is in the next text.
        self._half = ""
        # Whether callbacks are being called for an event of a step.
        self._is_of_step = False
        self._handler = handler
        self._snapshots = Snapshots()
        self._wanted = frozenset(name for name, _ in overridden(handler))
        # How many arguments each callback takes, as it was when it was called last.
        self._places: dict[str, tuple[Any, int]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        # A copied or pickled handler has no stream.
        return type(None), ()

    @property
    def run(self) -> Any:
        """Return the run of the last event of the run; None before it."""
        return self._live("Run", self._snapshots.run)

    @property
    def message(self) -> Any:
        """Return the message of the last event of a message, as far as it is known."""
        held = self._snapshots.messages.get(self._snapshots.message_id or "")
        return None if held is None else self._live("Message", held.snapshot())

    @property
    def step(self) -> Any:
        """Return the step that is going on, as far as it is known.

        Callbacks for the event that ends it still find it.
        """
        key = self._snapshots.step_id or ""
        held = self._snapshots.steps.get(key)
        done = key in self._snapshots.closed_steps and not self._is_of_step
        return None if held is None or done else self._live("RunStep", held.snapshot())

    @property
    def data(self) -> dict[str, Any]:
        """Return all that has accumulated, as JSON data of its own."""
        return self._snapshots.data()

    def last_run(self) -> Any:
        """Return the run.

        Raises:
            UsageError: the stream had no event of it.
        """
        found = self.run
        if found is None:
            raise UsageError("the stream had no event of a run")
        return found

    def messages(self) -> list[Any]:
        """Return the messages that were written; `last_run` has the errors."""
        return self._all("Message", self._snapshots.messages, "messages")

    def steps(self) -> list[Any]:
        """Return the steps of the run; `last_run` has the errors."""
        return self._all("RunStep", self._snapshots.steps, "steps")

    def refuse_to_wait(self) -> None:
        """Raise an error if the run waits for something other than functions.

        Raises:
            RunRequiresAction: it does; one of its subclasses.
        """
        if self._snapshots.requires_action:
            error = run_error(self.run, self._open().redact)
            if type(error) is not RunRequiresAction:
                raise error

    def _open(self) -> StreamT:
        if self.stream is None:
            raise UsageError("the stream has not begun: use the manager in `with`")
        return self.stream

    def _live(self, kind: str, data: Any) -> Any:
        return None if data is None else self._open().live(kind, data)

    def _all(self, kind: str, held: Mapping[str, Accumulated], what: str) -> list[Any]:
        if not held:
            raise UsageError(f"the stream had no event of {what}{self._why()}")
        return [self._live(kind, each.snapshot()) for each in held.values()]

    def _why(self) -> str:
        """Return why something is missing, as far as the run says so."""
        run = self._snapshots.run
        if run is None:
            return ""
        error = run.get("last_error")
        message = error.get("message") if isinstance(error, dict) else None
        said = f": {message}" if isinstance(message, str) else ""
        why = f"its run was {word(self._snapshots.status)}{said}"
        return f"; {shortened(self._open().redact(why))}"

    def _dispatcher(self) -> Dispatcher:
        stream = self._open()
        return Dispatcher(self._snapshots, stream.live, self._wanted, stream.submitted)

    def _call(self, name: str, *arguments: Any) -> Any:
        """Call a callback with as many arguments as it takes."""
        if name not in self._wanted:
            return None
        function: Any = getattr(self._handler, name)
        own = getattr(function, "__func__", function)
        known, count = self._places.get(name, (None, 0))
        if known is not own:
            check(self._handler, name, function)
            count = places(function, name)
            self._places[name] = own, count
        return function(*arguments[:count])

    def _pieces(self) -> list[str]:
        """Return the texts of the last event, if it is a delta of a message.

        Half of a character waits for the other one.
        """
        found = texts_in(self._open().last)
        if found and (self._half or ends_with_half(found[-1])):
            text = whole(self._half + "".join(found))
            self._half = text[-1] if ends_with_half(text) else ""
            text = text.removesuffix(self._half)
            return [text] if text else []
        return found

    def _rest(self) -> list[str]:
        """Return half of a character, if no other one came for it."""
        half, self._half = self._half, ""
        return [half] if half else []


@contextmanager
def attached(session: Session[Any], handler: Any) -> Iterator[None]:
    """Attach a session to its handler, unless what follows fails.

    Raises:
        UsageError: the handler has had a stream.
    """
    held = _attributes(handler)
    if held.get(_KEY) is not None:
        raise UsageError("a handler is for one stream: create another one")
    held[_KEY] = session
    try:
        yield
    except BaseException:
        del held[_KEY]
        raise


def session_of(handler: Any) -> Any:
    """Return the session of a handler.

    Raises:
        UsageError: its stream has not begun.
    """
    found = maybe_session_of(handler)
    if found is None:
        raise UsageError("the stream has not begun: use the manager in `with`")
    return found


def maybe_session_of(handler: Any) -> Any:
    """Return the session of a handler; None if its stream has not begun."""
    found = _attributes(handler).get(_KEY)
    return None if found is None or found.stream is None else found


def _attributes(handler: Any) -> dict[str, Any]:
    # Whatever the class of the handler makes of reading and setting attributes.
    found: dict[str, Any] = object.__getattribute__(handler, "__dict__")
    return found


def timed_out(error: Exception) -> bool:
    """Return whether an error means that nothing came for too long."""
    if isinstance(error, StreamInterrupted):
        return error.timed_out
    return isinstance(error, APITimeoutError | TimeoutError)
