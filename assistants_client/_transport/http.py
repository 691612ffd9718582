"""What effects do in the world: requests by an HTTP library, time, and callables."""

from __future__ import annotations

import inspect
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .._effects import Invoke, InvokeAll, Note, Receive, Send, Sleep, UnreadableResponse
from .body import ErrorBody, at_end, bind, named
from .concurrency import together, together_async
from .exchange import Exchange, broken_off
from .library import library_of
from .limit import ConnectionLimit, Permit, sweep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    import httpx

    from .._effects import Effect, HttpResponse, PreparedRequest
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .pool import Pool


class _Http:
    """What both have in common: whose connections they use, and what they show."""

    def __init__(
        self,
        client: Any,
        transcript: Transcript | None,
        secrets: Secrets | None = None,
        pool: Pool | None = None,
    ) -> None:
        self._client = client
        self._library = library_of(client)
        self._secrets = secrets
        self._pool = pool
        self._limit = (
            pool.connection_limit if pool is not None else ConnectionLimit(None)
        )
        self.transcript = transcript
        self._read: Any = None

    def _exchange(self, prepared: PreparedRequest) -> Exchange:
        return Exchange(
            self._client,
            self._library,
            prepared,
            self.transcript,
            self._secrets,
            self._pool,
        )


class Http(_Http):
    """Perform effects by a client of an HTTP library."""

    _client: httpx.Client
    _pieces: Iterator[bytes]

    def perform(self, effect: Effect) -> Any:
        """Do what an effect asks for.

        Raises:
            NoAnswer: a request got none.
            TypeError: a callable is asynchronous.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            return self._receive(effect.response)
        match effect:
            case Send(request):
                return self._send(request)
            case Sleep(seconds):
                time.sleep(seconds)
            case Invoke(function):
                return _answered(function())
            case InvokeAll(functions):
                return together(functions)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
        return None

    def release(self, reply: Any = None) -> None:
        """Give the connection back of the answer that is read last, and of another."""
        try:
            if self._read is not None:
                self._read.close()
        finally:
            if reply is not None:
                reply.close()

    def _receive(self, reply: Any) -> bytes | None:
        if reply is not self._read:
            # Remembered first: whoever interrupts this releases what is read.
            known, self._read = self._read, reply
            self._pieces = reply.iter_bytes()
            if known is not None:
                known.close()
        try:
            return next(self._pieces, None)
        except self._library.broken as error:
            raise broken_off(error, self._library) from error

    def _send(self, prepared: PreparedRequest) -> HttpResponse:
        exchange = self._exchange(prepared)
        permit = self._permit(exchange)
        response: httpx.Response | None = None
        try:
            response = self._client.send(
                exchange.request, stream=True, follow_redirects=False
            )
            exchange.begun(response)
            reply = self._body(response, exchange)
        except BaseException as error:
            # Else the connection stays taken.
            try:
                if response is not None:
                    response.close()
            finally:
                permit.release()
            failure = exchange.failure(error)
            if failure is None:
                raise
            raise failure from error
        at_end(response, permit.release)
        exchange.ended(reply)
        return reply

    def _permit(self, exchange: Exchange) -> Permit:
        """Wait until there is a connection for this."""
        try:
            return self._limit.acquire(exchange.pool_timeout)
        except TimeoutError as error:
            raise exchange.too_many() from error

    def _body(self, response: httpx.Response, exchange: Exchange) -> HttpResponse:
        """Read the body, unless that is left to others."""
        prepared = exchange.prepared
        if not response.is_success:
            kept = ErrorBody(response, prepared.limit, exchange.deadline)
            with suppress(UnreadableResponse):
                kept.begin()
                for piece in response.iter_bytes():
                    if kept.take(piece):
                        break
            response.close()
            return kept.response
        late = None if prepared.stream else exchange.deadline
        try:
            bind(response, prepared.limit, late)
            if not prepared.stream:
                response.read()
        except UnreadableResponse as error:
            raise named(error, response) from None
        return response


class AsyncHttp(_Http):
    """Perform effects by an asynchronous client of an HTTP library."""

    _client: httpx.AsyncClient
    _pieces: AsyncIterator[bytes]

    async def perform(self, effect: Effect) -> Any:
        """Do what an effect asks for.

        Raises:
            NoAnswer: a request got none.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            return await self._receive(effect.response)
        match effect:
            case Send(request):
                return await self._send(request)
            case Sleep(seconds):
                # Whoever awaits has it loaded; others needn't.
                import asyncio

                await asyncio.sleep(seconds)
            case Invoke(function):
                answer = function()
                return await answer if inspect.isawaitable(answer) else answer
            case InvokeAll(functions):
                return await together_async(functions)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
        return None

    async def release(self, reply: Any = None) -> None:
        """Give the connection back of the answer that is read last, and of another."""
        try:
            if self._read is not None:
                await self._read.aclose()
        finally:
            if reply is not None:
                await reply.aclose()

    async def _receive(self, reply: Any) -> bytes | None:
        if reply is not self._read:
            # Remembered first: whoever cancels this releases what is read.
            known, self._read = self._read, reply
            self._pieces = reply.aiter_bytes()
            if known is not None:
                await known.aclose()
        try:
            return await anext(self._pieces, None)
        except self._library.broken as error:
            raise broken_off(error, self._library) from error

    async def _send(self, prepared: PreparedRequest) -> HttpResponse:
        import asyncio

        exchange = self._exchange(prepared)
        permit = await self._permit(exchange)
        response: httpx.Response | None = None
        try:
            # A head that comes a byte at a time is never late, but never there either.
            async with asyncio.timeout(exchange.longest):
                response = await self._client.send(
                    exchange.request, stream=True, follow_redirects=False
                )
            exchange.begun(response)
            reply = await self._body(response, exchange)
        except BaseException as error:
            # Else the connection stays taken.
            try:
                if response is not None:
                    await response.aclose()
            finally:
                permit.release()
            if not isinstance(error, Exception):
                await sweep(self._client)
            failure = exchange.failure(error)
            if failure is None:
                raise
            raise failure from error
        at_end(response, permit.release)
        exchange.ended(reply)
        return reply

    async def _permit(self, exchange: Exchange) -> Permit:
        """Wait until there is a connection for this."""
        try:
            return await self._limit.acquire_async(exchange.pool_timeout)
        except TimeoutError as error:
            raise exchange.too_many() from error

    async def _body(self, response: httpx.Response, exchange: Exchange) -> HttpResponse:
        """Read the body, unless that is left to others."""
        prepared = exchange.prepared
        if not response.is_success:
            kept = ErrorBody(response, prepared.limit, exchange.deadline)
            with suppress(UnreadableResponse):
                kept.begin()
                async for piece in response.aiter_bytes():
                    if kept.take(piece):
                        break
            await response.aclose()
            return kept.response
        late = None if prepared.stream else exchange.deadline
        try:
            bind(response, prepared.limit, late)
            if not prepared.stream:
                await response.aread()
        except UnreadableResponse as error:
            raise named(error, response) from None
        return response


def _answered(value: Any) -> Any:
    if inspect.iscoroutine(value):
        value.close()
    if inspect.isawaitable(value):
        raise TypeError(
            "a function that has to be awaited needs the asynchronous client"
        )
    return value
