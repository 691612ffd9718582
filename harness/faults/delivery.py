"""How a response is delivered: as it should be, or in one of many other ways."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from harness.scripted_server import CLOSE, Action, Effect, Response, chunk

Delivery: TypeAlias = Callable[[Response], Iterable[Action]]


def _content(response: Response) -> bytes:
    body = response.body
    return body if isinstance(body, bytes) else b"".join(body)


def plain(response: Response) -> Iterator[Action]:
    return response.actions()


def then(*actions: Action) -> Delivery:
    return lambda response: [*response.actions(), *actions]


def at_once(more: bytes) -> Delivery:
    """Send more behind the response, at the same time."""

    def deliver(response: Response) -> Iterator[Action]:
        sent = [each for each in response.actions() if isinstance(each, bytes)]
        yield b"".join([*sent, more])

    return deliver


def instead(*actions: Action) -> Delivery:
    return lambda _: actions


def preceded(*actions: Action) -> Delivery:
    return lambda response: [*actions, *response.actions()]


def headed(*lines: str) -> Delivery:
    """Send lines among the headers."""

    def deliver(response: Response) -> Iterator[Action]:
        body = _content(response)
        yield response.head(*lines, f"Content-Length: {len(body)}") + body

    return deliver


def measured(by: int, *actions: Action) -> Delivery:
    """Send a length that is wrong by so much, and do something else."""

    def deliver(response: Response) -> Iterator[Action]:
        body = _content(response)
        yield response.head(f"Content-Length: {len(body) + by}") + body
        yield from actions

    return deliver


def cut(*, after: Callable[[bytes], int], end: Effect = CLOSE) -> Delivery:
    """Stop in the middle of the body."""

    def deliver(response: Response) -> Iterator[Action]:
        body = _content(response)
        head = response.head(f"Content-Length: {len(body)}")
        yield head + body[: after(body)]
        yield end

    return deliver


def cut_chunks(last: bytes, end: Effect = CLOSE) -> Delivery:
    """Send chunks, which break off or go wrong after half of the body."""

    def deliver(response: Response) -> Iterator[Action]:
        body = _content(response)
        yield response.head("Transfer-Encoding: chunked")
        yield chunk(body[: len(body) // 2]) + last
        yield end

    return deliver


def until_closed(response: Response) -> Iterator[Action]:
    """Send it without a length: it ends where the connection ends."""
    yield response.head() + _content(response)
    yield CLOSE


def trickled(response: Response) -> Iterator[Action]:
    """Send it byte by byte."""
    for action in response.actions():
        if isinstance(action, bytes):
            for at in range(len(action)):
                yield action[at : at + 1]
                if at % 16 == 0:
                    yield 0.0


def chunked(size: int, *lines: str) -> Delivery:
    """Send chunks of so many bytes, wherever they cut the body."""

    def deliver(response: Response) -> Iterator[Action]:
        body = _content(response)
        yield response.head("Transfer-Encoding: chunked", *lines)
        yield from (chunk(body[at : at + size]) for at in range(0, len(body), size))
        yield b"0\r\n\r\n"

    return deliver
