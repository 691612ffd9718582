"""Follow one place of a document through the steps that it is taken through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codegen.changes import at_place
from codegen.errors import Origins, Path, json_path
from codegen.references import place_of
from codegen.source import Document


class Trace:
    """A place, as `normalise.Watch` has it.

    Attributes:
        places: where it was, one step after the other; the last is where it is.
        steps: what became of it, step by step.
    """

    def __init__(self, at: Path) -> None:
        self._at = at
        self.places: list[Path] = [at]
        self.steps: list[str] = []
        self._before: Document = {}

    def __call__(self, step: str, document: Document, origins: Origins) -> None:
        """Look at what a step made of the place."""
        if step == "given":
            # It is tried once more, with other changes.
            self.places, self.steps, self._before = [self._at], [], document
            return
        before = at_place(self._before, self.place)
        moved = self._moved(document, origins)
        after = at_place(document, moved)
        if moved != self.place:
            self.steps.append(f"{step}: it is {json_path(moved)}")
        elif after is None and before is not None:
            while moved and at_place(document, moved) is None:
                moved = moved[:-1]
            self.steps.append(f"{step}: it is a part of {json_path(moved)}")
        elif after != before:
            inside = "" if _own(after) != _own(before) else " within"
            self.steps.append(f"{step}: it is changed{inside}")
        if moved != self.place:
            self.places.append(moved)
        self._before = document

    @property
    def place(self) -> Path:
        """Return where it is now."""
        return self.places[-1]

    def _moved(self, document: Document, origins: Origins) -> Path:
        """Return where a step has put what stands at the place."""
        now = {before: after for after, before in origins.items()}
        for length in range(len(self.place), 2, -1):
            moved = now.get(self.place[:length])
            if moved and at_place(self._before, moved) is None:
                return (*moved, *self.place[length:])
        joined = _joined(self.place)
        if at_place(document, self.place) is None and (
            at_place(document, joined) is not None
        ):
            return joined
        # What it says may have got a name that something else has, too.
        node, old = at_place(document, self.place), at_place(self._before, self.place)
        if isinstance(node, dict) and isinstance(old, dict) and "$ref" not in old:
            return place_of(node.get("$ref")) or self.place
        return self.place


def _joined(at: Path) -> Path:
    """Return a place as it is where every `allOf` is one schema."""
    for index, step in enumerate(at[:-1]):
        if step == "allOf" and isinstance(at[index + 1], int):
            return (*at[:index], *_joined(at[index + 2 :]))
    return at


def _own(node: Any) -> Any:
    """Return what a node says itself, and which nodes it holds."""
    if not isinstance(node, Mapping):
        return node
    return {
        key: sorted(map(str, value)) if isinstance(value, dict) else value
        for key, value in node.items()
        if not isinstance(value, list) or not any(isinstance(x, dict) for x in value)
    }
