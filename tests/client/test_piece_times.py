"""Until when the next piece of a body has to be there."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from assistants_client._transport import exchange
from assistants_client._transport.async_body import AsyncBody
from assistants_client._transport.body import Bound, SyncBody, supervise
from assistants_client._transport.exchange import Timing
from assistants_client._transport.library import chosen_library

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

READ = 5.0
ENCODED = {"content-encoding": "identity"}


class Consumer:
    """Takes ten seconds for each piece; notes when the next one had to be there."""

    def __init__(
        self, headers: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.now = 100.0
        self.due: list[float | None] = []
        self._headers = headers
        clock = SimpleNamespace(monotonic=lambda: self.now)
        monkeypatch.setattr(exchange, "time", clock)
        self._timing = Timing(60.0, dict.fromkeys(("connect", "read"), READ))
        self._timing.renew()
        self._timing.open_end()

    def read(self, *, decoded: bool) -> None:
        response = self._response(self._pieces(), SyncBody)
        bound = Bound(response, chosen_library(), None)
        for _ in bound.pieces() if decoded else response.iter_raw():
            self.now += 10.0

    async def read_async(self, *, decoded: bool) -> None:
        response = self._response(self._pieces_async(), AsyncBody)
        bound = Bound(response, chosen_library(), None)
        async for _ in bound.pieces_async() if decoded else response.aiter_raw():
            self.now += 10.0

    def _response(self, content: Any, kind: Any) -> Any:
        library = chosen_library()
        response = library.http.Response(200, headers=self._headers, content=content)
        supervise(response, library, self._timing, kind)
        return response

    def _pieces(self) -> Iterator[bytes]:
        for _ in range(3):
            self.due.append(self._timing.piece)
            yield b"a"

    async def _pieces_async(self) -> AsyncIterator[bytes]:
        for each in self._pieces():
            yield each


@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("headers", "decoded", "due"),
    [
        ({}, False, [105.0, 115.0, 125.0]),
        ({}, True, [105.0, 115.0, 125.0]),
        # Whoever reads what it is decoded to says when more of that is asked for.
        (ENCODED, False, [105.0, 105.0, 105.0]),
        (ENCODED, True, [105.0, 115.0, 125.0]),
    ],
)
def test_a_piece_has_its_time_from_when_it_is_asked_for(
    awaited: bool,
    headers: dict[str, str],
    decoded: bool,
    due: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consumer = Consumer(headers, monkeypatch)
    if awaited:
        asyncio.run(consumer.read_async(decoded=decoded))
    else:
        consumer.read(decoded=decoded)
    assert consumer.due == due
