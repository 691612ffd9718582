"""How an answer goes over the wire: as it should, or in one of many other ways."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.faults.responses import Asked, Said


class _Doing(enum.Enum):
    """What a server does besides writing."""

    CLOSE = enum.auto()
    RESET = enum.auto()
    HOLD = enum.auto()
    PAUSE = enum.auto()


CLOSE, RESET = _Doing.CLOSE, _Doing.RESET
HOLD, PAUSE = _Doing.HOLD, _Doing.PAUSE
Action: TypeAlias = bytes | _Doing
Wire: TypeAlias = "Callable[[Asked, Said], Iterator[Action]]"


def head(said: Said, *more: str) -> bytes:
    """Give the status line and the headers."""
    lines = [f"HTTP/1.1 {said.status} Whatever"]
    if said.kind is not None:
        lines.append(f"Content-Type: {said.kind}")
    lines += [f"{name}: {value}" for name, value in said.headers.items()]
    return "\r\n".join([*lines, *more, "", ""]).encode("latin-1")


def chunk(piece: bytes) -> bytes:
    """Give a piece of a body in the chunked coding."""
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def plain(_: Asked, said: Said) -> Iterator[Action]:
    """Send an answer as it should be."""
    pieces = said.pieces
    if said.status in (204, 304):
        yield head(said)
    elif said.events is not None:
        yield head(said, "Transfer-Encoding: chunked")
        for piece in pieces:
            if piece:
                yield chunk(piece)
        yield b"0\r\n\r\n"
    else:
        body = b"".join(pieces)
        yield head(said, f"Content-Length: {len(body)}") + body


def then(*actions: Action) -> Wire:
    """Send it, and do something else."""

    def wire(asked: Asked, said: Said) -> Iterator[Action]:
        yield from plain(asked, said)
        yield from actions

    return wire


def at_once(more: bytes) -> Wire:
    """Send it with something behind it, all at the same time."""

    def wire(asked: Asked, said: Said) -> Iterator[Action]:
        written = [each for each in plain(asked, said) if isinstance(each, bytes)]
        yield b"".join([*written, more])

    return wire


def instead(*actions: Action) -> Wire:
    """Do something else in place of sending it."""
    return lambda asked, said: iter(actions)


def preceded(*actions: Action) -> Wire:
    """Do something before it is sent."""

    def wire(asked: Asked, said: Said) -> Iterator[Action]:
        yield from actions
        yield from plain(asked, said)

    return wire


def headed(*lines: str) -> Wire:
    """Send lines among the headers."""

    def wire(_: Asked, said: Said) -> Iterator[Action]:
        body = b"".join(said.pieces)
        yield head(said, *lines, f"Content-Length: {len(body)}") + body

    return wire


def measured(by: int, *actions: Action) -> Wire:
    """Send a length that is wrong by so much, and do something else."""

    def wire(_: Asked, said: Said) -> Iterator[Action]:
        body = b"".join(said.pieces)
        yield head(said, f"Content-Length: {len(body) + by}") + body
        yield from actions

    return wire


def cut(*, after: Callable[[bytes], int], end: Action = CLOSE) -> Wire:
    """Stop in the middle of the body."""

    def wire(_: Asked, said: Said) -> Iterator[Action]:
        body = b"".join(said.pieces)
        yield head(said, f"Content-Length: {len(body)}") + body[: after(body)]
        yield end

    return wire


def cut_chunks(last: bytes, end: Action = CLOSE) -> Wire:
    """Send it in the chunked coding, which breaks off or goes wrong after half."""

    def wire(_: Asked, said: Said) -> Iterator[Action]:
        body = b"".join(said.pieces)
        yield head(said, "Transfer-Encoding: chunked")
        yield chunk(body[: len(body) // 2]) + last
        yield end

    return wire


def until_closed(_: Asked, said: Said) -> Iterator[Action]:
    """Send it without a length: it ends where the connection ends."""
    yield head(said) + b"".join(said.pieces)
    yield CLOSE


def trickled(asked: Asked, said: Said) -> Iterator[Action]:
    """Send it byte by byte."""
    for action in plain(asked, said):
        if isinstance(action, bytes):
            for at in range(len(action)):
                yield action[at : at + 1]
                if at % 16 == 0:
                    yield PAUSE


def chunked(size: int, *lines: str) -> Wire:
    """Send it in chunks of so many bytes, wherever they cut it."""

    def wire(_: Asked, said: Said) -> Iterator[Action]:
        body = b"".join(said.pieces)
        yield head(said, "Transfer-Encoding: chunked", *lines)
        for at in range(0, len(body), size):
            yield chunk(body[at : at + size])
        yield b"0\r\n\r\n"

    return wire
