"""Edits of a document, small enough to be kept as JSON and made again."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.codegen.specs import Document, Steps, at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Edit:
    """One change in one place: `put` a value, `drop` it, or `name` its key anew."""

    kind: str
    at: Steps
    value: Any = None

    @property
    def places(self) -> Iterator[Steps]:
        yield self.at
        if self.kind == "name":
            yield (*self.at[:-1], str(self.value))

    def apply(self, document: Document) -> Document:
        """Make the change in a copy; what is not on the way to it is shared."""
        result = copy.copy(document)
        holder: Any = result
        for step in self.at[:-1]:
            holder[step] = copy.copy(holder[step])
            holder = holder[step]
        self._change(holder, self.at[-1])
        return result

    def _change(self, holder: Any, last: Any) -> None:
        if self.kind == "drop":
            del holder[last]
        elif self.kind == "name":
            old = [*holder.items()]
            holder.clear()
            holder.update((self.value if key == last else key, v) for key, v in old)
        elif last == len(holder) and isinstance(holder, list):
            holder.append(self.value)
        else:
            holder[last] = self.value


@dataclass(frozen=True)
class Case:
    """A document to build: where it begins, and what was done to it."""

    base: str
    prefixes: tuple[str, ...]
    edits: tuple[Edit, ...]

    def apply(self, document: Document) -> Document:
        """Make all edits, one after the other."""
        for edit in self.edits:
            document = edit.apply(document)
        return document

    def to_bytes(self) -> bytes:
        """Write the case as a file of the corpus."""
        value = {
            "base": self.base,
            "prefixes": self.prefixes,
            "edits": [[edit.kind, edit.at, edit.value] for edit in self.edits],
        }
        return (json.dumps(value, indent=1) + "\n").encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Case:
        """Read a file of the corpus."""
        value = json.loads(data)
        edits = [Edit(kind, tuple(place), new) for kind, place, new in value["edits"]]
        return cls(value["base"], tuple(value["prefixes"]), tuple(edits))


def owner(place: Iterable[str | int]) -> Steps:
    steps = tuple(place)
    return steps[: 3 if steps[:1] == ("components",) else 2]


def exists(document: Document, place: Steps) -> bool:
    try:
        at(document, place)
    except (KeyError, IndexError, TypeError):
        return False
    return True
