"""Many clients at once that read streams, each as cheaply as can be."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bench.rows import BenchError

# Of a body in chunks.
_END = b"\r\n0\r\n\r\n"
_DELTA = b"event: thread.message.delta\n"
_VALUE = b'"value":"'


@dataclass(frozen=True)
class Heard:
    """What one client has read.

    Attributes:
        began: when it sent its request, in seconds by `time.monotonic`.
        first: when the first bytes of the body came.
        word: when the first delta of a text came, if any did.
        sent: when the model says that it sent that, if it does.
        ended: when the last event came.
        deltas: how many deltas of a text came.
    """

    began: float
    first: float
    word: float
    sent: float
    ended: float
    deltas: int

    @property
    def late(self) -> float:
        """How long the first delta was on its way, in seconds."""
        return self.word - self.sent


async def crowd(url: str, body: Any, count: int) -> list[Heard]:
    """Let so many clients send a request at once, and read what is streamed."""
    payload = json.dumps(body).encode()
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nhost: {parts.netloc}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(payload)}\r\n"
        "connection: close\r\n\r\n"
    ).encode()
    assert parts.hostname is not None
    assert parts.port is not None
    where = parts.hostname, parts.port
    return await asyncio.gather(*(_listen(where, head + payload) for _ in range(count)))


async def crowd_again(url: str, body: Any, count: int, times: int) -> list[list[Heard]]:
    """Let so many clients do the same several times, each at its own pace."""

    async def client() -> list[Heard]:
        return [(await crowd(url, body, 1))[0] for _ in range(times)]

    return await asyncio.gather(*(client() for _ in range(count)))


async def _listen(where: tuple[str, int], request: bytes) -> Heard:
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(*where, limit=1 << 20)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head[:20]:
            raise BenchError(f"{head[:20]!r}: {await reader.read(500)!r}")
        first = word = sent = 0.0
        deltas = 0
        tail = b""
        while piece := await reader.read(65536):
            now = time.monotonic()
            first = first or now
            known = tail + piece
            found = known.count(_DELTA)
            if found:
                deltas += found
                tail = known[known.rindex(_DELTA) + 1 :]
                if not word:
                    word, sent = now, _time_in(known)
            else:
                tail = known[-64:]
            if known.endswith(_END):
                return Heard(began, first, word, sent, now, deltas)
        raise BenchError(f"a stream ended before its end: {tail!r}")
    finally:
        writer.close()


def _time_in(events: bytes) -> float:
    """Return the time in the first delta, in seconds; 0 where there is none."""
    digits = events.partition(_DELTA)[2].partition(_VALUE)[2].partition(b'"')[0]
    return int(digits) / 1e9 if digits.isdigit() else 0.0
