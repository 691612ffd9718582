"""What effects do in the world: requests by httpx, time, and callables."""

from __future__ import annotations

import inspect
import time
from typing import TYPE_CHECKING, Any

import httpx

from ._connection import Watcher
from ._effects import Ask, NoAnswer, Note, Receive, Send, Sleep, Together
from ._options import CONNECT_TIMEOUT, TIMEOUT
from ._together import together, together_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ._effects import Effect, Prepared
    from ._wire import Transcript


class Http:
    """Perform effects by a client of httpx."""

    def __init__(self, client: httpx.Client, transcript: Transcript | None) -> None:
        self._client = client
        self.transcript = transcript
        self._read: Any = None
        self._pieces: Iterator[bytes] = iter(())

    def perform(self, effect: Effect) -> Any:
        """Do what an effect asks for.

        Raises:
            NoAnswer: a request got none.
            TypeError: a callable is asynchronous.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            return self._receive(effect.reply)
        match effect:
            case Send(request):
                return self._send(request)
            case Sleep(seconds):
                time.sleep(seconds)
            case Ask(function):
                return _answered(function())
            case Together(functions):
                return together(functions)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
        return None

    def release(self, reply: Any = None) -> None:
        """Give the connection back of the answer that is read last, and of another."""
        for each in (self._read, reply):
            if each is not None:
                each.close()

    def _receive(self, reply: Any) -> bytes | None:
        if reply is not self._read:
            self.release()
            self._read, self._pieces = reply, reply.iter_bytes()
        try:
            return next(self._pieces, None)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _broken_off(error) from error

    def _send(self, prepared: Prepared) -> httpx.Response:
        transcript = self.transcript
        watcher = Watcher(_note(transcript))
        request = _request(self._client, prepared, watcher)
        if transcript:
            _show_request(transcript, request, prepared)
        try:
            response = self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise _no_answer(error, watcher) from error
        if transcript:
            _show_head(transcript, response)
        if not prepared.stream or not response.is_success:
            try:
                response.read()
            except httpx.HTTPError as error:
                raise _no_answer(error, watcher) from error
            if transcript:
                transcript.content(response.content)
        return response


class AsyncHttp:
    """Perform effects by an asynchronous client of httpx."""

    def __init__(
        self, client: httpx.AsyncClient, transcript: Transcript | None
    ) -> None:
        self._client = client
        self.transcript = transcript
        self._read: Any = None
        self._pieces: AsyncIterator[bytes]

    async def perform(self, effect: Effect) -> Any:
        """Do what an effect asks for.

        Raises:
            NoAnswer: a request got none.
        """
        if type(effect) is Receive:
            # Before the others: of these, there are thousands.
            return await self._receive(effect.reply)
        match effect:
            case Send(request):
                return await self._send(request)
            case Sleep(seconds):
                # Whoever awaits has it loaded; others needn't.
                import asyncio

                await asyncio.sleep(seconds)
            case Ask(function):
                answer = function()
                return await answer if inspect.isawaitable(answer) else answer
            case Together(functions):
                return await together_async(functions)
            case Note(text):
                if self.transcript:
                    self.transcript.note(text)
        return None

    async def release(self, reply: Any = None) -> None:
        """Give the connection back of the answer that is read last, and of another."""
        for each in (self._read, reply):
            if each is not None:
                await each.aclose()

    async def _receive(self, reply: Any) -> bytes | None:
        if reply is not self._read:
            await self.release()
            self._read, self._pieces = reply, reply.aiter_bytes()
        try:
            return await anext(self._pieces, None)
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise _broken_off(error) from error

    async def _send(self, prepared: Prepared) -> httpx.Response:
        transcript = self.transcript
        watcher = Watcher(_note(transcript))
        request = _request(self._client, prepared, watcher.asynchronously)
        if transcript:
            _show_request(transcript, request, prepared)
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise _no_answer(error, watcher) from error
        if transcript:
            _show_head(transcript, response)
        if not prepared.stream or not response.is_success:
            try:
                await response.aread()
            except httpx.HTTPError as error:
                raise _no_answer(error, watcher) from error
            if transcript:
                transcript.content(response.content)
        return response


def _request(
    client: httpx.Client | httpx.AsyncClient, prepared: Prepared, trace: Any
) -> httpx.Request:
    """Make a request; what the client sends by default goes with it.

    It is what `client.build_request` does, in half of the time, except that parameters
    of the client are added to those of the request and don't replace them.
    """
    url: httpx.URL | str = prepared.url
    if client.params:
        url = httpx.URL(url).copy_merge_params(client.params)
    return httpx.Request(
        prepared.method,
        url,
        # By items: headers that are unpacked are looked up again, one by one.
        headers={**dict(client.headers.items()), **prepared.headers},
        cookies=client.cookies or None,
        content=prepared.content,
        extensions={"timeout": _timeouts(prepared.timeout), "trace": trace},
    )


def _timeouts(timeout: Any) -> dict[str, float | None]:
    if timeout == TIMEOUT:
        # A server that is there answers to a connection much sooner than to a call.
        return _USUAL_TIMEOUTS
    return httpx.Timeout(timeout).as_dict()


_USUAL_TIMEOUTS = httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT).as_dict()


def _no_answer(error: httpx.HTTPError, watcher: Watcher) -> NoAnswer:
    timed_out = isinstance(error, httpx.TimeoutException)
    # What httpx raises before a request has left it, such as for an unknown proxy.
    early = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    early = early or isinstance(error, httpx.PoolTimeout | httpx.UnsupportedProtocol)
    what = str(error) or type(error).__name__
    return NoAnswer(
        f"timed out ({what})" if timed_out else what,
        stage="connect" if early else watcher.stage,
        timed_out=timed_out,
        reused=watcher.reused,
    )


def _broken_off(error: httpx.HTTPError | httpx.StreamError) -> NoAnswer:
    timed_out = isinstance(error, httpx.TimeoutException)
    what = str(error) or type(error).__name__
    if timed_out:
        what = f"nothing came for too long ({what})"
    return NoAnswer(what, stage="answered", timed_out=timed_out)


def _note(transcript: Transcript | None) -> Any:
    shows = transcript is not None and transcript.shows_connections
    return transcript.note if transcript and shows else None


def _show_request(
    transcript: Transcript, request: httpx.Request, prepared: Prepared
) -> None:
    target = request.url.raw_path.decode("ascii", "replace")
    headers = _pairs(request.headers)
    transcript.request(f"{request.method} {target}", headers, prepared.content)


def _show_head(transcript: Transcript, response: httpx.Response) -> None:
    start = f"{response.http_version} {response.status_code} {response.reason_phrase}"
    transcript.response(start.rstrip(), _pairs(response.headers))


def _pairs(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Give headers as they are written, each as often as it stands there."""
    encoding = headers.encoding
    return [
        (name.decode(encoding, "replace"), value.decode(encoding, "replace"))
        for name, value in headers.raw
    ]


def _answered(value: Any) -> Any:
    if inspect.iscoroutine(value):
        value.close()
    if inspect.isawaitable(value):
        raise TypeError(
            "a function that has to be awaited needs the asynchronous client"
        )
    return value
