"""Changes of a document at known places, as the actions of an overlay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from codegen.errors import Path, json_path
from codegen.overlay import Action, order
from codegen.plan.literal import plain_text


@dataclass(frozen=True)
class Change:
    """What to take out of a document, or what to put in.

    Attributes:
        at: the place to take out, or the object to put something into.
        why: the reason.
        inside: whether only what is inside of the place goes, so that references to it
            still lead somewhere.
        update: what to put in; None takes out.
    """

    at: Path
    why: str
    inside: bool = False
    update: Any = None

    @property
    def action(self) -> Action:
        """Return it as an action of an overlay."""
        target = json_path(self.at, longest=0) + (".*" if self.inside else "")
        named = {"target": target, "description": plain_text(self.why)}
        if self.update is None:
            return {**named, "remove": True}
        return {**named, "update": self.update}


def as_actions(document: Any, changes: Iterable[Change]) -> list[Action]:
    """Return actions that do all of the changes, none of which undoes another."""
    by_place = {each.at: each for each in changes if each.update is None}
    _join_items(document, by_place)
    outer = [
        each
        for at, each in by_place.items()
        if not any(at[:n] in by_place for n in range(len(at)))
    ]
    # The last items of a list first, so that removing one moves no other.
    outer.sort(key=lambda each: order(each.at), reverse=True)
    updates = [each for each in changes if each.update is not None]
    return [each.action for each in (*outer, *updates)]


def _join_items(document: Any, by_place: dict[Path, Change]) -> None:
    """Take a list out whose items would all go: an empty one may mean something."""
    counts = Counter(at[:-1] for at in by_place if at and isinstance(at[-1], int))
    for holder, count in counts.items():
        if count == len(at_place(document, holder) or ()):
            first = by_place[(*holder, 0)]
            by_place[holder] = Change(holder, first.why)


def as_lines(actions: Iterable[Action]) -> list[str]:
    """Write actions as the lines of an overlay, which is YAML."""
    lines = []
    for action in actions:
        pairs = [f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in action.items()]
        lines += [f"- {pairs[0]}", *(f"  {pair}" for pair in pairs[1:])]
    return lines


def at_place(document: Any, at: Sequence[str | int]) -> Any:
    """Return what stands at a place, None where nothing does."""
    for step in at:
        if not has(document, step):
            return None
        document = document[step]
    return document


def has(node: Any, step: str | int) -> bool:
    """Return whether an object or a list has something at a step."""
    if isinstance(node, dict):
        return step in node
    return isinstance(node, list) and isinstance(step, int) and step < len(node)
