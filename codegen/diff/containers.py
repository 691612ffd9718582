"""The lists, or the maps, that both documents accept in one place: which is which."""

from __future__ import annotations

from typing import NamedTuple

from codegen.diff.forms import Names, form
from codegen.document import Schema

Both = tuple[list[Schema], list[Schema]]


class Matched(NamedTuple):
    """How lists, or maps, belong together.

    Attributes:
        pairs: those that changed, the old one and the new one.
        lost: whether one is left that the new document has no longer.
        gained: whether one is left that the old document had not.
    """

    pairs: list[tuple[Schema, Schema]]
    lost: bool
    gained: bool


def match(left: Both, every: Both, key: str, names: Names) -> Matched:
    """Match lists or maps, in their order, by what they hold.

    Args:
        left: those of both documents that may have changed.
        every: all that they have.
        key: the keyword of what they hold.
        names: what schemas of the new document are called in the old one.
    """
    old, new = unmatched(left, every, names)
    count = min(len(old), len(new))
    return Matched(
        list(zip(old, new, strict=False)),
        lost=len(old) > count and not _takes_all(every[1], key),
        gained=len(new) > count and not _takes_all(every[0], key),
    )


def unmatched(left: Both, every: Both, names: Names) -> Both:
    """Leave out what the other document has as well.

    Args:
        left: schemas of both documents.
        every: where the others are looked for.
        names: what schemas of the new document are called in the old one.
    """
    known = {form(part, {}) for part in every[0]}
    given = {form(part, names) for part in every[1]}
    return (
        [part for part in left[0] if form(part, {}) not in given],
        [part for part in left[1] if form(part, names) not in known],
    )


def _takes_all(several: list[Schema], key: str) -> bool:
    return any(one.get(key, True) in (True, {}) for one in several)
