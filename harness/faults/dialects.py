"""The servers that the wild one can play, each by what it does differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from harness.faults import delivery
from harness.faults.responses import Said
from harness.faults.verdicts import RESULT, Expected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, TypeAlias

    from harness.faults.delivery import Wire
    from harness.faults.operations import Form
    from harness.faults.responses import Asked

    Rewrite: TypeAlias = Callable[[Asked, Said], Said]
    Judge: TypeAlias = Callable[[Form], Expected]


@frozen
class Dialect:
    """A way to answer.

    Attributes:
        name: what it is called.
        group: what it is an example of.
        rewrite: makes it of the right answer.
        wire: sends it.
        judge: says what has to come of a call.
        is_slow: whether the client is to lose patience.
        ends_never: whether a wait for a run may have no end.
        place: where it is to be had: "" on the usual port, "deaf" or "refusing".
        azure: whether the client is one for Azure.
    """

    name: str
    group: str
    rewrite: Rewrite = lambda asked, said: said
    wire: Wire = delivery.plain
    judge: Judge = lambda form: RESULT
    is_slow: bool = False
    ends_never: bool = False
    place: str = ""
    azure: bool = False

    def rewritten(self, asked: Asked, said: Said) -> Said:
        """Give what this server says in place of the right answer."""
        return self.rewrite(asked, said)


def both(*rewrites: Rewrite) -> Rewrite:
    """Do one after the other."""

    def rewrite(asked: Asked, said: Said) -> Said:
        for each in rewrites:
            said = each(asked, said)
        return said

    return rewrite


def each(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Rewrite:
    """Change all objects."""
    return lambda asked, said: said.each(change)


def listed(change: Callable[[Asked, dict[str, Any]], Any]) -> Rewrite:
    """Change lists only."""

    def rewrite(asked: Asked, said: Said) -> Said:
        is_list = asked.method == "GET" and asked.item is None
        return evolve(said, value=change(asked, said.value)) if is_list else said

    return rewrite


def dialects() -> dict[str, Dialect]:
    """Give all of them, by their names."""
    # They are made with what stands above.
    from harness.faults import error_bodies as errors_in_the_wild
    from harness.faults import known_servers as servers_in_the_wild
    from harness.faults import violations as liars

    found: Iterable[Dialect] = (
        Dialect("plain", "plain"),
        *servers_in_the_wild.DIALECTS,
        *errors_in_the_wild.DIALECTS,
        *liars.DIALECTS,
    )
    named: dict[str, Dialect] = {}
    for dialect in found:
        assert dialect.name not in named, dialect.name
        named[dialect.name] = dialect
    return named
