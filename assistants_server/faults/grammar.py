"""The words of faults and their options, all in one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..contract.operations import operations

NEEDED = object()
"""The default of a value that is required."""
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True)
class Value:
    """The value after a "=".

    Attributes:
        shape: its name in the help.
        expected: what is expected, in words.
        read: parses it; returns None for an invalid text.
        listed: whether the help repeats what is expected.
        known: returns all allowed values, where `expected` has examples only.
    """

    shape: str
    expected: str
    read: Callable[[str], Any]
    listed: bool = False
    known: Callable[[], Iterable[str]] = tuple


@dataclass(frozen=True)
class Word:
    """The name of a fault, or the key of an option.

    Attributes:
        default: the value if none is given.
        label: its name in the help, if not NAME=VALUE.
        options: the keys of the options that not every fault has.
        needs_response: whether it changes a response, so that there must be one.
    """

    name: str
    help: str
    value: Value | None = None
    default: Any = NEEDED
    label: str = ""
    options: tuple[str, ...] = ()
    needs_response: bool = True


def _matching(pattern: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
    compiled = re.compile(pattern)
    return lambda text: read(text) if compiled.fullmatch(text) else None


def _choice(shape: str, *allowed: str) -> Value:
    expected = f"{', '.join(allowed[:-1])} or {allowed[-1]}"
    read = dict(zip(allowed, allowed, strict=True)).get
    return Value(shape, expected, read, listed=True)


def _either(yes: str, no: str) -> Value:
    return Value(f"{yes}|{no}", f"{yes} or {no}", {yes: True, no: False}.get)


def _read_retry_after(text: str) -> tuple[str, float] | None:
    """Return the form of the header, and the seconds."""
    if text == "none":
        return "none", 0.0
    match = re.fullmatch(rf"(?:(date):(-?))?({_NUMBER})", text)
    if match is None:
        return None
    return match[1] or "seconds", float(f"{match[2] or ''}{match[3]}")


def _read_fields(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Return the path of each field, name by name."""
    paths = tuple(tuple(path.split(".")) for path in text.split(","))
    return paths if all(map(all, paths)) else None


def _places() -> Iterable[str]:
    return (*METHODS, *(operation.id for operation in operations()))


def _read_places(text: str) -> frozenset[str] | None:
    places = frozenset(text.split(","))
    return places if places.issubset(_places()) else None


_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_SECONDS = Value("SECONDS", "seconds, such as 2 or 0.5", _matching(_NUMBER, float))
_COUNT = Value("N", "a whole number", _matching("[0-9]{1,9}", int))
_FROM_ONE = Value("N", "a whole number from 1", _matching("[1-9][0-9]{0,8}", int))
_BYTES = Value("BYTES", "a whole number", _COUNT.read)
_STATUS = Value("STATUS", "200 to 599", _matching("[2-5][0-9]{2}", int))
_WITH_BODY = Value(  # these three have none
    "STATUS",
    "200 to 599, but not 204, 205 or 304",
    _matching("(?!204|205|304)[2-5][0-9]{2}", int),
)
_FIELDS = Value("FIELDS", "names such as id,usage.total_tokens", _read_fields)
_PLACES = Value(
    "WHERE",
    f"operationIds of the API, such as createRun, or {', '.join(METHODS)}",
    _read_places,
    listed=True,
    known=_places,
)
_WHEN = Value(
    "WHEN",
    "SECONDS, date:SECONDS from now, date:-SECONDS ago, or none",
    _read_retry_after,
    listed=True,
)

