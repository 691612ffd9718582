"""How questions name the parameters of functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .question_tokens import Token

PLACES: Final = "city town place location country state region area"
PERSONS: Final = "name user person customer author who"

_IS: Final = (
    r"\s*(?:=|:|\b(?:is|are|was|be|being|equals|equal to|called|named|set to|as)\b)\s*"
)
_PARTS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+")
# Words of names that questions leave out.
_LEFT_OUT_BEFORE: Final = {"num", "number", "n", "no", "is", "target", "of", "total"}
_LEFT_OUT_AFTER: Final = {"id", "name", "number", "no", "code", "count", "text", "str"}
# What is written before a value in place of the name, by the words in a name.
_ROLES: Final = (
    ("from", "from origin source departure sender start begin first since old"),
    ("to", "to destination target arrival recipient receiver end until last new"),
    ("(?:in|at|near|around|for|of)", PLACES),
    ("(?:named|called|for|by)", PERSONS),
    ("(?:on|for)", "date day when"),
    ("at", "time hour"),
)
_PREPOSITIONS: Final = {"from", "to", "in", "at", "on", "by", "of", "for"}
_ALSO_AFTER = "the a an my your this that it me us all some detail"
_NO_PLACES: Final = frozenset(_ALSO_AFTER.split())
# Names that are words of most sentences.
_ARTICLES: Final = {"a", "i"}


class NamePattern:
    """How a question names a parameter.

    Attributes:
        stated: finds "NAME is" and the like.
        anywhere: finds the name.
        is_array: whether the parameter takes an array.
    """

    def __init__(self, name: str, schema: Any) -> None:
        """Prepare to look for a name.

        Args:
            name: of the parameter.
            schema: of its values.
        """
        self._types = _types(schema)
        self.is_array = "array" in self._types
        # What is beside the name of these belongs to what is inside.
        self._has_names = any("properties" in each for each in inside(schema))
        words = words_of(name)
        short = [*words]
        while len(short) > 1 and short[0] in _LEFT_OUT_BEFORE:
            short.pop(0)
        while len(short) > 1 and short[-1] in _LEFT_OUT_AFTER:
            short.pop()
        spoken = {r"[\s_-]*".join(map(re.escape, each)) for each in (words, short)}
        either = "|".join(sorted(spoken, reverse=True)) if words else re.escape(name)
        named = rf"(?<!\w)(?:{either})(?:e?s)?(?!\w)"
        self.anywhere = re.compile(named, re.IGNORECASE)
        self.stated = re.compile(named + _IS, re.IGNORECASE)
        begun = r"[\"'(#$\u20ac]?$"
        self._stated_before = re.compile(named + _IS + begun, re.IGNORECASE)
        self._as_after = re.compile(rf"\s+as\s+(?:the\s+)?{named}", re.IGNORECASE)
        self._before = self._after = self._role = None
        if not _ARTICLES & {*words}:
            self._before = re.compile(rf"{named}\s+(?:of\s+)?{begun}", re.IGNORECASE)
        if len(name) > 1 and not _PREPOSITIONS & {*words}:
            self._after = re.compile(rf"[\s-]+{named}", re.IGNORECASE)
        role = next((role for role, of in _ROLES if {*words} & {*of.split()}), None)
        self._placed = None
        if role and role != _ROLES[3][0]:
            self._placed = re.compile(rf"\b{role}\s+(\w[\w'-]*)", re.IGNORECASE)
        if role:
            self._role = re.compile(rf"\b{role}\s+(?:the\s+)?{begun}", re.IGNORECASE)

    def is_before(self, text: str) -> bool:
        """Return whether a text ends with the name, or what stands for it."""
        patterns = (self._stated_before, self._before, self._role)
        return any(each.search(text) for each in patterns if each)

    def placed(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of words that follow what stands for the name."""
        for match in self._placed.finditer(text) if self._placed else ():
            if match[1].casefold() not in _NO_PLACES:
                yield match.span(1)

    def rank(self, token: Token, before: str, after: str, *, had: bool) -> int | None:
        """Return how clearly a value belongs to the name, 0 best; None if not at all.

        Args:
            token: the value.
            before: the text before it.
            after: the text after it.
            had: whether the name has a value already.
        """
        is_number = token.kind == "number"
        if self._has_names:
            return None
        if self._types and self._types <= {"number", "integer", "null"}:
            if not is_number and token.kind != "quoted":
                return None
        elif self._types and self._types <= {"boolean", "null"}:
            return None
        if self._stated_before.search(before) or self._as_after.match(after):
            return 0
        if not had and self._before and self._before.search(before):
            return 1
        if is_number and self._types and self._types <= {"string", "null"}:
            # A text is a number only where the question says so.
            return None
        if self._after and self._after.match(after):
            return 2
        if self._role and self._role.search(before):
            return 3
        return None


def words_of(name: str) -> list[str]:
    """Return the words of which the name of a parameter is made."""
    return [each.casefold() for each in _PARTS.findall(name)]


def inside(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield a schema and the schemas of its alternatives and items."""
    if isinstance(schema, dict):
        yield schema
        yield from inside(schema.get("items"))
        for keyword in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(keyword, ()):
                yield from inside(each)


def _types(schema: Any) -> set[str]:
    """Return the types that a valid schema names, those of its alternatives too."""
    if not isinstance(schema, dict):
        return set()
    own = schema.get("type", [])
    types = {own} if isinstance(own, str) else {*own}
    for keyword in ("anyOf", "oneOf"):
        types = types.union(*map(_types, schema.get(keyword, ())))
    return types
