"""Effects in the world where they are awaited; `http` has the same for threads."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING, Any

from .._effects import (
    Invoke,
    InvokeAll,
    Log,
    Note,
    Progress,
    Receive,
    Send,
    Sleep,
    TimeUp,
    Upload,
    Within,
)
from .async_body import AsyncBody
from .body import Bound, bound_for, hurry_if_whole, supervise
from .failures import broken_off
from .http import BaseHttp
from .waits import rest_of, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from .._effects import Effect, HttpResponse, PreparedRequest
    from .async_pool import AsyncPool
    from .exchange import Exchange


class AsyncHttp(BaseHttp):
    """Performs effects by an asynchronous client of an HTTP library."""

    _pool: AsyncPool
    _client: httpx.AsyncClient
    _pieces: AsyncIterator[bytes]

    async def perform(self, effect: Effect) -> Any:
        """Perform an effect.

        Raises:
            NoResponse: a request got no response.
            UnreadableResponse: a response can't be read.
            TimeUp: an effect took longer than it may.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            if effect.response is not self._read:
                await self._begin(effect)
            try:
                return await anext(self._pieces, None)
            except self.library.broken as error:
                raise broken_off(error, self.library, self._secrets) from error
        if type(effect) is Send:
            return await self._send(effect.request)
        match effect:
            case Sleep(seconds):
                await asyncio.sleep(seconds)
            case Invoke(function):
                found = function()
                return await found if inspect.isawaitable(found) else found
            case InvokeAll(invocations):
                from .concurrency import together_async

                return await together_async(invocations)
            case Within(inner, seconds):
                return await self._within(inner, seconds)
            case Log():
                self._log(effect)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
            case Progress(status, seconds):
                return self._show_progress(status, seconds)
        return None

    async def release(self, response: Any = None) -> None:
        """Close the response that is being read, and another one."""
        self.clear_progress()
        try:
            if self._read is not None:
                await self._read.aclose()
        finally:
            if response is not None:
                await response.aclose()

    async def _within(self, effect: Effect, seconds: float) -> Any:
        """Perform an effect, and cancel it if it takes longer than that."""
        timeout = asyncio.timeout(seconds)
        try:
            async with timeout:
                return await self.perform(effect)
        except TimeoutError as error:
            if timeout.expired():
                raise TimeUp from error
            raise

    async def _begin(self, effect: Receive) -> None:
        """Begin to read a response, and close the one that was read before."""
        response: Any = effect.response
        # Remembered first: if this is cancelled, `release` closes what is read.
        known, self._read = self._read, response
        self._pieces = Bound(response, self.library, effect.limit).pieces_async()
        hurry_if_whole(response)
        if known is not None:
            await known.aclose()

    async def _send(self, prepared: PreparedRequest) -> HttpResponse:
        if isinstance(prepared.content, Upload):
            await prepared.content.form.open_async()
        exchange = self._exchange(prepared)
        response: httpx.Response | None = None
        try:
            response = await self._head(exchange)
            exchange.begun(response)
            # One that was made without a network has been read by that.
            if not response.is_closed:
                supervise(response, self.library, exchange.timing, AsyncBody)
                bound = bound_for(response, self.library, prepared.limit)
                if not (prepared.stream and response.is_success):
                    await bound.read_async()
        except BaseException as error:
            # Else the connection stays taken.
            try:
                if response is not None:
                    await response.aclose()
            finally:
                if exchange.timing.lease is not None:
                    await exchange.timing.lease.drop()
            failure = exchange.failure(error)
            if failure is None:
                raise
            raise failure from error
        exchange.ended(response)
        return response

    async def _head(self, exchange: Exchange) -> httpx.Response:
        """Send a request, and return the response, its body unread."""
        sending = self._client.send(
            exchange.request, stream=True, follow_redirects=False
        )
        try:
            wait = sending.send(None)
        except StopIteration as stop:
            # One that was made without a network.
            made: httpx.Response = stop.value
            return made
        # Asked for only now: the first step may have put it off.
        async with until(exchange.timing.head) as exchange.timing.alarm:
            response: httpx.Response = await rest_of(sending, wait)
        return response