_REPLACEMENT: dict[str, Any] = {
    "options": ("retry-after", "should-retry"),
    "needs_response": False,
}
STATUS = Word(
    "status",
    "an error of the API instead of the response; any status from 400 to 599",
    label="STATUS",
    **_REPLACEMENT,
)
FAULTS = (
    Word(
        "html",
        "a page as of a proxy instead of the response; STATUS is 502 if not given",
        _WITH_BODY,
        default=502,
        **_REPLACEMENT,
    ),
    Word(
        "text",
        "plain text instead of the response; STATUS is 500 if not given",
        _WITH_BODY,
        default=500,
        **_REPLACEMENT,
    ),
    Word(
        "empty",
        "no body and no content type instead of the response; STATUS is 404 if not "
        "given",
        _STATUS,
        default=404,
        **_REPLACEMENT,
    ),
    Word("delay", "wait before the response", _SECONDS),
    Word(
        "slow",
        "wait before each event of a stream, and before each quarter of another body",
        _SECONDS,
    ),
    Word(
        "close",
        "close the connection",
        _choice("WHEN", "before-headers", "in-headers", "after-headers"),
        options=("how",),
        needs_response=False,
    ),
    Word(
        "cut-body",
        "promise the whole body, but close the connection after BYTES of it, at the "
        "latest before its end; after half of it (of a stream: half of its first "
        "event) if not given",
        _BYTES,
        default=None,
        options=("how",),
    ),
    Word(
        "cut-stream",
        "close the connection after N events, at the latest where the stream would end",
        _COUNT,
        options=("how",),
    ),
    Word("end-stream", "end a stream after N events, without done", _COUNT),
    Word(
        "error-event",
        "after N events one named error, with which the stream ends, without done",
        _COUNT,
        options=("shape",),
    ),
    Word(
        "malformed",
        "JSON without its last character: the body's, or that of an event's data",
        options=("event",),
    ),
    Word(
        "drop",
        "leave fields out of every object: of the response itself, the items of a "
        "list, "
        "the data of events",
        _FIELDS,
    ),
    Word("null", "set fields of these objects to null, where they are", _FIELDS),
    Word("omit-nulls", "leave out what is null, however deep in these objects"),
    Word("extra", "add an undocumented field x_local to these objects"),
    Word(
        "pages",
        "lists as of a server with broken pagination; first: what is before a cursor "
        "is taken from the start of the list",
        _choice(
            "HOW", "duplicate", "inclusive", "ignore-cursor", "endless", "bare", "first"
        ),
    ),
    Word(
        "frames",
        "events in a dialect: lines that end with CRLF; no event line, but both in the "
        "data; no done; all of the run named thread.run.completed; characters such as "
        "U+2028 not escaped",
        _choice("HOW", "crlf", "unnamed", "no-done", "misnamed", "unescaped"),
    ),
    Word(
        "stale-action",
        "a run goes on asking for the outputs that were submitted, N times: in the "
        "response to that, and when it is retrieved",
        _FROM_ONE,
    ),
    Word("run-as-json", "the run as JSON where its events were asked for"),
    Word(
        "close-after-5xx",
        "close the connection after a response of 500 or more, without a word before",
    ),
)
SOME_OPTIONS = (
    Word(
        "retry-after",
        "header of the response: whole seconds, with retry-after-ms for parts of one, "
        "or a date; 1 if not given with 429",
        _WHEN,
    ),
    Word("should-retry", "header x-should-retry", _either("true", "false")),
    Word(
        "how",
        "close properly, or by a reset that may take away what the client hasn't read "
        "yet; close if not given",
        _choice("HOW", "close", "reset"),
    ),
    Word("event", "the number of the malformed event; 1 if not given", _FROM_ONE),
    Word(
        "shape",
        "the data of the error as documented, or inside of an object as in the body "
        "of an error; plain if not given",
        _choice("SHAPE", "plain", "wrapped"),
    ),
)
EVERY_OPTION = (
    Word("times", "only the first N requests that match", _FROM_ONE),
    Word("skip", "not the first N that match; times counts from there", _COUNT),
    Word("on", "the requests that match; several with commas between", _PLACES),
    Word(
        "handled",
        "whether the request is carried out although the client doesn't see it; if "
        "not given, no with STATUS, html, text, empty, close=before-headers and "
        "close=in-headers, yes with close=after-headers; always yes with the others",
        _either("yes", "no"),
    ),
    Word(
        "key",
        "no effect; texts with different keys are counted apart",
        Value("ANYTHING", "anything", lambda text: text or None),
    ),
)
