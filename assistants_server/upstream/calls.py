"""The calls of one turn of chat completions, put together from their pieces.

Pieces of a call share an index, but servers differ: some leave out ids, or indexes, or
use one index for all calls and tell them apart by their ids, or one id and tell them
apart by their indexes; some repeat the name, and some put more around it.
"""

from __future__ import annotations

import json
import re
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

    def __init__(
        self, taken: Collection[str] = (), names: Collection[str] = ()
    ) -> None:
        """Begin a turn.

        Args:
            taken: the ids of earlier calls of the run; some servers use them again.
            names: the functions that may be called.
        """
        self._calls: list[_Call] = []
        self._taken = taken
        self._names = names

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
        call = self._continued(index, id, name, arguments)
        made: list[ToolCallDelta] = []
        if call is None:
            # Calls come in the order in which they began, however their pieces do.
            made += [self._piece(each) for each in self._calls if not each.begun]
            taken = {*self._taken, *(each.id for each in self._calls)}
            own = id if id and id not in taken else new_id()
            call = _Call(id, own, index)
            self._calls.append(call)
        elif id and name and arguments == call.arguments:
            # The same call once more, whole.
            return []
        if not call.begun and name != call.name:
            call.name += name
        if arguments:
            made.append(self._piece(call, arguments))
        return made

    def close(self) -> list[ToolCallDelta]:
        """Pass on what is left of the calls, which are complete now."""
        bare = (each for each in self._calls if not each.arguments)
        return [self._piece(each, "{}") for each in bare]

    def are_whole(self) -> bool:
        """Return whether the arguments of all calls are complete."""
        return all(_is_json(each.arguments or "{}") for each in self._calls)

    def are_named(self) -> bool:
        """Return whether each call says of what function it is."""
        return all(each.name.strip() for each in self._calls)

    def _piece(self, call: _Call, arguments: str = "") -> ToolCallDelta:
        name = "" if call.begun else known_name(call.name, self._names)
        call.begun = True
        call.arguments += arguments
        return ToolCallDelta(call.id, name, arguments)

    def _continued(
        self, index: int | None, id: str, name: str, arguments: str
    ) -> _Call | None:
        """Return the call that a piece belongs to; None if it begins another one."""
        same_index = [each for each in self._calls if each.index == index]
        last = (same_index if index is not None else self._calls)[-1:]
        if id:
            same = [each for each in self._calls if each.given == id]
            if index is not None:
                same = [each for each in same if each.index in (None, index)]
            if not same and not name:
                # The id comes after the name.
                same = [each for each in last if not each.given]
            last = same[-1:]
        if not last:
            return None
        (call,) = last
        if id:
            is_other = name and arguments and arguments != call.arguments
            return None if is_other and _is_json(call.arguments) else call
        if name and call.begun and (name != call.name or _is_json(call.arguments)):
            # A call in one piece, after another one: neither has an id.
            return None
        return call


def known_name(name: str, names: Collection[str]) -> str:
    """Return the function that a name stands for: the one that it holds, if any.

    Models put more around it, such as `functions.NAME`, or what else their templates
    have there: vllm-project/vllm#32587, ollama/ollama#12132.

    Args:
        name: the name as it came.
        names: the functions that may be called.
    """
    if name in names:
        return name
    held = [each for each in re.findall(r"[\w-]+", name) if each in names]
    return held[0] if len(set(held)) == 1 else name


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
