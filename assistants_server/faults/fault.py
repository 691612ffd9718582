"""Faults on demand: how they are written, and which requests they apply to."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from threading import Lock
from typing import Any

from ..http.errors import quoted
from .grammar import EVERY_OPTION, FAULTS, NEEDED, SOME_OPTIONS, STATUS, Word
from .help import help_text

HEADER = "X-Local-Fault"
HELP = help_text()
"""All faults and options, for people, in lines of at most 80 columns."""
LONGEST = 1000
"""How many characters a text may have."""
REMEMBERED = 1000
"""How many header texts are counted; the least recently used one is forgotten."""
_FAULTS = {word.name: word for word in FAULTS}
_OPTIONS = {word.name: word for word in (*SOME_OPTIONS, *EVERY_OPTION)}
_KNOWN = ", ".join(["a status from 400 to 599", *_FAULTS])
_GENERAL = tuple(word.name for word in EVERY_OPTION)


class FaultError(ValueError):
    """A text is no valid fault; the message names the word."""


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong on purpose.

    Attributes:
        name: its name in the grammar; "status" where the text has a status.
        value: the parsed value after the name, or its default.
        options: the parsed options that only some faults have.
        times: how many requests it applies to; None for all.
        skip: how many requests it leaves alone before that.
        on: the operationIds and methods that it is for; empty for all.
        handled: whether the request is carried out; None if not given.
    """

    name: str
    value: Any = None
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    times: int | None = None
    skip: int = 0
    on: frozenset[str] = frozenset()
    handled: bool | None = None

    def fits(self, operation: str | None, method: str) -> bool:
        """Return whether it is for such a request."""
        return not self.on or operation in self.on or method in self.on


class Faults:
    """The faults that are set, and how many requests each one has counted.

    Any thread may use it at any time.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """Set some faults.

        Raises:
            FaultError: a text is no valid fault.
        """
        self._lock = Lock()
        self._set: list[_Counted] = []
        self._sent: OrderedDict[str, list[_Counted]] = OrderedDict()
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Set one or more faults, for every request from now on.

        Raises:
            FaultError: the text is no valid fault.
        """
        added = [_Counted(fault) for fault in parse(text)]
        with self._lock:
            self._set += added

    def clear(self) -> None:
        """Remove all faults, and count those in headers from 0 again."""
        with self._lock:
            self._set.clear()
            self._sent.clear()

    def matching(
        self, operation: str | None, method: str, headers: Iterable[str] = ()
    ) -> list[Fault]:
        """Return the faults that apply to a request, and count it.

        Args:
            operation: the operationId; None where there is no such operation.
            method: the HTTP method, in capitals.
            headers: the fault headers of the request. Their faults come first; they are
                counted over all requests with the same text.

        Raises:
            FaultError: a header is no valid fault; then nothing is counted.
        """
        sent = [(text, parse(text)) for text in headers]
        with self._lock:
            of_headers = [self._remembered(text, faults) for text, faults in sent]
            return [
                each.fault
                for each in (*chain(*of_headers), *self._set)
                if each.fault.fits(operation, method) and each.applies()
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
    """A fault, and how many requests it has counted."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self._requests = 0

    def applies(self) -> bool:
        self._requests += 1
        number = self._requests - self.fault.skip
        return number > 0 and (self.fault.times is None or number <= self.fault.times)


def parse(text: str) -> list[Fault]:
    """Return the faults that a text describes; `HELP` explains the grammar.

    Raises:
        FaultError: a word is unknown, or not allowed where it is.
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
                f"{quoted(option)} is no option of {quoted(name)}; known are {known}"
            )
        if key in given:
            raise FaultError(f"{quoted(option)}: {key} was already given")
        given[key] = _value(_OPTIONS[key], option)
    if word.needs_response and given.get("handled") is False:
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
    """Return the fault that a word names, and its value."""
    name = text.partition("=")[0]
    if re.fullmatch("[45][0-9]{2}", name):
        _value(STATUS, text)
        return STATUS, int(name)
    word = _FAULTS.get(name)
    if word is None:
        raise FaultError(f"{quoted(text)} is no fault; known are {_KNOWN}")
    return word, _value(word, text)


def _value(word: Word, text: str) -> Any:
    """Return the parsed value after the "=" of a word."""
    _, equals, given = text.partition("=")
    if word.value is None:
        if equals:
            raise FaultError(f"{quoted(text)}: this takes no value")
        return None
    if not equals and word.default is not NEEDED:
        return word.default
    value = word.value.read(given)
    if value is None:
        expected = ", ".join(word.value.known()) or word.value.expected
        form = f"{word.name}={word.value.shape}"
        raise FaultError(f"{quoted(text)}: expected {form}: {expected}")
    return value
