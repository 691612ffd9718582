"""What a question says about the parameters of a function.

A value belongs to a parameter where the question names both together: "city is Paris",
"width=3", "5 nights", "from Rome" for an origin. What belongs to none goes to the
parameters in their order: the first number to the first one that takes a number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from .parameter_names import PERSONS, PLACES, NamePattern, inside, words_of
from .question_tokens import LONGEST, Token, runs_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .question_tokens import Span

    JSON = dict[str, Any]

# How many names and members of enums are looked for, and how deep.
_MOST_NAMES, _MOST_INSIDE = 60, 10_000
# How far before a value its name may begin.
_NEAR = 80
_WORDS_END = re.compile(
    r"[,;.!?\n)]|\s(?:and|or|but|with|then|please|when|if|for|in|at|on|from|to|by)\b",
    re.IGNORECASE,
)
_NO = re.compile(
    r"\b(?:no|not|without|don't|do not|never|disable|skip|isn't)\W+(?:\w+\W+)?$",
    re.IGNORECASE,
)
_FALSE = re.compile(
    r"\s*(?:[=:]|\b(?:is|to|be)\b)?\s*(?:false|no|not|off|disabled)\b", re.IGNORECASE
)
# Between the words of a member.
_APART: Final = r"[\s_-]+"
# What is asked for with the question itself.
_OF_QUESTIONS: Final = {"query", "question", "prompt"}
# Which values a text may be, unless its name, format or description says.
_TEXTS: Final = ("uri", "email", "uuid", "date-time", "date", "time")
_NAMES: Final = ("name", "code", "ipv4")
_BY_NAME: Final = {
    "date": "date day first last start end begin until since when",
    "time": "time hour start end",
    "email": "email mail recipient sender",
    "uri": "url uri link website address",
    "name": f"{PLACES} {PERSONS}",
}
_DATED = re.compile(r"YYYY|ISO.?8601|\bdate\b", re.IGNORECASE)


class Mentions:
    """Values for the parameters of one function, each given once.

    Attributes:
        taken: where the values that are given stand in the question; who goes back in
            its work puts back what it was.
        listing: whether values are for the items of an array.
    """

    def __init__(self, question: str, schema: Any, function: str = "") -> None:
        """Read a question.

        Args:
            question: of which the first few thousand characters are read.
            schema: of the function's arguments; it may be of any size.
            function: its name, which is no value.
        """
        self.taken: tuple[Span, ...] = ()
        self.listing = False
        self._question, self._text = question, question[:LONGEST]
        properties = _properties(schema)
        self._names = {
            name: NamePattern(name, each) for name, each in properties.items()
        }
        self._no_values = {
            each.casefold()
            for each in (function, *properties, *_members_in(properties))
        }
        self._tokens = [
            each
            for each in tokens_of(self._text)
            if each.text.casefold() not in self._no_values
        ]
        self._owners = self._owned()
        self._spans: dict[str, list[Span]] = {}
        runs = runs_of(self._tokens, self._text)
        self._runs = {
            kind: max(len(run) for run in runs if run[0].kind == kind)
            for kind in {run[0].kind for run in runs}
        }
        has_array = any(each.is_array for each in self._names.values())
        self._listed = {
            token.span: len(run) for run in runs if has_array for token in run
        }

    def values(self, name: str, flat: JSON, kind: str) -> Iterator[Any]:
        """Yield likely values; the last one that was taken counts as given.

        Args:
            name: of the parameter.
            flat: the keywords of its schema.
            kind: the type that is wanted.
        """
        if "enum" in flat:
            yield from self._given(self._members(name, flat["enum"]))
        elif kind == "boolean":
            yield from self._truth(name)
        elif kind in ("array", "object"):
            yield from self._given(self._literals(list if kind == "array" else dict))
        elif kind == "string":
            yield from self._given(self._texts(name, flat))
        elif kind != "null":
            yield from self._given(self._numbers(name, flat, kind))

    def _given(self, found: Iterator[tuple[Span, Any]]) -> Iterator[Any]:
        """Yield what isn't given yet, and note it; what is rejected is free again."""
        before = self.taken
        for span, value in found:
            if not any(span[0] < end and start < span[1] for start, end in before):
                self.taken = (*before, span)
                yield value
                self.taken = before

    def _numbers(
        self, name: str, flat: JSON, kind: str
    ) -> Iterator[tuple[Span, int | float]]:
        own, free = self._tokens_for(name, flat)
        if self.listing and self._listed:
            longest = self._runs.get("number", 0)
            free = [t for t in free if self._listed.get(t.span, 0) == longest] or free
        for token in (*own, *free):
            value = _number(token, whole=kind == "integer")
            if value is not None:
                yield token.span, value

    def _texts(self, name: str, flat: JSON) -> Iterator[tuple[Span, str]]:
        own, free = self._tokens_for(name, flat)
        yield from self._stated(name, own)
        yield from ((each.span, _text(each)) for each in own if each.kind != "json")
        words = set(words_of(name))
        if words & _OF_QUESTIONS and self._question.strip() and not self.listing:
            yield from ((t.span, _text(t)) for t in free if t.kind == "quoted")
            yield (0, 0), self._question
        for kinds in _kinds_of_text(words, flat):
            fitting = [each for each in free if each.kind in kinds]
            for token in fitting:
                is_day = token.kind == "date" and flat.get("format") == "date-time"
                yield token.span, _text(token) + "T00:00:00Z" * is_day
            if fitting and self.listing:
                return
        pattern = self._names.get(name)
        for start, end in pattern.placed(self._text) if pattern else ():
            if self._text[start:end].casefold() not in self._no_values:
                yield (start, end), self._text[start:end]

    def _tokens_for(self, name: str, flat: JSON) -> tuple[list[Token], list[Token]]:
        """Return the values that a name is beside, and those without a name.

        What has a value of its own gets none that may be another's.
        """
        own = [each for each in self._tokens if self._owner(each) == name]
        own.sort(key=lambda each: self._owners[each.span][0])
        if flat.get("default") is not None:
            return own, []
        free = [each for each in self._tokens if each.span not in self._owners]
        if not self.listing:
            free.sort(key=lambda each: each.span in self._listed)
        return own, free

    def _owner(self, token: Token) -> str | None:
        return self._owners.get(token.span, (0, None))[1]

    def _owned(self) -> dict[Span, tuple[int, str]]:
        """Return which values belong to which name, and how clearly, 0 best."""
        owners: dict[Span, tuple[int, str]] = {}
        ranks: dict[str, int] = {}
        for token in self._tokens:
            before = self._text[max(0, token.start - _NEAR) : token.start]
            after = self._text[token.end : token.end + _NEAR]
            found = [
                (rank, name)
                for name, pattern in self._names.items()
                if (rank := pattern.rank(token, before, after, had=name in ranks))
                is not None
            ]
            if not found:
                continue
            rank, name = min(found, key=lambda each: each[0])
            if rank <= ranks.get(name, rank):
                owners[token.span] = rank, name
                ranks[name] = rank
        return owners

    def _members(self, name: str, members: list[Any]) -> Iterator[tuple[Span, Any]]:
        """Yield the members of an enum that the question names, as it names them."""
        found: list[tuple[bool, int, int, Any]] = []
        own = self._names.get(name)
        for member in members[:_MOST_NAMES]:
            for start, end in self._spans_of(member):
                before = self._text[max(0, start - _NEAR) : start]
                apart = not (own and own.is_before(before))
                found.append((apart, start, -end, member))
        for _, start, end, member in sorted(found, key=lambda each: each[:3]):
            yield (start, -end), member

    def _spans_of(self, member: Any) -> list[Span]:
        """Return where a member of an enum stands in the question."""
        if isinstance(member, str):
            if member not in self._spans:
                parts = map(re.escape, re.split(_APART, member.strip()))
                words = rf"(?<!\w){_APART.join(parts)}(?!\w)"
                found = re.finditer(words, self._text, re.IGNORECASE)
                self._spans[member] = [each.span() for each in found if each[0]]
            return self._spans[member]
        if isinstance(member, bool):
            return []
        return [
            t.span for t in self._tokens if t.kind == "number" and t.value == member
        ]

    def _stated(self, name: str, own: list[Token]) -> Iterator[tuple[Span, str]]:
        """Yield the words that follow "NAME is", unless a value does."""
        pattern = self._names.get(name)
        for match in pattern.stated.finditer(self._text) if pattern else ():
            start = match.end()
            following = [each for each in own if each.start == start]
            if any(each.kind not in ("number", "code") for each in following):
                continue
            ends = _WORDS_END.search(self._text, start)
            end = ends.start() if ends else len(self._text)
            # A number is more than what ends at its point.
            end = max([end, *(each.end for each in following)])
            words = self._text[start:end].strip()
            if words:
                yield (start, end), words

    def _truth(self, name: str) -> Iterator[bool]:
        pattern = self._names.get(name)
        match = pattern.anywhere.search(self._text) if pattern else None
        if match:
            no = _NO.search(self._text[: match.start()][-_NEAR:])
            yield not (no or _FALSE.match(self._text, match.end()))

    def _literals(self, kind: type) -> Iterator[tuple[Span, Any]]:
        for token in self._tokens:
            if token.kind == "json" and isinstance(token.value, kind):
                yield token.span, token.value


