"""Which callbacks are due for an event, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .. import _api
from ..streaming.callbacks import Callbacks
from .accumulate import index_of
from .snapshots import LAST

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from .accumulate import Grown
    from .parse import Told
    from .snapshots import Snapshots

Due: TypeAlias = "tuple[str, Callable[[], tuple[Any, ...]]]"
"""The name of a callback, and what makes its arguments, at once or never."""
ENDINGS: Final = ("on_end", "on_exception", "on_timeout")
"""What the end of a stream calls for."""
CALLBACKS: Final = tuple(
    name for name in vars(Callbacks) if name.startswith("on_") and name not in ENDINGS
)
"""What an event can call for, in no order."""
_MESSAGE, _STEP = "thread.message.", "thread.run.step."
_CALLS = ("step_details", "tool_calls")
# Made only of what somebody is told.
_OF_MESSAGES = frozenset(name for name in CALLBACKS if "_text" in name) | {
    *("on_message", "on_message_created", "on_message_delta", "on_message_done"),
    "on_image_file_done",
}
_OF_STEPS = frozenset(CALLBACKS) - _OF_MESSAGES - {"on_event"}


class Announcer:
    """Tells, event by event, which callbacks are due.

    Each text, message, call and step is begun once and done once, however often and in
    which way the server tells of it.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        alive: Callable[[str, Any], Any],
        wanted: Collection[str],
    ) -> None:
        """Begin.

        Args:
            snapshots: what the events add up to; they have taken each event before it
                is announced.
            alive: makes an object of its JSON data.
            wanted: the callbacks that somebody cares for; for others nothing is made.
        """
        self._snapshots = snapshots
        self._alive = alive
        self._event = "on_event" in wanted
        self._messages = not _OF_MESSAGES.isdisjoint(wanted)
        self._steps = not _OF_STEPS.isdisjoint(wanted)
        self._of_messages: dict[str, _Progress] = {}
        self._of_steps: dict[str, _Progress] = {}
        # Steps that were told of since their calls were looked at last.
        self._touched: dict[str, None] = {}

    def due(self, event: Any, what: Told) -> Iterator[Due]:
        """Give the callbacks that are due for an event.

        Args:
            event: the event, typed.
            what: what it tells.
        """
        if self._event:
            yield "on_event", lambda: (event,)
        name = what.name
        if type(what.data) is not dict:
            return
        if name.startswith(_MESSAGE):
            if self._messages:
                yield from self._of_message(name, event.data, what.data)
        elif name.startswith(_STEP):
            if self._steps:
                yield from self._of_step(name, event.data, what.data)
        elif self._steps and (self._snapshots.ended or self._snapshots.waits):
            touched, self._touched = self._touched, {}
            for key in touched:
                yield from self._calls_done(self._of_steps[key], key)

    def finish(self) -> Iterator[Due]:
        """Give what is due at the end, for what the server left open."""
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
        grown = self._snapshots.messages[key]
        progress = self._of_messages.get(key)
        if progress is None:
            progress = self._of_messages[key] = _Progress()
            yield "on_message_created", self._grown("Message", grown)
        if name.endswith(".delta"):
            yield from self._message_delta(progress, model, data, grown)
            return
        yield "on_message", self._grown("Message", grown)
        if name.rpartition(".")[2] in LAST and not progress.finished:
            yield from self._message_done(progress, grown)

    def _message_delta(
        self, progress: _Progress, model: Any, data: dict[str, Any], grown: Grown
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
                    yield from self._part_done(progress, grown, earlier)
                progress.begin(index)
            yield from self._part_created(progress, grown, index)
            text = getattr(piece, "text", None)
            if text:
                yield "on_text_delta", self._text_delta(text, grown, index)
        if delta:
            yield "on_message_delta", self._growth("Message", delta, grown)

    def _grown(self, kind: str, grown: Grown) -> Callable[[], tuple[Any, ...]]:
        return lambda: (self._alive(kind, grown.now()),)

    def _growth(
        self, kind: str, delta: Any, grown: Grown
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (delta, self._alive(kind, grown.now()))

    def _part(self, grown: Grown, index: int) -> Any:
        return _api.read_message_content(grown.part("content", index))

    def _text_delta(
        self, piece: Any, grown: Grown, index: int
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (piece, self._part(grown, index).text)

    def _part_created(
        self, progress: _Progress, grown: Grown, index: int
    ) -> Iterator[Due]:
        """Tell of a text as soon as there is one, which may be later than its part."""
        if index not in progress.told:
            text = getattr(self._part(grown, index), "text", None)
            if text:
                progress.told.add(index)
                yield "on_text_created", lambda: (text,)

    def _part_done(
        self, progress: _Progress, grown: Grown, index: int
    ) -> Iterator[Due]:
        if not progress.end(index):
            return
        yield from self._part_created(progress, grown, index)
        part = self._part(grown, index)
        text, image = getattr(part, "text", None), getattr(part, "image_file", None)
        if text:
            yield "on_text_done", lambda: (text,)
        elif image:
            yield "on_image_file_done", lambda: (image,)

    def _message_done(self, progress: _Progress, grown: Grown) -> Iterator[Due]:
        progress.finished = True
        for index in grown.indexes("content"):
            progress.begin(index)
            yield from self._part_done(progress, grown, index)
        yield "on_message_done", self._grown("Message", grown)

    def _of_step(self, name: str, model: Any, data: dict[str, Any]) -> Iterator[Due]:
        key = self._snapshots.step_id
        if key is None:
            return
        grown = self._snapshots.steps[key]
        self._touched[key] = None
        progress = self._of_steps.get(key)
        if progress is None:
            progress = self._of_steps[key] = _Progress()
            yield "on_run_step_created", self._grown("RunStep", grown)
        if name.endswith(".delta"):
            yield from self._step_delta(progress, model, data, grown)
            return
        yield "on_run_step", self._grown("RunStep", grown)
        if name.rpartition(".")[2] in LAST and not progress.finished:
            yield from self._step_done(progress, key)

    def _step_delta(
        self, progress: _Progress, model: Any, data: dict[str, Any], grown: Grown
    ) -> Iterator[Due]:
        delta = getattr(model, "delta", None)
        calls = getattr(getattr(delta, "step_details", None), "tool_calls", None)
        pieces = calls if isinstance(calls, list) else []
        given = data["delta"]["step_details"]["tool_calls"] if pieces else []
        for position, piece in enumerate(pieces):
            index = index_of(given[position], position)
            if index not in progress.begun:
                for earlier in progress.all_open():
                    progress.end(earlier)
                    yield "on_tool_call_done", self._one_call(grown, earlier)
                progress.begin(index)
                yield "on_tool_call_created", self._one_call(grown, index)
            yield "on_tool_call_delta", self._call_delta(piece, grown, index)
        if delta:
            yield "on_run_step_delta", self._growth("RunStep", delta, grown)

    def _call(self, grown: Grown, index: int) -> Any:
        return _api.read_run_step_tool_call(grown.part(*_CALLS, index))

    def _one_call(self, grown: Grown, index: int) -> Callable[[], tuple[Any, ...]]:
        return lambda: (self._call(grown, index),)

    def _call_delta(
        self, piece: Any, grown: Grown, index: int
    ) -> Callable[[], tuple[Any, ...]]:
        return lambda: (piece, self._call(grown, index))

    def _calls_done(self, progress: _Progress, key: str) -> Iterator[Due]:
        grown = self._snapshots.steps[key]
        for index in grown.indexes(*_CALLS):
            if index not in progress.begun:
                progress.begin(index)
                yield "on_tool_call_created", self._one_call(grown, index)
            if progress.end(index):
                yield "on_tool_call_done", self._one_call(grown, index)

    def _step_done(self, progress: _Progress, key: str) -> Iterator[Due]:
        progress.finished = True
        yield from self._calls_done(progress, key)
        yield "on_run_step_done", self._grown("RunStep", self._snapshots.steps[key])


class _Progress:
    """How far a message or a step has been told of.

    Attributes:
        begun: the indexes of the parts that have begun.
        told: the indexes of those whose text was told of.
        finished: whether nothing more comes.
    """

    __slots__ = ("_open", "begun", "finished", "told")

    def __init__(self) -> None:
        self.begun: set[int] = set()
        self.told: set[int] = set()
        self.finished = False
        self._open: set[int] = set()

    def begin(self, index: int) -> None:
        """Begin a part; a second time does nothing."""
        if index not in self.begun:
            self.begun.add(index)
            self._open.add(index)

    def all_open(self) -> list[int]:
        """Give the parts that have begun and not ended, in order."""
        return sorted(self._open)

    def end(self, index: int) -> bool:
        """End a part; tell whether it was open."""
        was_open = index in self._open
        self._open.discard(index)
        return was_open
