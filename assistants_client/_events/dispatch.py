"""Dispatch events: which callbacks are due, in which order, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .. import _api
from .accumulate import index_of
from .snapshots import LAST

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .accumulate import Accumulated
    from .parse import ParsedEvent
    from .snapshots import Snapshots

Due: TypeAlias = "tuple[str, Callable[[], tuple[Any, ...]]]"
"""The name of a callback, and what makes its arguments, at once or never."""
ENDINGS: Final = ("on_end", "on_exception", "on_timeout")
"""The callbacks of the end of a stream."""
_OF_MESSAGES: Final = (
    *("on_message", "on_message_created", "on_message_delta", "on_message_done"),
    *("on_text_created", "on_text_delta", "on_text_done", "on_image_file_done"),
)
_OF_STEPS: Final = (
    *("on_run_step", "on_run_step_created", "on_run_step_delta", "on_run_step_done"),
    *("on_tool_call_created", "on_tool_call_delta", "on_tool_call_done"),
)
CALLBACKS: Final = ("on_event", *_OF_MESSAGES, *_OF_STEPS)
"""The callbacks that events can call for."""
_MESSAGE, _STEP = "thread.message.", "thread.run.step."
_CALLS = ("step_details", "tool_calls")


class Dispatcher:
    """Decides, event by event, which callbacks are due.

    Each text, message, tool call and step is created once and done once, however often
    and in whatever way the server repeats it.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        live: Callable[[str, Any], Any],
        wanted: Collection[str],
        submitted: Collection[str] = (),
    ) -> None:
        """Start before the first event.

        Args:
            snapshots: where the events are accumulated, each of them before it is
                dispatched.
            live: makes a live object of its class and JSON data.
            wanted: the callbacks that are overridden; nothing is made for others.
            submitted: the ids of the calls whose outputs the stream began with. Who has
                these was told of the calls, and may perform them where they are done.
        """
        self._submitted = submitted
        self._snapshots = snapshots
        self._live = live
        self._event = "on_event" in wanted
        self._messages = any(name in wanted for name in _OF_MESSAGES)
        self._steps = any(name in wanted for name in _OF_STEPS)
        self._of_messages: dict[str, _Progress] = {}
        self._of_steps: dict[str, _Progress] = {}
        # Steps with events since their tool calls were checked.
        self._touched: dict[str, None] = {}

    def due(self, event: Any, parsed: ParsedEvent) -> Iterator[Due]:
        """Return the callbacks that are due for an event.

        Args:
            event: the typed event.
            parsed: its name and data.
        """
        if self._event:
            yield "on_event", lambda: (event,)
        name = parsed.name
        if type(parsed.data) is not dict:
            return
        if name.startswith(_MESSAGE):
            if self._messages:
                yield from self._of_message(name, event.data, parsed.data)
        elif name.startswith(_STEP):
            if self._steps:
                yield from self._of_step(name, event.data, parsed.data)
        elif self._steps and (self._snapshots.ended or self._snapshots.requires_action):
            touched, self._touched = self._touched, {}
            for key in touched:
                yield from self._calls_done(self._of_steps[key], key)

    def finish(self) -> Iterator[Due]:
        """Return the callbacks for what the server left open, at the end."""
        if self._messages:
            for key, message in self._snapshots.messages.items():
                written = self._of_messages.setdefault(key, _Progress())
                if not written.finished:
                    yield from self._message_done(written, message)
        if self._steps and self._snapshots.ended:
            for key in self._snapshots.steps:
                done = self._of_steps.setdefault(key, _Progress())
                if not done.finished:
                    yield from self._step_done(done, key)

    def _of_message(self, name: str, model: Any, data: dict[str, Any]) -> Iterator[Due]:
        key = self._snapshots.message_id
        if key is None:
            return
        held = self._snapshots.messages[key]
        progress = self._of_messages.get(key)
        if progress is None:
            progress = self._of_messages[key] = _Progress()
            yield "on_message_created", self._whole("Message", held)
        if name.endswith(".delta"):
            yield from self._message_delta(progress, model, data, held)
            return
        yield "on_message", self._whole("Message", held)
        if name.rpartition(".")[2] in LAST and not progress.finished:
            yield from self._message_done(progress, held)

    def _message_delta(
        self, progress: _Progress, model: Any, data: dict[str, Any], held: Accumulated
    ) -> Iterator[Due]:
        delta = getattr(model, "delta", None)
        content = getattr(delta, "content", None)
        pieces = content if isinstance(content, list) else []
        given = data["delta"].get("content") if pieces else []
        for position, piece in enumerate(pieces):
            index = index_of(given[position], position)
            if index not in progress.begun:
                # A part ends where the next one begins.
                for earlier in progress.all_open():
                    yield from self._part_done(progress, held, earlier)
                progress.begin(index)
            yield from self._part_created(progress, held, index)
            text = _object(piece, "text")
            if text:
                yield "on_text_delta", self._text_delta(text, held, index)
        if delta:
            yield "on_message_delta", self._delta("Message", delta, held)

    def _whole(self, kind: str, held: Accumulated) -> Callable[[], tuple[Any, ...]]:
        return lambda: (self._live(kind, held.snapshot()),)

    def _delta(
        self, kind: str, delta: Any, held: Accumulated
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (delta, self._live(kind, held.snapshot()))

    def _part(self, held: Accumulated, index: int) -> Any:
        return _api.read_message_content(held.part("content", index))

    def _text_delta(
        self, piece: Any, held: Accumulated, index: int
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (piece, self._part(held, index).text)

    def _part_created(
        self, progress: _Progress, held: Accumulated, index: int
    ) -> Iterator[Due]:
        """Announce a text as soon as there is one, which may be after its part."""
        if index not in progress.announced:
            text = _object(self._part(held, index), "text")
            if text:
                progress.announced.add(index)
                yield "on_text_created", lambda: (text,)

    def _part_done(
        self, progress: _Progress, held: Accumulated, index: int
    ) -> Iterator[Due]:
        if not progress.end(index):
            return
        yield from self._part_created(progress, held, index)
        part = self._part(held, index)
        text, image = _object(part, "text"), _object(part, "image_file")
        if text:
            yield "on_text_done", lambda: (text,)
        elif image:
            yield "on_image_file_done", lambda: (image,)

    def _message_done(self, progress: _Progress, held: Accumulated) -> Iterator[Due]:
        progress.finished = True
        for index in held.indexes("content"):
            progress.begin(index)
            yield from self._part_done(progress, held, index)
        yield "on_message_done", self._whole("Message", held)

    def _of_step(self, name: str, model: Any, data: dict[str, Any]) -> Iterator[Due]:
        key = self._snapshots.step_id
        if key is None:
            return
        held = self._snapshots.steps[key]
        self._touched[key] = None
        progress = self._of_steps.get(key)
        if progress is None:
            progress = self._of_steps[key] = _Progress()
            indexes = held.indexes(*_CALLS) if self._submitted else ()
            if not any(self._is_submitted(held, index) for index in indexes):
                yield "on_run_step_created", self._whole("RunStep", held)
        if name.endswith(".delta"):
            yield from self._step_delta(progress, model, data, held)
            return
        yield "on_run_step", self._whole("RunStep", held)
        if name.rpartition(".")[2] in LAST and not progress.finished:
            yield from self._step_done(progress, key)

    def _step_delta(
        self, progress: _Progress, model: Any, data: dict[str, Any], held: Accumulated
    ) -> Iterator[Due]:
        delta = getattr(model, "delta", None)
        calls = getattr(getattr(delta, "step_details", None), "tool_calls", None)
        pieces = calls if isinstance(calls, list) else []
        given = data["delta"]["step_details"]["tool_calls"] if pieces else []
        for position, piece in enumerate(pieces):
            index = index_of(given[position], position)
            if not isinstance(piece, _api.Dumped) or self._is_submitted(held, index):
                continue
            if index not in progress.begun:
                for earlier in progress.all_open():
                    progress.end(earlier)
                    yield "on_tool_call_done", self._one_call(held, earlier)
                progress.begin(index)
                yield "on_tool_call_created", self._one_call(held, index)
            yield "on_tool_call_delta", self._call_delta(piece, held, index)
        if delta:
            yield "on_run_step_delta", self._delta("RunStep", delta, held)

    def _call(self, held: Accumulated, index: int) -> Any:
        return _api.read_run_step_tool_call(held.part(*_CALLS, index))

    def _one_call(self, held: Accumulated, index: int) -> Callable[[], tuple[Any, ...]]:
        return lambda: (self._call(held, index),)

    def _call_delta(
        self, piece: Any, held: Accumulated, index: int
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (piece, self._call(held, index))

    def _calls_done(self, progress: _Progress, key: str) -> Iterator[Due]:
        held = self._snapshots.steps[key]
        for index in held.indexes(*_CALLS):
            if not isinstance(held.part(*_CALLS, index), dict):
                continue
            if self._is_submitted(held, index):
                continue
            if index not in progress.begun:
                progress.begin(index)
                yield "on_tool_call_created", self._one_call(held, index)
            if progress.end(index):
                yield "on_tool_call_done", self._one_call(held, index)

    def _is_submitted(self, held: Accumulated, index: int) -> bool:
        call = held.part(*_CALLS, index) if self._submitted else None
        return isinstance(call, dict) and call.get("id") in self._submitted

    def _step_done(self, progress: _Progress, key: str) -> Iterator[Due]:
        progress.finished = True
        yield from self._calls_done(progress, key)
        yield "on_run_step_done", self._whole("RunStep", self._snapshots.steps[key])


def _object(holder: Any, name: str) -> Any:
    """Return an object that another one holds; None where it is none.

    Callbacks take what they are given for one.
    """
    found = getattr(holder, name, None)
    return found if isinstance(found, _api.Dumped) else None


class _Progress:
    """How far a message or a step has been dispatched.

    Attributes:
        begun: the indexes of the parts that have begun.
        announced: the indexes of the parts whose text was announced.
        finished: whether its last callback is done.
    """

    __slots__ = ("_open", "announced", "begun", "finished")

    def __init__(self) -> None:
        self.begun: set[int] = set()
        self.announced: set[int] = set()
        self.finished = False
        self._open: set[int] = set()

    def begin(self, index: int) -> None:
        """Begin a part; do nothing if it has begun."""
        if index not in self.begun:
            self.begun.add(index)
            self._open.add(index)

    def all_open(self) -> list[int]:
        """Return the parts that have begun and not ended, in order."""
        return sorted(self._open)

    def end(self, index: int) -> bool:
        """End a part; return whether it was open."""
        was_open = index in self._open
        self._open.discard(index)
        return was_open
