"""The faults that the embedded server knows, each with what has to come of it."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from assistants_server.faults import parse
from assistants_server.faults.grammar import (
    EVERY_OPTION,
    FAULTS,
    NEEDED,
    SOME_OPTIONS,
    STATUS,
)
from harness.faults.verdicts import ANY, RESULT, Expected, status_error

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistants_server.faults import Fault
    from assistants_server.faults.grammar import Value, Word
    from harness.faults.operations import Form

STATUSES = (400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 504, 520)
LONG: Final = 30
"""Seconds that nobody waits for."""
BRIEF: Final = 0.002
# What stands behind "=", by what the help calls it; a choice names all itself.
_SAMPLES: dict[str, tuple[str, ...]] = {
    "SECONDS": (str(BRIEF), str(LONG)),
    "BYTES": ("0", "1", "40", "1000000"),
    "N": ("0", "1", "3", "1000"),
    "FIELDS": ("id", "status", "id,status,object,created_at", "content,data,usage"),
    "WHEN": ("0", "0.001", "none", "date:0", "date:-5", "300", "date:300"),
    "ANYTHING": ("apart",),
    "WHERE": ("GET", "POST,DELETE", "createRun,getRun"),
}
_STATUSES: dict[str, tuple[str, ...]] = {
    "html": ("200", "404", "502"),
    "text": ("200", "429", "500"),
    "empty": ("200", "204", "404", "500", "503"),
}
_FROM_ONE = ("1", "3", "1000")
_GIVEN = ("times", "skip")
# Which statuses tell something together with an option.
_TELLING: dict[str, tuple[str, ...]] = {
    "retry-after": ("429", "503"),
    "should-retry": ("400", "409", "500"),
}
_INSTEAD = ("status", "html", "text", "empty")
_LATE = ("before-headers", "in-headers", "after-headers")
RETRIED = (408, 409, 429)


class UncoveredError(LookupError):
    """There is a word whose values nobody has said here."""


def texts() -> tuple[str, ...]:
    """Return all faults to try, as they are asked for: made from the table of words.

    Raises:
        UncoveredError: a word takes what nobody has an example of.
    """
    return tuple(dict.fromkeys(_texts()))


def _texts() -> Iterator[str]:
    options = {word.name: word for word in (*SOME_OPTIONS, *EVERY_OPTION)}
    for word in (STATUS, *FAULTS):
        heads = [*_heads(word)]
        yield from heads
        for name in word.options:
            some: Sequence[str] = heads
            if name in _TELLING:
                # All that stand instead of an answer have these headers alike.
                some = _TELLING[name] if word is STATUS else heads[:1]
            elif len(_values(options[name])) >= len(heads):
                some = heads[:1]
            for head, value in itertools.product(some, _values(options[name])):
                yield f"{head} {name}={value}"
        for option in EVERY_OPTION:
            yield from _with(option, word, heads)


def _with(option: Word, word: Word, heads: list[str]) -> Iterator[str]:
    values: Sequence[str] = _values(option) if option.name not in _GIVEN else ("1",)
    some: Sequence[str] = heads[:1]
    match option.name:
        case "handled":
            if word.needs_response:
                values = ("yes",)
            some = ("429", "500") if word is STATUS else some
            some = heads if word.name == "close" else some
        case "times" | "skip":
            some = ("429", "503 retry-after=0", "500") if word is STATUS else heads[-1:]
        case "on" | "key":
            some = ("500",) if word is STATUS else heads[-1:]
            if word is not STATUS:
                values = values[:1] if option.name == "on" else ()
    for head, value in itertools.product(some, values):
        yield f"{head} {option.name}={value}"


def _heads(word: Word) -> Iterator[str]:
    """Return a fault with each of its values, if it takes one."""
    if word is STATUS:
        yield from map(str, STATUSES)
        return
    if word.value is None or word.default is not NEEDED:
        yield word.name
    if word.value is not None:
        for value in _values(word):
            yield f"{word.name}={value}"


def _values(word: Word) -> tuple[str, ...]:
    value = word.value
    assert value is not None
    if word.name in _STATUSES:
        return _STATUSES[word.name]
    if value.expected == "a whole number from 1":
        return _FROM_ONE
    found = _choices(value) or _SAMPLES.get(value.shape, ())
    if not found:
        raise UncoveredError(f"{word.name} takes {value.expected}; name some values")
    return found


def _choices(value: Value) -> tuple[str, ...]:
    """Read out of its description what may be chosen; nothing where that is free."""
    named = tuple(re.split(", | or ", value.expected))
    free = len(named) < 2 or any(value.read(each) is None for each in named)
    return () if free else named


@frozen
class Trouble:
    """A fault, read."""

    text: str
    fault: Fault

    @classmethod
    def of(cls, text: str) -> Trouble:
        """Read a fault."""
        (fault,) = parse(text)
        return cls(text, fault)

    @property
    def is_slow(self) -> bool:
        return self.fault.name in ("delay", "slow") and self.fault.value == LONG

    def expected(self, form: Form) -> Expected:
        """Return what has to come of a call that it strikes."""
        fault = self.fault
        if fault.on or (fault.skip and form.several):
            return ANY
        if fault.skip:
            # The second request is the only one's retry, and there is none.
            return RESULT
        if fault.name in _INSTEAD:
            return self._instead(form)
        if fault.name in ("close", "delay", "slow", "cut-body"):
            return self._broken(form)
        if fault.name in _HARMLESS:
            return RESULT
        if fault.name == "stale-action":
            return self._of_stale(form)
        if fault.name == "malformed":
            told = not form.reads_events and fault.times is None
            return Expected.error("DecodeError", says="not JSON") if told else ANY
        if fault.name == "drop" and ("data",) in fault.value and form.gives == "Page":
            return Expected.error("DecodeError", says="the response is no list")
        if fault.name in ("drop", "null"):
            single = not form.several and not form.reads_events
            return RESULT if single or fault.value == (("usage",),) else ANY
        if fault.name in _OF_STREAMS:
            return self._of_events(form) if form.reads_events else RESULT
        raise UncoveredError(f"nobody has said what {fault.name} has to end in")

    def _instead(self, form: Form) -> Expected:
        fault = self.fault
        status: int = fault.value
        if status < 300:
            if form.reads_events:
                return Expected.error("DecodeError", "StreamInterrupted")
            if fault.name == "empty" and form.method == "DELETE":
                # It says that it is done; more isn't needed.
                return RESULT
            return Expected.error("DecodeError", says="not JSON")
        after = fault.options.get("retry-after", ("seconds" if status == 429 else None))
        told = after is not None and after[0] != "none"
        error = status_error(status)
        if fault.times and is_retried(form, status, told, fault):
            # What was done the first time can't be done again.
            done = fault.handled and form.method == "DELETE"
            return Expected.error("NotFoundError") if done else RESULT
        said = {"text": "Something went wrong", "html": f"an HTML page: {status}"}
        what = said.get(fault.name, "without a message")
        if fault.name == "status":
            what = f"A fault was requested: {status}"
        return Expected.error(error, says=what, status=status)

    def _broken(self, form: Form) -> Expected:
        fault = self.fault
        if fault.name in ("delay", "slow") and not self.is_slow:
            return RESULT
        # What was begun to be read is not asked for again.
        early = fault.name == "delay" or fault.value in _LATE[:2]
        begun = form.kind == "unread" and not early
        if fault.times and form.method != "POST" and not begun:
            return Expected.of(*_AGAIN) if form.method == "DELETE" else RESULT
        if form.reads_events:
            if fault.name == "cut-body" and fault.value == 1_000_000:
                # All but its last byte tells everything.
                return RESULT
            told = fault.name in ("slow", "cut-body") or fault.value == _LATE[2]
            if told and self.is_slow:
                # On a busy machine, its head may be late as well.
                return _broken_stream(form).or_else("APITimeoutError")
            if told:
                return _broken_stream(form)
        if self.is_slow:
            late = Expected.error("APITimeoutError", says="timed out")
            # On a busy machine, its head may be what is late, and come again.
            return late.or_else("result") if begun and fault.times else late
        return Expected.error("APIConnectionError", *_AGAIN[1:])

    def _of_events(self, form: Form) -> Expected:
        fault = self.fault
        if fault.name == "error-event":
            return Expected.error("APIError", says="an error in the stream")
        return RESULT if fault.value == 1000 else _broken_stream(form)

    def _of_stale(self, form: Form) -> Expected:
        """Return what comes of a run that seems to ask for what it was given."""
        waits = form.kind == "wait" and "tools=" in form.name
        if self.fault.value < 1000 or not waits or form.creates:
            # What is made here knows no function, so that it never asks.
            return RESULT
        late = Expected.error("RunTimeout", says="requires_action")
        return late if self.fault.times is None else late.or_else("result")


# What a client copes with, or doesn't notice.
_HARMLESS = (
    *("extra", "pages", "frames", "omit-nulls"),
    # The run stands for its events; and without a failure, nothing is closed.
    *("run-as-json", "close-after-5xx"),
)
_OF_STREAMS = ("cut-stream", "end-stream", "error-event")
# A deletion whose answer was lost finds nothing when it comes again.
_AGAIN = ("result", "NotFoundError")


def _broken_stream(form: Form) -> Expected:
    """Return what comes of a stream that breaks: some go on by polling."""
    if form.waits:
        return Expected.of("result", "StreamInterrupted", "APIConnectionError")
    return Expected.error("StreamInterrupted")


def is_retried(form: Form, status: int, after: bool, fault: Any) -> bool:
    """Return whether a response is retried, by the documentation."""
    wish = fault.options.get("should-retry")
    if wish is False or not (wish or status in RETRIED or status >= 500):
        return False
    return form.method != "POST" or status in (409, 429) or (status == 503 and after)
