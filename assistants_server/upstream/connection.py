"""The connection to an upstream: requests, retries, and streams of events."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Final

import httpx

from .._model_api import Client, Event, EventDecoder
from ..engines.upstream_errors import PassingError, UpstreamError
from ..telemetry.instruments import instruments
from .attempts import FIRST_PAUSE, TRIES, Attempts, failure_of, unreachable
from .clients import Clients
from .odd_streams import JSONLines, Separator
from .pieces import gathered
from .retry_after import RETRY_AFTER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from .._model_api import Request
    from ..address import Address
    from ..telemetry.upstream_call import UpstreamCall

_TIMEOUT: Final = httpx.Timeout(30, read=600, connect=10, pool=None)
_PAGES: Final = ("text/html", "application/xhtml+xml")
# Bytes of a body that isn't streamed.
_MOST: Final = 32 * 1024 * 1024
# Events that are read, stored and sent in a few milliseconds.
_AT_ONCE: Final = 32


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
        self._clients = Clients(self._client)
        self._closed = threading.Event()

    def observed(self, request: Request) -> UpstreamCall:
        """Return what measures one attempt at a request."""
        body = request.json if isinstance(request.json, dict) else {}
        model = str(body.get("model") or "")
        return instruments().upstream(request.path, self.address, model)

    async def stream(
        self, request: Request, call: UpstreamCall
    ) -> AsyncGenerator[list[Event], None]:
        """Send a request once, and yield events, those that come at once.

        A server that doesn't stream gives one event: its whole response. Closing the
        generator closes the connection.

        Args:
            request: the request.
            call: measures it; it has begun.

        Raises:
            UpstreamError: the upstream can't be reached, refuses, or breaks off.
        """
        begun = False
        try:
            async with aclosing(self._events(_traced(request, call))) as events:
                async for several in events:
                    if not begun:
                        begun = True
                        call.first()
                    yield several
        except httpx.TransportError as error:
            what = "broke off" if begun else "can't be reached"
            raise unreachable(self.name, error, what) from error
        except httpx.DecodingError as error:
            raise unreachable(self.name, error, "can't be understood") from error

    def attempts(self, until: float, tries: int = TRIES) -> Attempts:
        """Return the attempts at one request, none of which has been made.

        Args:
            until: the time after which none is made, in seconds since 1970.
            tries: how many are made.
        """
        pause = self._first_pause
        return Attempts(
            self.name, self.address, until=until, tries=tries, first_pause=pause
        )

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
        attempts = self.attempts(until, tries)
        while True:
            try:
                with self.observed(request) as call:
                    async with self._opened(_traced(request, call)) as response:
                        return self._success(response, await _read(response))
            except (httpx.TransportError, httpx.DecodingError, PassingError) as error:
                pause = attempts.pause_after(error)
            await asyncio.sleep(pause)

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
        attempts = self.attempts(time.time() + seconds, tries)
        closed = self._closed
        while True:
            try:
                with (
                    self.observed(request) as call,
                    client.open(_traced(request, call)) as opened,
                ):
                    body = bytearray()
                    for chunk in opened.iter_bytes():
                        body += chunk[: _MOST - len(body)]
                    return self._success(opened, bytes(body))
            # A client that is closed meanwhile raises a RuntimeError.
            except (httpx.RequestError, RuntimeError, PassingError) as error:
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

    async def _events(self, request: Request) -> AsyncGenerator[list[Event], None]:
        """Send a request once, and yield the events of the response."""
        accept = {"accept": "text/event-stream, application/json"}
        request = request.replaced(headers={**request.headers, **accept})
        async with self._opened(request) as response:
            if not response.is_success:
                self._success(response, await _read(response))
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
            if kind.lower() in _PAGES:
                raise UpstreamError(f"{self.name} answered with a page of {kind}.")
            decoder, separator = EventDecoder(), Separator()
            begun: JSONLines | bool = False
            async with aclosing(gathered(response.aiter_bytes())) as chunks:
                async for chunk in chunks:
                    # Not every server says by the type which of both it sends.
                    if not begun and chunk.lstrip().startswith(b"{"):
                        begun = JSONLines()
                    if isinstance(begun, JSONLines):
                        events = begun.feed(chunk, _MOST)
                    else:
                        events = decoder.feed(separator.feed(chunk))
                        begun = begun or bool(chunk.strip())
                    for several in _portions(events):
                        yield several
            if isinstance(begun, JSONLines) and (whole := bytes(begun.rest)):
                self._success(response, whole)
                yield [Event("", whole.decode("utf-8", "replace"))]
            for several in _portions(
                [*decoder.feed(separator.end()), *decoder.flush()]
            ):
                yield several

    def _success(self, opened: httpx.Response, body: bytes) -> httpx.Response:
        """Return a response with its body, or raise what it stands for."""
        names = ("content-type", "location", *RETRY_AFTER)
        headers = {n: opened.headers[n] for n in names if n in opened.headers}
        response = httpx.Response(opened.status_code, headers=headers, content=body)
        if not response.is_success:
            raise failure_of(self.name, self.address, response)
        if len(body) == _MOST:
            raise UpstreamError(f"{self.name} answered with {_MOST >> 20} MB or more.")
        return response

    @asynccontextmanager
    async def _opened(self, request: Request) -> AsyncGenerator[httpx.Response, None]:
        """Send a request in the current event loop, and provide the response."""
        async with (
            self._clients.lease() as client,
            client.open_async(request) as response,
        ):
            yield response


def _traced(request: Request, call: UpstreamCall) -> Request:
    """Return a request that names its span, if there is one."""
    if not call.headers:
        return request
    return request.replaced(headers={**request.headers, **call.headers})


def _portions(events: list[Event]) -> Iterator[list[Event]]:
    """Yield events, so many at once that they don't hold up others."""
    for start in range(0, len(events), _AT_ONCE):
        yield events[start : start + _AT_ONCE]


async def _read(response: httpx.Response) -> bytes:
    """Return a body, as much of it as is sane."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk[: _MOST - len(body)]
        if len(body) == _MOST:
            break
    return bytes(body)
