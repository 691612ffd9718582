"""One request and its answer, between flows and the HTTP library."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from .._effects import NoResponse
from .._errors import ConfigurationError
from .._options import CONNECT_TIMEOUT, TIMEOUT
from .library import library_of
from .trace import ConnectionTrace

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.cookiejar import CookieJar

    import httpx

    from .._effects import HttpResponse, PreparedRequest
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .library import Library
    from .pool import Pool

# A server that is there answers to a connection much sooner than to a call.
_USUAL_TIMEOUTS: Final = {
    "connect": CONNECT_TIMEOUT,
    **dict.fromkeys(("read", "write", "pool"), TIMEOUT),
}


class Exchange:
    """What is noted, shown and learned between a request and its answer.

    Attributes:
        request: the request, as the HTTP library takes it.
        deadline: when the answer has to be there whole, by the monotonic clock; none
            for no limit. Those of HTTP libraries count from one piece to the next.
    """

    def __init__(
        self,
        client: httpx.Client | httpx.AsyncClient,
        library: Library,
        prepared: PreparedRequest,
        transcript: Transcript | None,
        secrets: Secrets | None,
        pool: Pool | None,
    ) -> None:
        """Make the request, and show it.

        Raises:
            ConfigurationError: it can't be made.
        """
        self.prepared = prepared
        self._client = client
        self._library = library
        self._transcript = transcript
        self._secrets = secrets
        self._pool = pool
        self._watcher = ConnectionTrace(
            _note(transcript), pool.opened if pool else None
        )
        watcher: Any = self._watcher
        if isinstance(client, library.async_client):
            watcher = self._watcher.asynchronously
        self.request = new_request(client, prepared, watcher)
        seconds = prepared.timeout
        self.deadline = None
        if isinstance(seconds, int | float):
            self.deadline = time.monotonic() + seconds
        if transcript:
            target = self.request.url.raw_path.decode("ascii", "replace")
            headers = _pairs(self.request.headers)
            transcript.request(
                f"{self.request.method} {target}", headers, prepared.content
            )

    @property
    def longest(self) -> float | None:
        """Give how long each part of sending may take, one after the other."""
        parts = [*self.request.extensions["timeout"].values()]
        return None if None in parts else sum(parts)

    @property
    def pool_timeout(self) -> float | None:
        """Give how long to wait for a connection."""
        found: float | None = self.request.extensions["timeout"]["pool"]
        return found

    def begun(self, response: httpx.Response) -> None:
        """Take note that the head of the answer is there."""
        # Not every transport tells.
        self._watcher.found()
        if self._client.cookies:
            forget_unsendable(self._client.cookies.jar)
        if self._transcript:
            version, status = response.http_version, response.status_code
            start = f"{version} {status} {response.reason_phrase}"
            self._transcript.response(start.rstrip(), _pairs(response.headers))
        if self._secrets and (self.prepared.stream or not response.is_success):
            # What the HTTP client adds by itself, an error may repeat as well.
            self._secrets.learn_headers(dict(response.request.headers))

    def ended(self, response: HttpResponse) -> None:
        """Take note that the answer is there, its body only if it was to be read."""
        is_success = 200 <= response.status_code <= 299
        if self._transcript and not (self.prepared.stream and is_success):
            self._transcript.content(response.content)

    def too_many(self) -> NoResponse:
        """Give what it is to a flow that no connection was free in time."""
        return NoResponse(
            "timed out (no connection was free)", stage="connect", timed_out=True
        )

    def failure(self, error: BaseException) -> NoResponse | None:
        """Give what a failure of the HTTP library is to a flow; none if it is none."""
        watcher = self._watcher
        library = self._library
        if not isinstance(error, library.failures):
            return None
        forget_request(error, library)
        forget_unsendable(self._client.cookies.jar)
        if self._client.is_closed or (self._pool and self._pool.closed):
            return NoResponse(
                "the client was closed meanwhile", stage=watcher.stage, final=True
            )
        its = isinstance(error, library.stream_error)
        if isinstance(error, RuntimeError) and not its:
            return None
        timed_out = isinstance(error, library.timed_out | TimeoutError)
        what = str(error) or type(error).__name__
        if isinstance(error, TimeoutError):
            what = "the head of the answer came too slowly"
        return NoResponse(
            f"timed out ({what})" if timed_out else what,
            stage="connect" if isinstance(error, library.unsent) else watcher.stage,
            timed_out=timed_out,
            reused=watcher.reused,
        )


def new_request(
    client: httpx.Client | httpx.AsyncClient, prepared: PreparedRequest, trace: Any
) -> httpx.Request:
    """Make a request; what the client sends by default goes with it.

    It is what `client.build_request` does, in half of the time, except that parameters
    of the client are added to those of the request and don't replace them.

    Raises:
        ConfigurationError: it can't be made.
    """
    url: httpx.URL | str = prepared.url
    library = library_of(client)
    usual = prepared.timeout == TIMEOUT
    timeouts = _USUAL_TIMEOUTS if usual else library.timeouts(prepared.timeout)
    try:
        if client.params:
            url = library.url(url).copy_merge_params(client.params)
        return library.request(
            prepared.method,
            url,
            # By items: headers that are unpacked are looked up again, one by one.
            headers={**dict(client.headers.items()), **prepared.headers},
            cookies=client.cookies or None,
            content=prepared.content,
            extensions={"timeout": timeouts, "trace": trace},
        )
    except library.invalid_url as error:
        raise ConfigurationError(f"the URL can't be used: {error}") from error
    except UnicodeError as error:
        what = "a header or a cookie of http_client has text that can't be sent"
        raise ConfigurationError(what) from error


def broken_off(error: Exception, library: Library) -> NoResponse:
    """Give what it is to a flow that a body breaks off."""
    forget_request(error, library)
    timed_out = isinstance(error, library.timed_out)
    what = str(error) or type(error).__name__
    if timed_out:
        what = f"nothing came for too long ({what})"
    return NoResponse(what, stage="answered", timed_out=timed_out)


def forget_request(error: Exception, library: Library) -> None:
    """Take the request from an error of an HTTP library: it holds the key."""
    if isinstance(error, library.request_error):
        with suppress(RuntimeError):
            sent = error.request
            url = sent.url.copy_with(userinfo=b"", query=None)
            error.request = library.request(sent.method, url)


def forget_unsendable(jar: CookieJar) -> None:
    """Drop cookies that can't be sent back: one would spoil every request."""
    for cookie in [*jar]:
        text = f"{cookie.name}{cookie.value or ''}"
        if not (text.isascii() and text.isprintable()):
            with suppress(KeyError):
                jar.clear(cookie.domain, cookie.path, cookie.name)


def _note(transcript: Transcript | None) -> Callable[[str], None] | None:
    shows = transcript is not None and transcript.shows_connections
    return transcript.note if transcript and shows else None


def _pairs(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Give headers as they are written, each as often as it stands there."""
    encoding = headers.encoding
    return [
        (name.decode(encoding, "replace"), value.decode(encoding, "replace"))
        for name, value in headers.raw
    ]
