"""The connection to the upstream: requests, retries, and streams of events."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, Final

import httpx

from .._model_api import Event, EventDecoder, list_models
from ..retry_after import retry_after
from .errors import UpstreamError, error_of, is_used_up

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .._model_api import Request
    from ..address import Address

_TIMEOUT: Final = httpx.Timeout(30, read=600, connect=10, pool=None)
_CHECK_SECONDS: Final = 15.0
_TRIES: Final = 4
FIRST_PAUSE: Final = 0.5
"""Seconds before a failed request is sent again, unless told otherwise."""
_LONGEST_PAUSE: Final = 30.0
# Bytes of a body that isn't streamed.
_MOST: Final = 32 * 1024 * 1024
_OK, _TOO_MANY = 200, 429
# Statuses of servers that are busy or restarting.
_PASSING: Final = (408, 500, 502, 503, 504, 529)
_log = logging.getLogger("assistants_server")


class Connection:
    """What goes to the upstream, and comes from it; for one event loop at a time."""

    def __init__(
        self,
        address: Address,
        *,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        """Prepare a connection; it is opened when something is sent.

        Args:
            address: where the upstream is.
            first_pause: seconds before a failed request is sent again, doubled with
                each.
        """
        self.address = address
        self._first_pause = first_pause
        self._client: httpx.AsyncClient | None = None

    async def stream(
        self, request: Request, *, until: float
    ) -> AsyncGenerator[Event, None]:
        """Send a request, and yield the events of the response.

        A server that doesn't stream gives one event: its whole response. What failed
        is sent again as long as nothing was yielded. Closing the generator closes the
        connection.

        Args:
            request: the request.
            until: the time at which the run expires, in seconds since 1970.

        Raises:
            UpstreamError: the upstream can't be reached, refuses, or breaks off.
        """
        client = self._opened()
        attempt = 0
        while True:
            attempt += 1
            begun = False
            try:
                async with aclosing(self._events(client, request)) as events:
                    async for event in events:
                        begun = True
                        yield event
                return
            except httpx.TransportError as error:
                what = f"broke off ({type(error).__name__})"
                if not begun:
                    what = f"can't be reached ({type(error).__name__})"
                if begun or attempt == _TRIES:
                    raise self._error(what) from error
                pause = self._pause(attempt)
            except _PassingError as passing:
                pause = max(passing.pause, self._pause(attempt))
                late = time.time() + pause >= until
                if late or (passing.counts and attempt >= _TRIES):
                    raise passing.error from None
            _log.warning(
                "the upstream %s is asked again in %.1f s", self.address.host, pause
            )
            await asyncio.sleep(pause)

    async def models(self) -> list[str]:
        """Return the names of the upstream's models, as it lists them.

        Raises:
            UpstreamError: it can't be reached, or refuses.
        """
        request = list_models.build_request()
        async with httpx.AsyncClient(
            headers=self.address.headers, timeout=_CHECK_SECONDS
        ) as client:
            try:
                response = await client.get(f"{self._base}{request.path}")
            except httpx.TransportError as error:
                raise self._error(
                    f"can't be reached ({type(error).__name__})"
                ) from error
        body = _decoded(response.content)
        if response.status_code != _OK:
            raise self._refusal(response, body)
        data = body.get("data") if isinstance(body, dict) else None
        found = data if isinstance(data, list) else []
        names = [each.get("id") for each in found if isinstance(each, dict)]
        return [name for name in names if isinstance(name, str)]

    async def close(self) -> None:
        """Close all connections."""
        client, self._client = self._client, None
        if client:
            await client.aclose()

    @property
    def _base(self) -> str:
        return self.address.url.rstrip("/")

    async def _events(
        self, client: httpx.AsyncClient, request: Request
    ) -> AsyncGenerator[Event, None]:
        """Send a request once, and yield the events of the response."""
        url = f"{self._base}{request.path}"
        headers = {"accept": "text/event-stream, application/json"}
        async with client.stream(
            request.method, url, json=request.json, headers=headers
        ) as response:
            if response.status_code != _OK:
                raise await self._failure(response)
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
            if kind.lower() == "application/json":
                text = (await _read(response)).decode("utf-8", "replace")
                yield Event("", text)
                return
            decoder = EventDecoder()
            async for chunk in response.aiter_bytes():
                for event in decoder.feed(chunk):
                    yield event
            for event in decoder.flush():
                yield event

    async def _failure(self, response: httpx.Response) -> Exception:
        """Return what a response that is no success stands for."""
        status = response.status_code
        body = _decoded(await _read(response))
        error = self._refusal(response, body)
        if status == _TOO_MANY and not is_used_up(body):
            return _PassingError(error, retry_after(response.headers), counts=False)
        if status in _PASSING:
            return _PassingError(error, retry_after(response.headers), counts=True)
        return error

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
            self._client = httpx.AsyncClient(
                headers=self.address.headers, timeout=_TIMEOUT, limits=limits
            )
        return self._client

    def _pause(self, attempt: int) -> float:
        return min(self._first_pause * 2.0 ** (attempt - 1), _LONGEST_PAUSE)

    def _error(self, what: str) -> UpstreamError:
        return UpstreamError(f"The model's server at {self.address.host} {what}.")

    def _refusal(self, response: httpx.Response, body: Any) -> UpstreamError:
        if response.is_redirect:
            target = httpx.URL(response.headers.get("location", ""))
            where = target.copy_with(userinfo=b"", query=None, fragment=None)
            return self._error(
                f"redirects to {where}, which is not followed; "
                "if that is right, name it as the upstream"
            )
        clean = _without_key(body, self.address)
        return error_of(self.address.host, response.status_code, clean)


class _PassingError(Exception):
    """A refusal that may not be one a moment later."""

    def __init__(self, error: UpstreamError, pause: float, *, counts: bool) -> None:
        super().__init__()
        self.error = error
        self.pause = pause
        self.counts = counts


async def _read(response: httpx.Response) -> bytes:
    """Return a body, as much of it as is sane."""
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > _MOST:
            break
    return bytes(body[:_MOST])


def _decoded(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _without_key(body: Any, address: Address) -> Any:
    """Return a body of the upstream's without the key, which some repeat."""
    if isinstance(body, str):
        return address.without_key(body)
    clean = address.without_key(json.dumps(body, ensure_ascii=False))
    return json.loads(clean)
