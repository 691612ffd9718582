"""Accumulate deltas into the objects that they belong to."""

from __future__ import annotations

from typing import Any, Final

from .._text import begins_with_half, whole

APPENDED: Final = frozenset({"value", "refusal", "arguments", "input", "logs"})
"""Texts that deltas append to; they replace any other value."""
# A text in many small pieces would take much more memory than the text itself.
_MOST_PIECES = 512
# No object of the API is nested as deeply; deeper ones were made to exhaust the stack.
DEEPEST: Final = 16


class Accumulated:
    """An object that deltas are added to.

    The items of a list are matched by their index, in whatever order they come.
    """

    __slots__ = ("_node",)

    def __init__(self, data: dict[str, Any]) -> None:
        """Start with an object as it came, which is not changed."""
        self._node = _Node(data)

    def add(self, delta: dict[str, Any]) -> None:
        """Add a delta."""
        _add(self._node, delta, 0)

    def snapshot(self) -> dict[str, Any]:
        """Return the object so far, as JSON data."""
        return _plain_object(self._node)

    def by_index(self) -> dict[str, Any]:
        """Return the object so far, with accumulated lists as dicts by index."""
        return _plain_object(self._node, gaps=True)

    def part(self, *path: str | int) -> Any:
        """Return a part of the object so far.

        Args:
            path: names of properties, and indexes of items; the result is None where
                it leads nowhere.
        """
        return _plain(self._at(path))

    def indexes(self, *path: str | int) -> list[int]:
        """Return the indexes that a list of the object has, in order."""
        node = self._at(path)
        if isinstance(node, list):
            return [*range(len(node))]
        return sorted(node.items) if isinstance(node, _Indexed) else []

    def _at(self, path: tuple[str | int, ...]) -> Any:
        node: Any = self._node
        for step in path:
            if isinstance(node, list):
                if not isinstance(step, int) or not 0 <= step < len(node):
                    return None
                node = node[step]
                continue
            if isinstance(node, _Indexed):
                node = node.items
            node = node.get(step) if isinstance(node, dict) else None
        return node


class _Node(dict[str, Any]):
    """An object that is ours to change."""

    __slots__ = ()


class _Text:
    """A text that deltas append to."""

    __slots__ = ("_joined", "_pieces")

    def __init__(self, text: str) -> None:
        self._joined: list[str] = []
        self._pieces = [text]

    def add(self, piece: str) -> None:
        """Append a piece."""
        if begins_with_half(piece):
            # What it is the half of is in the piece before.
            piece = whole(self._pieces.pop() + piece)
        self._pieces.append(piece)
        if len(self._pieces) >= _MOST_PIECES:
            self._joined.append("".join(self._pieces[:-1]))
            del self._pieces[:-1]

    def snapshot(self) -> str:
        """Return the text so far."""
        found = "".join([*self._joined, *self._pieces])
        self._joined, self._pieces = [], [found]
        return found


class _Indexed:
    """The items of a list, by their indexes."""

    __slots__ = ("items",)

    def __init__(self, items: list[Any]) -> None:
        self.items: dict[int, Any] = {
            index_of(item, position): item for position, item in enumerate(items)
        }

    def add(self, delta: Any, position: int, depth: int) -> None:
        """Add the delta of an item."""
        if type(delta) is not dict:
            # What is no object says nothing of one that has begun.
            if not isinstance(self.items.get(position), dict):
                self.items[position] = delta
            return
        # As `index_of` does, which would be a call for each of thousands.
        index = delta.get("index")
        if type(index) is not int:
            index = position
        held = self.items.get(index)
        if type(held) is not _Node:
            held = self.items[index] = _Node(held if isinstance(held, dict) else {})
        _add(held, delta, depth)
        # The index says where the item belongs; it is no part of it.
        held.pop("index", None)


def index_of(item: Any, position: int) -> int:
    """Return the index that an item of a list names, else its position."""
    index = item.get("index") if type(item) is dict else None
    return index if type(index) is int else position


def _add(node: _Node, delta: dict[str, Any], depth: int) -> None:
    for name, value in delta.items():
        kind = type(value)
        if kind is str and name in APPENDED:
            held = node.get(name)
            if type(held) is _Text:
                held.add(value)
            else:
                node[name] = _Text(held + value if isinstance(held, str) else value)
        elif kind is list and depth < DEEPEST:
            held = node.get(name)
            if type(held) is not _Indexed:
                items = held if isinstance(held, list) else []
                held = node[name] = _Indexed(items)
            for position, item in enumerate(value):
                held.add(item, position, depth + 1)
        elif kind is dict and depth < DEEPEST:
            held = node.get(name)
            if type(held) is not _Node:
                held = node[name] = _Node(held if isinstance(held, dict) else {})
            _add(held, value, depth + 1)
        elif value is not None or name not in node:
            # Some servers send null for properties that a delta doesn't change.
            node[name] = value


def _plain_object(node: _Node, *, gaps: bool = False) -> dict[str, Any]:
    return {name: _plain(value, gaps=gaps) for name, value in node.items()}


def _plain(node: Any, *, gaps: bool = False) -> Any:
    kind = type(node)
    if kind is _Text:
        return node.snapshot()
    if kind is _Node:
        return _plain_object(node, gaps=gaps)
    if kind is _Indexed:
        found = {i: _plain(node.items[i], gaps=gaps) for i in sorted(node.items)}
        return found if gaps else [*found.values()]
    return node
