"""A place where something may have changed, and who meets it there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from codegen.diff.report import Change, Kind, Prose, Verdict, code
from codegen.diff.rules import Rule
from codegen.errors import Path, json_path
from codegen.plan.literal import plain_text


class Use(NamedTuple):
    """Whether something is sent, and whether it is read: before and now."""

    sent: tuple[bool, bool]
    read: tuple[bool, bool]


_ALWAYS, _NEVER = (True, True), (False, False)
SENT, READ, BOTH = Use(_ALWAYS, _NEVER), Use(_NEVER, _ALWAYS), Use(_ALWAYS, _ALWAYS)


@dataclass(frozen=True)
class Site:
    """A place of one or both documents, with all that a change says besides its text.

    Attributes:
        kind: operation, model or package.
        name: the module of the operation, or the class.
        where: method and path of an operation, else "".
        subject: how a sentence names it.
        old: where it is in the old document.
        new: where it is in the new one.
        use: who meets it.
        element: the argument or property, or "".
        is_property: whether it is a property, which may have a derived one.
        is_hint: whether the values of an enum here are only examples.
        is_held: whether it is in a list or a map.
    """

    kind: Kind
    name: str
    where: str
    subject: Prose
    old: Path
    new: Path
    use: Use
    element: str = ""
    is_property: bool = False
    is_hint: bool = False
    is_held: bool = False

    def change(self, rule: Rule, **words: Any) -> Change:
        """Return a change of this place.

        Args:
            rule: what is said of it, and whom it breaks.
            words: what the sentence names: code, unless it is `Prose` already.
        """
        shown = {k: w if isinstance(w, Prose) else code(w) for k, w in words.items()}
        callers, readers = rule.verdicts(is_held=self.is_held)
        return Change(
            self.kind,
            self.name,
            self.where,
            self.element,
            plain_text(json_path(self.old if rule.gone else self.new)),
            rule.text.format(it=self.subject, **shown),
            _for_those(callers, self.use.sent),
            _for_those(readers, self.use.read),
        )

    def differing(self, rule: Rule, was: str, now: str) -> list[Change]:
        """Return the change from one name to another, if it is one."""
        return [self.change(rule, was=was, now=now)] if was != now else []

    def inside(self, subject: str, *steps: str | int) -> Site:
        """Return a place within this one that belongs to the same element."""
        return replace(
            self,
            subject=Prose(subject),
            old=(*self.old, *steps),
            new=(*self.new, *steps),
            is_property=False,
        )


def _for_those(verdict: Verdict, met: tuple[bool, bool]) -> Verdict:
    """Return the verdict for people who met the thing before, meet it now, or both."""
    if all(met):
        return verdict
    # Those who didn't meet it before have no code to break. Those who no longer meet it
    # are warned where they met it.
    return min(verdict, Verdict.COMPATIBLE) if any(met) else Verdict.NONE
