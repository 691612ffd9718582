"""A place that both documents have, or one of them: how it is called, who meets it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from codegen.diff.report import Change, Effect, Kind, Verdict
from codegen.diff.words import place
from codegen.errors import Path


class Use(NamedTuple):
    """Whether something is sent, and whether it is read: before and now."""

    sent: tuple[bool, bool]
    read: tuple[bool, bool]


SENT = Use((True, True), (False, False))
READ = Use((False, False), (True, True))
BOTH = Use((True, True), (True, True))


@dataclass(frozen=True)
class Site:
    """A place, with all that a change of it tells besides what changed.

    Attributes:
        kind: operation, model or package.
        name: the module of the operation, or the class.
        where: method and path of an operation, else "".
        element: the argument or property, or "".
        subject: how a sentence calls it, code in backticks.
        old: where it stands in the old document.
        new: where it stands in the new one.
        use: who meets it.
        is_property: whether it is a property, which may have a derived one.
        is_hint: whether the values of an enum here are only examples.
        is_held: whether it is in a list or a map.
    """

    kind: Kind
    name: str
    where: str
    element: str
    subject: str
    old: Path
    new: Path
    use: Use
    is_property: bool = False
    is_hint: bool = False
    is_held: bool = False

    def tell(self, text: str, effect: Effect, *, gone: bool = False) -> Change:
        """Tell a change here.

        Args:
            text: what changed, a whole clause.
            effect: what it means if the thing is sent, and if it is read.
            gone: whether the new document has the place no longer.
        """
        return Change(
            self.kind,
            self.name,
            self.where,
            self.element,
            place(self.old if gone else self.new),
            text,
            _verdict(effect.sent, self.use.sent),
            _verdict(effect.read, self.use.read),
        )

    def inside(self, subject: str, *steps: str | int) -> Site:
        """Give a place within this one, which belongs to the same element."""
        return replace(
            self,
            subject=subject,
            old=(*self.old, *steps),
            new=(*self.new, *steps),
            is_property=False,
        )

    def held(self, subject: str, *steps: str | int) -> Site:
        """Give the items of a list, or the values of a map, within this place."""
        return replace(self.inside(subject, *steps), is_held=True)

    def retyped(self, effect: Effect) -> Effect:
        """Judge another type here: a list of it is no list of a wider type.

        The values still fit; a variable with the former type of the list doesn't.
        """
        if not self.is_held:
            return effect
        return Effect(*(max(verdict, Verdict.MIND) for verdict in effect))


def _verdict(verdict: Verdict, used: tuple[bool, bool]) -> Verdict:
    """Judge for people who met the thing before, meet it now, or both, or never."""
    if all(used):
        return verdict
    # Who didn't meet it before has no code to break. Who no longer meets it is told so
    # where it was met.
    return min(verdict, Verdict.COMPATIBLE) if any(used) else Verdict.NONE
