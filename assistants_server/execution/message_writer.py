"""A message that is being written: pieces in, stored before anybody sees them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from ..contract import objects
from ..contract.objects import end_message

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..store import Store

JSON = dict[str, Any]


class DivergedError(Exception):
    """The engine says something else than before the server was killed."""


class MessageWriter:
    """Write one message.

    After a restart the engine begins its turn anew. As long as it says what it said
    before, the message that was broken off goes on, and nothing is there twice.

    Attributes:
        written: the parts that are written, or were and came again.
    """

    def __init__(
        self,
        store: Store,
        message: JSON,
        emit: Callable[[str, JSON], None],
        *,
        resumed: bool = False,
    ) -> None:
        """Begin to write.

        Args:
            store: has the message already.
            message: the message, without content.
            emit: called with the name and data of each event.
            resumed: whether an earlier server began to write it.
        """
        self.written: list[JSON] = []
        self._store = store
        self._id: str = message["id"]
        self._thread: str = message["thread_id"]
        self._emit = emit
        self._expected = deque(store.deltas.of(self._id) if resumed else ())
        self._index = -1
        self._kind = ""
        self._length = 0
        self._annotations = 0

    @property
    def length(self) -> int:
        """Return how many characters its last part has, if it is text."""
        return self._length if self._kind == "text" else 0

    @property
    def annotations(self) -> int | None:
        """Return how many annotations its last part has; None if it isn't text."""
        return self._annotations if self._kind == "text" else None

    def add(self, kind: str, delta: Any) -> None:
        """Add a piece: to the last part if that is of the same kind.

        Raises:
            DivergedError: it isn't what came here before; nothing was added.
        """
        opens = kind == "image_file" or kind != self._kind
        part = {"index": self._index + opens, "type": kind, kind: delta}
        if self._expected and self._expected[0] != part:
            raise DivergedError
        if self._expected:
            self._expected.popleft()
        else:
            self._store.deltas.add(self._id, part)
            data = {
                "id": self._id,
                "object": "thread.message.delta",
                "delta": {"content": [part]},
            }
            self._emit("thread.message.delta", data)
        if opens:
            self._index += 1
            self._kind, self._length, self._annotations = kind, 0, 0
        if kind == "text":
            self._length += len(delta["value"])
            self._annotations += len(delta.get("annotations", ()))
        self.written.append(part)

    def complete(self) -> None:
        """End the message.

        Raises:
            DivergedError: there was more of it before; nothing was changed.
        """
        if self._expected:
            raise DivergedError
        self._store.lock(self._id)
        stored = self._store.get("message", self._id, thread=self._thread)
        # A client may have deleted it meanwhile.
        if stored:
            objects.extend(stored, self._store.deltas.of(self._id))
            end_message(stored, None)
            self._store.put(stored)
            self._store.deltas.delete(self._id)
            self._emit("thread.message.completed", stored)
