"""Effects in the world where they are awaited; `http` has the same for threads."""

from __future__ import annotations

import asyncio
import inspect
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._effects import (
    BufferedResponse,
    Invoke,
    InvokeAll,
    Note,
    Progress,
    Receive,
    Send,
    Sleep,
    UnreadableResponse,
)
from .body import Bound, supervise
from .exchange import Exchange, broken_off
from .http import error_limit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from .._effects import Effect, HttpResponse, PreparedRequest
    from .._progress import ProgressLine
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .async_pool import AsyncPool
    from .pool import Permit


class AsyncHttp:
    """Performs effects by an asynchronous client of an HTTP library.

    Attributes:
        transcript: where requests and responses are shown, if they are.
        library: the HTTP library.
    """

    _pieces: AsyncIterator[bytes]

    def __init__(
        self,
        pool: AsyncPool,
        transcript: Transcript | None = None,
        secrets: Secrets | None = None,
    ) -> None:
        self.transcript = transcript
        self._pool = pool
        self._client = pool.get()
        self.library = pool.library
        self._secrets = secrets
        self._read: Any = None
        self._progress: ProgressLine | None = None

    async def perform(self, effect: Effect) -> Any:
        """Perform an effect.

        Raises:
            NoResponse: a request got none.
            UnreadableResponse: a response can't be read.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            return await self._receive(effect)
        match effect:
            case Send(request):
                return await self._send(request)
            case Sleep(seconds):
                await asyncio.sleep(seconds)
            case Invoke(function):
                found = function()
                return await found if inspect.isawaitable(found) else found
            case InvokeAll(functions):
                from .concurrency import together_async

                return await together_async(functions)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
            case Progress(status, seconds):
                return self._show_progress(status, seconds)
        return None

    def clear_progress(self) -> None:
        """Clear what was shown on the terminal, if anything was."""
        if self._progress is not None:
            self._progress.clear()

    def _show_progress(self, status: str, seconds: float) -> bool:
        """Show how a run is doing; return whether there is a terminal for it."""
        if self._progress is None:
            from .._progress import ProgressLine

            self._progress = ProgressLine()
        return self._progress.show(status, seconds)

    async def release(self, response: Any = None) -> None:
        """Close the response that is being read, and another one."""
        self.clear_progress()
        try:
            if self._read is not None:
                await self._read.aclose()
        finally:
            if response is not None:
                await response.aclose()

    async def pieces(self, response: Any, limit: int | None) -> AsyncIterator[bytes]:
        """Read the body of a response, decoded; `Http.pieces` has the arguments."""
        try:
            async for piece in Bound(response, self.library, limit).pieces_async():
                yield piece
        except self.library.broken as error:
            raise broken_off(error, self.library) from error

    async def _receive(self, effect: Receive) -> bytes | None:
        response: Any = effect.response
        if response is not self._read:
            # Remembered first: whoever cancels this releases what is read.
            known, self._read = self._read, response
            self._pieces = self.pieces(response, effect.limit)
            if known is not None:
                await known.aclose()
        return await anext(self._pieces, None)

    async def _send(self, prepared: PreparedRequest) -> HttpResponse:
        exchange = Exchange(
            self._client, prepared, self._pool, self.transcript, self._secrets
        )
        permit = await self._acquire(exchange)
        response: httpx.Response | None = None
        try:
            # A head that comes a byte at a time is never late, but never there either.
            async with asyncio.timeout(exchange.head_timeout):
                response = await self._client.send(
                    exchange.request, stream=True, follow_redirects=False
                )
            exchange.begun(response)
            if response.is_closed:
                # Made without a network, and read by that.
                permit.release()
            else:
                late = exchange.deadline_of(response)
                supervise(response, self.library, late, permit.release)
            found = await self._body(response, prepared)
        except BaseException as error:
            # Else the connection stays taken.
            try:
                if response is not None:
                    await response.aclose()
            finally:
                permit.release()
            if not isinstance(error, Exception):
                await self._pool.sweep()
            failure = exchange.failure(error)
            if failure is None:
                raise
            raise failure from error
        exchange.ended(found)
        return found

    async def _acquire(self, exchange: Exchange) -> Permit:
        try:
            return await self._pool.acquire(exchange.pool_timeout)
        except TimeoutError as error:
            raise exchange.no_permit() from error

    async def _body(
        self, response: httpx.Response, prepared: PreparedRequest
    ) -> HttpResponse:
        """Read the body, unless that is left to others."""
        if response.is_success:
            if not response.is_closed:
                bound = Bound(response, self.library, prepared.limit)
                if not prepared.stream:
                    await bound.read_async()
            return response
        # It is cut, not refused, so that what the error says is heard.
        content = bytearray()
        most = error_limit(prepared)
        with suppress(UnreadableResponse):
            async for piece in Bound(response, self.library, None).pieces_async():
                content += piece
                if len(content) > most:
                    break
        await response.aclose()
        status, headers = response.status_code, response.headers
        return BufferedResponse(status, headers, bytes(content[:most]))
