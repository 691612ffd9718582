"""The connection to an upstream: requests, retries, and streams of events."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

import httpx
from attrs import evolve

from .._model_api import Client, Event, EventDecoder
from .attempts import FIRST_PAUSE, TRIES, Attempts, PassingError, failure_of
from .clients import Clients
from .errors import UpstreamError
from .gathering import gathered

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from .._model_api import Request
    from ..address import Address

T = TypeVar("T")
_TIMEOUT: Final = httpx.Timeout(30, read=600, connect=10, pool=None)
# Bytes of a body that isn't streamed.
_MOST: Final = 32 * 1024 * 1024


class Connection:
    """What goes to an upstream, and comes from it.

    What is asynchronous is for one event loop at a time, the rest for any thread.

    Attributes:
        address: where the upstream is.
        name: what errors call it.
    """

    def __init__(
        self, address: Address, name: str, *, first_pause: float = FIRST_PAUSE
    ) -> None:
        """Prepare a connection; it is opened when something is sent.

        Args:
            address: where the upstream is.
            name: what errors call it.
            first_pause: seconds before a failed request is sent again, doubled with
                each.
        """
        self.address = address
        self.name = name
        self._first_pause = first_pause
        self._client = Client(
            base_url=address.url,
            headers=address.headers,
            anonymous=True,
            timeout=_TIMEOUT,
        )
        self._clients = Clients()
        self._closed = threading.Event()

    def stream(
        self, request: Request, *, until: float
    ) -> AsyncGenerator[list[Event], None]:
        """Send a request, and yield events of the response, those that come at once.

        A server that doesn't stream gives one event: its whole response. What failed
        is sent again as long as nothing was yielded. Closing the generator closes the
        connection.

        Args:
            request: the request.
            until: the time at which the run expires, in seconds since 1970.

        Raises:
            UpstreamError: the upstream can't be reached, refuses, or breaks off.
        """
        return self._tried(self._events, request, until)

    async def send_async(
        self, request: Request, *, until: float, tries: int = TRIES
    ) -> httpx.Response:
        """Send a request, and return the response, which is a success.

        Args:
            request: the request.
            until: the time after which no new attempt is made, in seconds since 1970.
            tries: how many are made.

        Raises:
            UpstreamError: the upstream can't be reached, refuses, or breaks off.
        """
        tried = self._tried(self._whole, request, until, tries)
        async with aclosing(tried) as responses:
            async for response in responses:
                return response
        raise AssertionError("an attempt succeeds, or the last one raises")

    def send(
        self, request: Request, *, seconds: float, tries: int = TRIES
    ) -> httpx.Response:
        """Send a request from a thread, and return the response, which is a success.

        Args:
            request: the request.
            seconds: how long one attempt may take, and how long new ones are made.
            tries: how many.

        Raises:
            UpstreamError: the upstream can't be reached, refuses, or breaks off; or
                this was closed before the next attempt.
        """
        client = self._client.with_timeout(seconds)
        attempts = self._attempts(time.time() + seconds, tries)
        closed = self._closed
        while True:
            try:
                with client.open(request) as opened:
                    body = bytearray()
                    for chunk in opened.iter_bytes():
                        body += chunk[: _MOST - len(body)]
                    return self._success(opened, bytes(body))
            # A client that is closed meanwhile raises a RuntimeError.
            except (httpx.TransportError, RuntimeError, PassingError) as error:
                pause = attempts.pause_after(error)
            if closed.wait(pause):
                raise attempts.error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._clients.close()
        self.close()

    def close(self) -> None:
        """Close the connections of threads; whoever waits for one stops waiting."""
        closed, self._closed = self._closed, threading.Event()
        closed.set()
        self._client.close()

    async def _tried(
        self,
        receive: Callable[[Request], AsyncGenerator[T, None]],
        request: Request,
        until: float,
        tries: int = TRIES,
    ) -> AsyncGenerator[T, None]:
        """Send a request as often as need be, and yield what is received."""
        attempts = self._attempts(until, tries)
        while True:
            begun = False
            try:
                async with aclosing(receive(request)) as received:
                    async for each in received:
                        begun = True
                        yield each
                return
            except (httpx.TransportError, PassingError) as error:
                pause = attempts.pause_after(error, begun=begun)
            await asyncio.sleep(pause)

    async def _events(self, request: Request) -> AsyncGenerator[list[Event], None]:
        """Send a request once, and yield the events of the response."""
        accept = {"accept": "text/event-stream, application/json"}
        request = evolve(request, headers={**request.headers, **accept})
        async with self._opened(request) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
            if not response.is_success or kind.lower() == "application/json":
                whole = self._success(response, await _read(response))
                yield [Event("", whole.content.decode("utf-8", "replace"))]
                return
            decoder = EventDecoder()
            async with aclosing(gathered(response.aiter_bytes())) as chunks:
                async for chunk in chunks:
                    if events := decoder.feed(chunk):
                        yield events
            if events := decoder.flush():
                yield events

    async def _whole(self, request: Request) -> AsyncGenerator[httpx.Response, None]:
        """Send a request once, and yield the response."""
        async with self._opened(request) as response:
            yield self._success(response, await _read(response))

    def _success(self, opened: httpx.Response, body: bytes) -> httpx.Response:
        """Return a response with its body, or raise what it stands for."""
        names = ("content-type", "location", "retry-after", "retry-after-ms")
        headers = {n: opened.headers[n] for n in names if n in opened.headers}
        response = httpx.Response(opened.status_code, headers=headers, content=body)
        if not response.is_success:
            raise failure_of(self.name, self.address, response)
        if len(body) == _MOST:
            raise UpstreamError(f"{self.name} answered with {_MOST >> 20} MB or more.")
        return response

    def _attempts(self, until: float, tries: int) -> Attempts:
        pause = self._first_pause
        return Attempts(self.name, until=until, tries=tries, first_pause=pause)

    @asynccontextmanager
    async def _opened(self, request: Request) -> AsyncGenerator[httpx.Response, None]:
        """Send a request in the current event loop, and provide the response."""
        with self._clients.lease() as http:
            client = evolve(self._client, async_http_client=http)
            async with client.open_async(request) as response:
                yield response


async def _read(response: httpx.Response) -> bytes:
    """Return a body, as much of it as is sane."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk[: _MOST - len(body)]
        if len(body) == _MOST:
            break
    return bytes(body)
