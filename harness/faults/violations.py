"""Servers that say other things than HTTP, JSON and events allow, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from harness.faults import delivery
from harness.faults.dialects import Dialect
from harness.faults.responses import EVENT_TYPE, JSON_TYPE, ApiResponse
from harness.faults.verdicts import ANY, LOOSE_RESULT, RESULT, Expected
from harness.scripted_server import CLOSE, HOLD, RESET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.faults.delivery import Delivery
    from harness.faults.dialects import Judge, Rewrite
    from harness.faults.operations import Form

_PAGE = b"<html><title>Log in</title></html>"
_CUT = "APIConnectionError"
_FORGED = b'HTTP/1.1 200 OK\r\ncontent-length: 16\r\n\r\n{"id": "forged"}'
# A body in place of the right one, its content type, and what an error says of it.
_BODIES: dict[str, tuple[bytes, str | None]] = {
    "an HTML page": (_PAGE, "text/html"),
    "an HTML page as JSON": (_PAGE, JSON_TYPE),
    "an HTML page without a type": (_PAGE, None),
    "a number": (b"7", JSON_TYPE),
    "a bare string": (b'"completed"', JSON_TYPE),
    "text": (b"completed", "text/plain"),
    "null": (b"null", JSON_TYPE),
    "true": (b"true", JSON_TYPE),
    "a list": (b"[7]", JSON_TYPE),
    "nothing": (b"", JSON_TYPE),
    "nothing without a type": (b"", None),
    "blanks": (b" \r\n ", JSON_TYPE),
    "two objects": (b'{"id": "a"}{"id": "b"}', JSON_TYPE),
    "half an object": (b'{"id": "a", "objec', JSON_TYPE),
    "invalid UTF-8": (b'{"id": "\xff\xfe"}', JSON_TYPE),
    "UTF-16": ('{"id": "a"}'.encode("utf-16"), JSON_TYPE),
    "very deep": (b"[" * 100_000 + b"]" * 100_000, JSON_TYPE),
    "an event in place of JSON": (b"event: x\ndata: {}\n\n", EVENT_TYPE),
}
# Bodies that some readers take for JSON all the same.
_LENIENT = ("UTF-16", "two objects")


def _of_nothing(form: Form) -> Expected:
    """Return what comes of an empty body, which is enough for a deletion."""
    return RESULT if form.method == "DELETE" else _of_body(form)


def _of_a_list(form: Form) -> Expected:
    """Return what comes of a list: as a page, it is taken."""
    listing = form.operation.endswith(".list")
    return LOOSE_RESULT if listing else _of_body(form)


def _of_body(form: Form) -> Expected:
    if form.reads_events:
        return Expected.error("DecodeError", "StreamInterrupted")
    return Expected.error("DecodeError")


def _lost(form: Form) -> Expected:
    """Return what comes of a connection that breaks: of a stream, what had come."""
    if form.waits and form.reads_events:
        return ANY
    return Expected.error(_CUT, "StreamInterrupted" if form.reads_events else _CUT)


def _unlucky(form: Form) -> Expected:
    """Return what comes of connections that are closed while they are taken again.

    What creates must not be sent again then, as it may have been received.
    """
    return Expected.of("result", _CUT) if form.several else RESULT


def _ended(form: Form) -> Expected:
    """Return what comes of a connection that breaks after the last event."""
    return RESULT if form.reads_events else _lost(form)


def _short(form: Form) -> Expected:
    """Return what comes of a body without its last byte."""
    return RESULT if form.reads_events else Expected.error("DecodeError")


def _never(form: Form) -> Expected:
    return Expected.error(_CUT)


def _unheard(form: Form) -> Expected:
    return Expected(frozenset({_CUT}), once=True)


def _late(form: Form) -> Expected:
    return Expected.error("APITimeoutError", says="timed out")


def _stalled(form: Form) -> Expected:
    if form.reads_events and form.waits:
        return ANY
    if form.reads_events:
        # On a busy machine, its head may be late as well.
        return Expected.error("StreamInterrupted", "APITimeoutError")
    return _late(form)


def _right(form: Form) -> Expected:
    return RESULT


def _anything(form: Form) -> Expected:
    return ANY


def _body(raw: bytes, kind: str | None, status: int = 200) -> Rewrite:
    return lambda request, response: ApiResponse(status, raw=raw, content_type=kind)


def _json_typed(kind: str | None) -> Rewrite:
    return lambda request, response: (
        response if response.events else evolve(response, content_type=kind)
    )


def _stream_typed(kind: str | None) -> Rewrite:
    return lambda request, response: (
        evolve(response, content_type=kind) if response.events else response
    )


def _informed(*statuses: int) -> Delivery:
    lines = [
        f"HTTP/1.1 {status} Meanwhile\r\nlink: </a>; rel=preload\r\n\r\n".encode()
        for status in statuses
    ]
    return delivery.preceded(*lines)


def _all() -> Iterator[Dialect]:
    for name, (raw, kind) in _BODIES.items():
        judge: Judge = _of_body if raw.strip() else _of_nothing
        if name in _LENIENT:
            judge = _anything
        elif name == "a list":
            judge = _of_a_list
        yield Dialect(
            *(f"200 with {name}", "bodies", _body(raw, kind)),
            judge=judge,
            ends_never=name in _LENIENT,
        )
    for status in (204, 205, 202, 299):
        name = f"{status} with nothing"
        yield Dialect(name, "bodies", _body(b"", None, status), judge=_of_nothing)
    for name, rewrite in _TYPES.items():
        yield Dialect(name, "types", rewrite)
    for name, (deliver, judge) in _DELIVERIES.items():
        slow = judge in (_late, _stalled)
        yield Dialect(name, "deliveries", deliver=deliver, judge=judge, is_slow=slow)
    yield Dialect("closed at once", "deliveries", judge=_unheard, place="deaf")
    yield Dialect("nobody there", "deliveries", judge=_never, place="refusing")


_TYPES: dict[str, Rewrite] = {
    "JSON as text/plain": _json_typed("text/plain"),
    "JSON as a page": _json_typed("text/html"),
    "JSON as events": _json_typed(EVENT_TYPE),
    "JSON without a type": _json_typed(None),
    "JSON of a charset that isn't": _json_typed("application/json; charset=utf-16"),
    "JSON of an unknown charset": _json_typed("application/json; charset=klingon"),
    "JSON of a type that is none": _json_typed(";;=/,"),
    "events as text/plain": _stream_typed("text/plain"),
    "events without a type": _stream_typed(None),
    "events of another charset": _stream_typed("text/event-stream; charset=latin-1"),
    "events in capitals": _stream_typed("Text/Event-Stream"),
    "events as octets": _stream_typed("application/octet-stream"),
}
_DELIVERIES: dict[str, tuple[Delivery, Judge]] = {
    "one byte after the other": (delivery.trickled, _right),
    "chunks of 1": (delivery.chunked(1), _right),
    "chunks of 7": (delivery.chunked(7), _right),
    "no length": (delivery.until_closed, _right),
    "closed afterwards": (delivery.then(CLOSE), _unlucky),
    "100 first": (_informed(100), _right),
    "103 first": (_informed(103), _right),
    "100, 102 and 103 first": (_informed(100, 102, 103, 103), _right),
    "a thousand times 103": (_informed(*[103] * 1000), _right),
    "many headers": (delivery.headed(*(f"x-{n}: {n}" for n in range(90))), _right),
    "odd headers": (
        delivery.headed("x-empty:", "x-twice: 1", "X-TWICE: 2", "x-latin: \xe9"),
        _right,
    ),
    "a length that is too small": (delivery.measured(-1), _short),
    "a length that is too large": (delivery.measured(1, CLOSE), _ended),
    "a length that is no number": (delivery.headed("Content-Length: many"), _never),
    "two lengths": (delivery.headed("Content-Length: 3"), _never),
    "a negative length": (
        delivery.instead(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}", CLOSE),
        _never,
    ),
    "both a length and chunks": (delivery.chunked(9, "Content-Length: 5"), _anything),
    "an unknown coding": (delivery.headed("Transfer-Encoding: magic"), _never),
    "cut before the body": (delivery.cut(after=lambda body: 0), _lost),
    "cut after a byte": (delivery.cut(after=lambda body: 1), _lost),
    "cut before the end": (delivery.cut(after=lambda body: len(body) - 1), _ended),
    "reset in the body": (
        delivery.cut(after=lambda body: len(body) // 2, end=RESET),
        _lost,
    ),
    "cut chunks": (delivery.cut_chunks(b""), _lost),
    "a cut chunk": (delivery.cut_chunks(b"ff\r\nabc"), _lost),
    "a chunk without a length": (delivery.cut_chunks(b"zz\r\nabc\r\n"), _lost),
    "a chunk that is too long": (delivery.cut_chunks(b"1\r\nabc\r\n"), _lost),
    "stalled chunks": (delivery.cut_chunks(b"", HOLD), _stalled),
    "a second answer at once": (delivery.at_once(_FORGED), _right),
    "garbage at once": (delivery.at_once(b"\0\xff\r\n\r\n"), _right),
    "garbage in place of an answer": (delivery.instead(b"\0\xff" * 50, CLOSE), _never),
    "text in place of an answer": (delivery.instead(b"Hello!\r\n\r\n", CLOSE), _never),
    "another protocol": (
        delivery.instead(b"SSH-2.0-OpenSSH_9.6\r\n\r\n", CLOSE),
        _never,
    ),
    "a status that is none": (
        delivery.instead(b"HTTP/1.1 99999 OK\r\n\r\n", CLOSE),
        _never,
    ),
    "a status in words": (delivery.instead(b"HTTP/1.1 OK\r\n\r\n", CLOSE), _never),
    "HTTP/2 in words": (
        delivery.instead(b"HTTP/2 200 OK\r\ncontent-length: 2\r\n\r\n{}", CLOSE),
        _never,
    ),
    "HTTP/0.9": (delivery.instead(b'{"id": "a"}', CLOSE), _never),
    "only 100": (delivery.instead(b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE), _never),
    "an upgrade that nobody asked for": (
        delivery.instead(b"HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n", CLOSE),
        _anything,
    ),
    "a header without a colon": (
        delivery.instead(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n{}", CLOSE),
        _never,
    ),
    "a header with control bytes": (
        delivery.instead(b"HTTP/1.1 200 OK\r\nx: a\x00b\r\n\r\n{}", CLOSE),
        _never,
    ),
    "a header without a name": (
        delivery.instead(b"HTTP/1.1 200 OK\r\n: a\r\n\r\n{}", CLOSE),
        _never,
    ),
    "a header that is too large": (
        delivery.headed("x-large: " + "a" * 300_000),
        _never,
    ),
    "headers without an end": (
        delivery.instead(b"HTTP/1.1 200 OK\r\n", *[b"x: " + b"a" * 9000] * 40, CLOSE),
        _never,
    ),
    "cut headers": (delivery.instead(b"HTTP/1.1 200 OK\r\ncontent-", CLOSE), _never),
    "closed without an answer": (delivery.instead(CLOSE), _never),
    "reset without an answer": (delivery.instead(RESET), _never),
    "no answer": (delivery.instead(HOLD), _late),
    "headers that don't end": (delivery.instead(b"HTTP/1.1 200 OK\r\nx", HOLD), _late),
    "a body that doesn't come": (
        delivery.cut(after=lambda body: 0, end=HOLD),
        _stalled,
    ),
    "a body that stalls": (
        delivery.cut(after=lambda body: len(body) // 2, end=HOLD),
        _stalled,
    ),
}
DIALECTS = tuple(_all())
