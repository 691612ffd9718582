"""What effects do in the world: requests by httpx, time, and callables."""

from __future__ import annotations

import inspect
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ._bodies import Kept, bind, usable
from ._connection import Watcher
from ._effects import Ask, NoAnswer, Note, Receive, Send, Sleep, Together, Unusable
from ._errors import ConfigurationError
from ._options import CONNECT_TIMEOUT, TIMEOUT
from ._together import together, together_async

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ._effects import Effect, Prepared, Reply
    from ._secrets import Secrets
    from ._wire import Transcript


class Http:
    """Perform effects by a client of httpx."""

    def __init__(
        self,
        client: httpx.Client,
        transcript: Transcript | None,
        secrets: Secrets | None = None,
    ) -> None:
        self._client = client
        self._secrets = secrets
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

    def _send(self, prepared: Prepared) -> Reply:
        transcript = self.transcript
        watcher = Watcher(_note(transcript))
        request = _request(self._client, prepared, watcher)
        deadline = _deadline(prepared)
        if transcript:
            _show_request(transcript, request, prepared)
        try:
            response = self._client.send(request, stream=True, follow_redirects=False)
        except httpx.HTTPError as error:
            raise _no_answer(error, watcher) from error
        # Not every transport tells.
        watcher.stage = "answered"
        if transcript:
            _show_head(transcript, response)
        if self._secrets is not None and (prepared.stream or not response.is_success):
            # What the HTTP client adds by itself, an error may repeat as well.
            self._secrets.learn_headers(dict(response.request.headers))
        try:
            reply = self._body(response, prepared, deadline)
        except BaseException as error:
            # Else the connection stays taken.
            response.close()
            if isinstance(error, httpx.HTTPError):
                raise _no_answer(error, watcher) from error
            raise
        if transcript and not (prepared.stream and response.is_success):
            transcript.content(reply.content)
        return reply

    def _body(
        self, response: httpx.Response, prepared: Prepared, deadline: float | None
    ) -> Reply:
        """Read the body, unless that is left to others."""
        if not response.is_success:
            kept = Kept(response, prepared.limit, deadline)
            with suppress(Unusable):
                kept.begin()
                for piece in response.iter_bytes():
                    if kept.take(piece):
                        break
            response.close()
            return kept.reply
        with usable(response):
            bind(response, prepared.limit, None if prepared.stream else deadline)
            if not prepared.stream:
                response.read()
        return response


class AsyncHttp:
    """Perform effects by an asynchronous client of httpx."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        transcript: Transcript | None,
        secrets: Secrets | None = None,
    ) -> None:
        self._client = client
        self._secrets = secrets
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

    async def _send(self, prepared: Prepared) -> Reply:
        import asyncio

        transcript = self.transcript
        watcher = Watcher(_note(transcript))
        request = _request(self._client, prepared, watcher.asynchronously)
        deadline = _deadline(prepared)
        if transcript:
            _show_request(transcript, request, prepared)
        try:
            # A head that comes a byte at a time is never late, but never there either.
            async with asyncio.timeout(_longest(request)):
                response = await self._client.send(
                    request, stream=True, follow_redirects=False
                )
        except httpx.HTTPError as error:
            raise _no_answer(error, watcher) from error
        except TimeoutError as error:
            late = httpx.ReadTimeout("the head of the answer comes too slowly")
            raise _no_answer(late, watcher) from error
        # Not every transport tells.
        watcher.stage = "answered"
        if transcript:
            _show_head(transcript, response)
        if self._secrets is not None and (prepared.stream or not response.is_success):
            # What the HTTP client adds by itself, an error may repeat as well.
            self._secrets.learn_headers(dict(response.request.headers))
        try:
            reply = await self._body(response, prepared, deadline)
        except BaseException as error:
            # Else the connection stays taken.
            await response.aclose()
            if isinstance(error, httpx.HTTPError):
                raise _no_answer(error, watcher) from error
            raise
        if transcript and not (prepared.stream and response.is_success):
            transcript.content(reply.content)
        return reply

    async def _body(
        self, response: httpx.Response, prepared: Prepared, deadline: float | None
    ) -> Reply:
        """Read the body, unless that is left to others."""
        if not response.is_success:
            kept = Kept(response, prepared.limit, deadline)
            with suppress(Unusable):
                kept.begin()
                async for piece in response.aiter_bytes():
                    if kept.take(piece):
                        break
            await response.aclose()
            return kept.reply
        with usable(response):
            bind(response, prepared.limit, None if prepared.stream else deadline)
            if not prepared.stream:
                await response.aread()
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
    try:
        return httpx.Request(
            prepared.method,
            url,
            # By items: headers that are unpacked are looked up again, one by one.
            headers={**dict(client.headers.items()), **prepared.headers},
            cookies=client.cookies or None,
            content=prepared.content,
            extensions={"timeout": _timeouts(prepared.timeout), "trace": trace},
        )
    except httpx.InvalidURL as error:
        raise ConfigurationError(f"the URL can't be used: {error}") from error


def _timeouts(timeout: Any) -> dict[str, float | None]:
    if timeout == TIMEOUT:
        # A server that is there answers to a connection much sooner than to a call.
        return _USUAL_TIMEOUTS
    return httpx.Timeout(timeout).as_dict()


_USUAL_TIMEOUTS = httpx.Timeout(TIMEOUT, connect=CONNECT_TIMEOUT).as_dict()


def _longest(request: httpx.Request) -> float | None:
    """Give how long each part of sending may take, one after the other."""
    parts = [*request.extensions["timeout"].values()]
    return None if None in parts else sum(parts)


def _deadline(prepared: Prepared) -> float | None:
    """Give when an answer has to be there, by the monotonic clock.

    A timeout of httpx counts from one piece to the next, and says so itself.
    """
    timeout = prepared.timeout
    seconds = isinstance(timeout, int | float)
    return time.monotonic() + timeout if seconds else None


def _no_answer(error: httpx.HTTPError, watcher: Watcher) -> NoAnswer:
    timed_out = isinstance(error, httpx.TimeoutException)
    # What httpx raises before a request has left it, such as for an unknown proxy.
    early = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    early = early or isinstance(error, httpx.PoolTimeout | httpx.UnsupportedProtocol)
    what = str(error) or type(error).__name__
    forget_request(error)
    return NoAnswer(
        f"timed out ({what})" if timed_out else what,
        stage="connect" if early else watcher.stage,
        timed_out=timed_out,
        reused=watcher.reused,
    )


def _broken_off(error: httpx.HTTPError | httpx.StreamError) -> NoAnswer:
    forget_request(error)
    timed_out = isinstance(error, httpx.TimeoutException)
    what = str(error) or type(error).__name__
    if timed_out:
        what = f"nothing came for too long ({what})"
    return NoAnswer(what, stage="answered", timed_out=timed_out)


def forget_request(error: Exception) -> None:
    """Take the request from an error of httpx: it holds the key."""
    if isinstance(error, httpx.RequestError):
        with suppress(RuntimeError):
            sent = error.request
            url = sent.url.copy_with(userinfo=b"", query=None)
            error.request = httpx.Request(sent.method, url)


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
