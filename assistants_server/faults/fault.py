"""Faults on demand: how they are asked for, and how often each one strikes."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from threading import Lock
from typing import Any

from ..http_errors import shown
from .grammar import EVERY_OPTION, FAULTS, NEEDED, SOME_OPTIONS, STATUS, Word
from .help import help_text

HEADER = "X-Local-Fault"
HELP = help_text()
"""All faults and options, for people, in lines of at most 80 columns."""
LONGEST = 1000
"""How many characters a text may have."""
REMEMBERED = 1000
"""How many texts of headers are counted; the one longest unused is forgotten."""
_FAULTS = {word.name: word for word in FAULTS}
_OPTIONS = {word.name: word for word in (*SOME_OPTIONS, *EVERY_OPTION)}
_KNOWN = ", ".join(["a status from 400 to 599", *_FAULTS])
_GENERAL = tuple(word.name for word in EVERY_OPTION)


class FaultError(ValueError):
    """A text asks for no fault that there is; the message names the word."""


@dataclass(frozen=True)
class Fault:
    """Something that is to go wrong.

    Attributes:
        name: its name in the table; "status" where the text has a status.
        value: what stands behind the name, read; its default where nothing does.
        options: those that only some faults have, read.
        times: how many requests it strikes; all where there is no number.
        skip: how many requests it spares before that.
        on: the operationIds and methods that it is for; all where there are none.
        handled: whether the request is carried out, where the text says so.
    """

    name: str
    value: Any = None
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    times: int | None = None
    skip: int = 0
    on: frozenset[str] = frozenset()
    handled: bool | None = None

    def fits(self, operation: str | None, method: str) -> bool:
        """Tell whether it is for such a request at all."""
        return not self.on or operation in self.on or method in self.on


class Faults:
    """The faults that are set, and how often each one has been asked for.

    Any thread may use it at any time.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Begin with some.

        Raises:
            FaultError: one of the texts can't be read.
        """
        self._lock = Lock()
        self._set: list[_Counted] = []
        self._sent: OrderedDict[str, list[_Counted]] = OrderedDict()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Set one or more faults, for every request from now on.

        Raises:
            FaultError: the text can't be read.
        """
        added = [_Counted(fault) for fault in parse(text)]
        with self._lock:
            self._set += added

    def clear(self) -> None:
        """Take all faults away, and count those that requests send from 0 again."""
        with self._lock:
            self._set.clear()
            self._sent.clear()

    def matching(
        self, operation: str | None, method: str, headers: Iterable[str] = ()
    ) -> list[Fault]:
        """Give what is to go wrong with a request, and count it.

        Args:
            operation: the operationId; none where the request means no operation.
            method: the HTTP method, in capitals.
            headers: the texts that come with the request. Their faults come first; they
                are counted over all requests that bring the same text.

        Raises:
            FaultError: a header can't be read; then nothing is counted.
        """
        sent = [(text, parse(text)) for text in headers]
        with self._lock:
            asked = [self._remembered(text, faults) for text, faults in sent]
            return [
                each.fault
                for each in (*chain(*asked), *self._set)
                if each.fault.fits(operation, method) and each.strikes()
            ]

    def _remembered(self, text: str, faults: list[Fault]) -> list[_Counted]:
        if text not in self._sent:
            self._sent[text] = [_Counted(fault) for fault in faults]
        self._sent.move_to_end(text)
        # Ever new texts make the server forget, not grow.
        if len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return self._sent[text]


class _Counted:
    """A fault, and how often it has been asked for."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._asked = 0

    def strikes(self) -> bool:
        self._asked += 1
        number = self._asked - self.fault.skip
        return number > 0 and (self.fault.times is None or number <= self.fault.times)


def parse(text: str) -> list[Fault]:
    """Read one or more faults; `HELP` says what they look like.

    Raises:
        FaultError: a word is unknown, or is not what may stand in its place.
    """
    if len(text) > LONGEST:
        raise FaultError(f"a text of {len(text)} characters; at most {LONGEST} may be")
    return [_fault(part.split()) for part in text.split(";")]


def _fault(words: list[str]) -> Fault:
    if not words:
        raise FaultError(f"expected a fault, found nothing; known are {_KNOWN}")
    name, *options = words
    word, value = _name(name)
    given: dict[str, Any] = {}
    for option in options:
        key = option.partition("=")[0]
        if key not in (*word.options, *_GENERAL):
            known = ", ".join([*word.options, *_GENERAL])
            raise FaultError(
                f"{shown(option)} is no option of {shown(name)}; known are {known}"
            )
        if key in given:
            raise FaultError(f"{shown(option)}: {key} was already given")
        given[key] = _value(_OPTIONS[key], option)
    if word.needs_answer and given.get("handled") is False:
        raise FaultError(
            f"'handled=no' can't go with {word.name}, which needs the request to be "
            "carried out; leave it out, or say handled=yes"
        )
    own = {key: given[key] for key in word.options if key in given}
    return Fault(
        word.name,
        value,
        own,
        times=given.get("times"),
        skip=given.get("skip", 0),
        on=given.get("on", frozenset()),
        handled=given.get("handled"),
    )


def _name(text: str) -> tuple[Word, Any]:
    """Find the fault that a word names, and read its value."""
    name = text.partition("=")[0]
    if re.fullmatch("[45][0-9]{2}", name):
        _value(STATUS, text)
        return STATUS, int(name)
    word = _FAULTS.get(name)
    if word is None:
        raise FaultError(f"{shown(text)} is no fault; known are {_KNOWN}")
    return word, _value(word, text)


def _value(word: Word, text: str) -> Any:
    """Read what stands behind the "=" of a word."""
    _, equals, given = text.partition("=")
    if word.value is None:
        if equals:
            raise FaultError(f"{shown(text)}: this takes no value")
        return None
    if not equals and word.default is not NEEDED:
        return word.default
    value = word.value.read(given)
    if value is None:
        expected = ", ".join(word.value.known()) or word.value.expected
        form = f"{word.name}={word.value.shape}"
        raise FaultError(f"{shown(text)}: expected {form}: {expected}")
    return value
