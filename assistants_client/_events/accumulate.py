"""Objects that grow by pieces, as they are while they are written."""

from __future__ import annotations

from typing import Any, Final

GROWING: Final = frozenset({"value", "refusal", "arguments", "input", "logs"})
"""Texts that come in pieces; any other value is whole whenever it comes."""
# Many small pieces would take much more room than what they add up to.
_MOST_PIECES = 512
# Nothing that grows is as deep; what is deeper was made to exhaust the stack.
DEEPEST: Final = 16


class Grown:
    """An object to which pieces are added.

    Pieces of a list belong together by their index, in whatever order they come.
    """

    __slots__ = ("_node",)

    def __init__(self, begun: dict[str, Any]) -> None:
        """Begin with an object as it came; it stays as it is."""
        self._node = _Node(begun)

    def add(self, delta: dict[str, Any]) -> None:
        """Add what is new."""
        _add(self._node, delta, 0)

    def now(self) -> dict[str, Any]:
        """Give the object as it is now, as JSON data."""
        found: dict[str, Any] = _plain(self._node)
        return found

    def known(self) -> dict[str, Any]:
        """Give the object as it is now, with the lists that grow as dicts by index."""
        found: dict[str, Any] = _plain(self._node, gaps=True)
        return found

    def part(self, *path: str | int) -> Any:
        """Give a part of the object as it is now.

        Args:
            path: names of properties, and indexes of items; none is given where it
                leads nowhere.
        """
        return _plain(self._at(path))

    def indexes(self, *path: str | int) -> list[int]:
        """Give the indexes that a list of the object has, in order."""
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
    """An object that nobody else holds, so that it may be changed."""

    __slots__ = ()


class _Text:
    """A text that grows."""

    __slots__ = ("_pieces", "_whole")

    def __init__(self, begun: str) -> None:
        self._whole: list[str] = []
        self._pieces = [begun]

    def add(self, piece: str) -> None:
        """Add what is new."""
        self._pieces.append(piece)
        if len(self._pieces) >= _MOST_PIECES:
            self._whole.append("".join(self._pieces))
            self._pieces.clear()

    def now(self) -> str:
        """Give the text as it is now."""
        found = "".join([*self._whole, *self._pieces])
        self._whole, self._pieces = [found], []
        return found


class _Indexed:
    """The items of a list that grows, by their indexes."""

    __slots__ = ("items",)

    def __init__(self, begun: list[Any]) -> None:
        self.items: dict[int, Any] = {
            index_of(item, position): item for position, item in enumerate(begun)
        }

    def add(self, piece: Any, position: int, depth: int) -> None:
        """Add what is new in an item."""
        index = index_of(piece, position)
        if type(piece) is not dict:
            self.items[index] = piece
            return
        held = self.items.get(index)
        if type(held) is not _Node:
            held = self.items[index] = _Node(held if isinstance(held, dict) else {})
        _add(held, piece, depth)
        # It says where the item belongs, and is no part of it.
        held.pop("index", None)


def index_of(piece: Any, position: int) -> int:
    """Give the index of a piece of a list: its own, or else where it stands."""
    index = piece.get("index") if type(piece) is dict else None
    return index if type(index) is int else position


def _add(node: _Node, delta: dict[str, Any], depth: int) -> None:
    for name, value in delta.items():
        kind = type(value)
        if kind is str and name in GROWING:
            held = node.get(name)
            if type(held) is _Text:
                held.add(value)
            else:
                node[name] = _Text(held + value if isinstance(held, str) else value)
        elif kind is list and depth < DEEPEST:
            held = node.get(name)
            if type(held) is not _Indexed:
                begun = held if isinstance(held, list) else []
                held = node[name] = _Indexed(begun)
            for position, piece in enumerate(value):
                held.add(piece, position, depth + 1)
        elif kind is dict and depth < DEEPEST:
            held = node.get(name)
            if type(held) is not _Node:
                held = node[name] = _Node(held if isinstance(held, dict) else {})
            _add(held, value, depth + 1)
        elif value is not None or name not in node:
            # Some servers give null for what a piece says nothing of.
            node[name] = value


def _plain(node: Any, *, gaps: bool = False) -> Any:
    kind = type(node)
    if kind is _Text:
        return node.now()
    if kind is _Node:
        return {name: _plain(value, gaps=gaps) for name, value in node.items()}
    if kind is _Indexed:
        found = {i: _plain(node.items[i], gaps=gaps) for i in sorted(node.items)}
        return found if gaps else [*found.values()]
    return node