def _properties(schema: Any) -> dict[str, Any]:
    """Return the properties anywhere in a schema, a few, by their names."""
    found: dict[str, Any] = {}
    level = [schema]
    while level and len(found) < _MOST_NAMES:
        inner: list[Any] = []
        for each in level:
            if isinstance(each, list):
                inner += each
            elif isinstance(each, dict):
                inner += each.values()
                own = each.get("properties")
                if isinstance(own, dict):
                    found = {**own, **found}
        level = inner[:_MOST_INSIDE]
    return {name: found[name] for name in [*found][:_MOST_NAMES] if name}


def _members_in(properties: dict[str, Any]) -> Iterator[str]:
    """Yield the members of enums, which are no other parameter's values."""
    for schema in properties.values():
        for each in inside(schema):
            members = each.get("enum")
            if isinstance(members, list):
                yield from (m for m in members[:_MOST_NAMES] if isinstance(m, str))


def _number(token: Token, *, whole: bool) -> int | float | None:
    value = token.value
    if token.kind == "quoted":
        (token, *others) = tokens_of(value) or [token]
        value = token.value if not others else None
    if token.kind != "number" or value is None:
        return None
    number: int | float = value
    return int(number) if whole and number == int(number) else number


def _text(token: Token) -> str:
    return token.text if token.kind == "number" else str(token.value)


def _kinds_of_text(words: set[str], flat: JSON) -> Iterator[tuple[str, ...]]:
    """Yield the kinds of values that a text may be, the likely ones first."""
    form = flat.get("format")
    if form is not None:
        yield (form, "date") if form == "date-time" else (form,)
        return
    if _DATED.search(f"{flat.get('description', '')} {flat.get('title', '')}"):
        yield ("date", "date-time")
    for kind, of in _BY_NAME.items():
        if words & {*of.split()}:
            yield (kind,)
    yield ("quoted",)
    if not words & {*f"{PLACES} {PERSONS}".split()}:
        yield _TEXTS
    yield _NAMES
