"""The calls of one turn of chat completions, put together from their pieces.

Pieces of a call share an index, but servers differ: some leave out ids, or indexes, or
use one index for all calls and tell them apart by their ids; some repeat the name.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..engines.turn_events import ToolCallDelta

if TYPE_CHECKING:
    from collections.abc import Collection

    from ..engines.interface import Turn


@dataclass
class _Call:
    given: str
    id: str
    index: int | None
    name: str = ""
    arguments: str = ""
    begun: bool = False


class Calls:
    """Collect the pieces of calls, and pass them on as soon as they can be."""

    def __init__(self, taken: Collection[str] = ()) -> None:
        """Begin a turn.

        Args:
            taken: the ids of earlier calls of the run; some servers use them again.
        """
        self._calls: list[_Call] = []
        self._taken = taken

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(
        self, index: Any, id: str, name: str, arguments: Any
    ) -> list[ToolCallDelta]:
        """Add what a chunk says of a call.

        Args:
            index: the index that it names, if any.
            id: its id; "" where it names none.
            name: the name of the function, or a piece of it; "" for none.
            arguments: a piece of the arguments, or all of them as an object.
        """
        index = index if isinstance(index, int) else None
        if isinstance(arguments, dict | list):
            arguments = json.dumps(arguments, ensure_ascii=False)
        elif not isinstance(arguments, str):
            arguments = ""
        call = self._continued(index, id, name)
        made: list[ToolCallDelta] = []
        if call is None:
            made += self.close()
            own = id if id and id not in self._taken else new_id()
            call = _Call(id, own, index)
            self._calls.append(call)
        if not call.begun and name != call.name:
            call.name += name
        if arguments:
            made.append(_piece(call, arguments))
        return made

    def close(self) -> list[ToolCallDelta]:
        """Pass on what is left of the last call, which is complete now."""
        if not self._calls:
            return []
        call = self._calls[-1]
        return [] if call.arguments else [_piece(call, "{}")]

    def are_whole(self) -> bool:
        """Return whether the arguments of the last call are complete."""
        return not self._calls or _is_json(self._calls[-1].arguments or "{}")

    def _continued(self, index: int | None, id: str, name: str) -> _Call | None:
        """Return the call that a piece belongs to; None if it begins another one."""
        same_index = [each for each in self._calls if each.index == index]
        if id:
            return next((each for each in self._calls if each.given == id), None)
        last = (same_index if index is not None else self._calls)[-1:]
        if not last:
            return None
        (call,) = last
        if name and call.begun and (name != call.name or _is_json(call.arguments)):
            # A call in one piece, after another one: neither has an id.
            return None
        return call


def _piece(call: _Call, arguments: str) -> ToolCallDelta:
    name = "" if call.begun else call.name
    call.begun = True
    call.arguments += arguments
    return ToolCallDelta(call.id, name, arguments)


def taken_ids(turn: Turn) -> frozenset[str]:
    """Return the ids of the calls of earlier turns of the run."""
    return frozenset(call.id for past in turn.past for call in past.calls)


def new_id() -> str:
    """Return an id for a call that has none of its own."""
    return f"call_{secrets.token_hex(12)}"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
