"""One request and its response: how far it came, what is shown, and how it failed."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from attrs import evolve

from .._effects import NoResponse, Upload
from .._errors import ConfigurationError
from .._options import CONNECT_TIMEOUT, TIMEOUT
from .limits import capped, cut_waits_short
from .upload import AsyncSending, SyncSending

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from http.cookiejar import CookieJar

    import httpx

    from .._effects import HttpResponse, PreparedRequest
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .library import Library
    from .pool import BasePool
    from .upload import Sending

Stage: TypeAlias = Literal["connect", "unsent", "sent", "answered"]

# A server that is there accepts a connection much sooner than it answers a call.
_USUAL_TIMEOUTS: Final = {
    "connect": CONNECT_TIMEOUT,
    **dict.fromkeys(("read", "write", "pool"), TIMEOUT),
}
# Events that return a stream; with TLS, another one takes the place of the first.
_OPENED = ("connect_tcp.complete", "start_tls.complete")


class Exchange:
    """One request and its response.

    Attributes:
        prepared: the request.
        request: the request, as the HTTP library takes it.
        deadline: when the response has to be there whole, by the monotonic clock; None
            for no limit. The timeouts of HTTP libraries count from piece to piece.
        extend: is called when the deadline was put off.
    """

    def __init__(
        self,
        client: httpx.Client | httpx.AsyncClient,
        prepared: PreparedRequest,
        pool: BasePool,
        transcript: Transcript | None,
        secrets: Secrets | None,
        *,
        until: float | None = None,
        show_sent: Callable[[int, int | None], None],
    ) -> None:
        """Make the request, and show it.

        Args:
            client: the HTTP client.
            prepared: the request.
            pool: the connections.
            transcript: where it is shown, if it is.
            secrets: learn what the HTTP client adds.
            until: when the response has to be there at the latest, by the monotonic
                clock; None for no limit besides its own timeout.
            show_sent: shows on the terminal how much of files was sent.

        Raises:
            ConfigurationError: it can't be made.
        """
        self.prepared = prepared
        self._client = client
        self._library = pool.library
        self._transcript = transcript
        self._secrets = secrets
        self._pool = pool
        note = transcript is not None and transcript.shows_connections
        trace = ConnectionTrace(pool, transcript if note else None)
        self._trace = trace
        self._until = until
        self._sending: Sending | None = None
        self.extend: Callable[[], object] | None = None
        body = prepared.content
        if isinstance(body, Upload):
            kind = AsyncSending if pool.asynchronous else SyncSending
            sending = kind(body, transcript, show_sent, self._put_off)
            # The HTTP library takes it as it takes bytes.
            pieces: Any = sending
            more = {**prepared.headers, **sending.headers}
            prepared = evolve(prepared, content=pieces, headers=more)
            self._sending, body = sending, None
        self.request = new_request(
            client,
            prepared,
            self._library,
            trace.asynchronously if pool.asynchronous else trace,
            until,
        )
        self.deadline = self._deadline()
        if transcript:
            target = self.request.url.raw_path.decode("ascii", "replace")
            headers = _pairs(self.request.headers)
            transcript.request(f"{self.request.method} {target}", headers, body)

    @property
    def head_timeout(self) -> float | None:
        """Return how long the head of the response may take, all parts of it."""
        parts = [*self.request.extensions["timeout"].values()]
        return None if None in parts else sum(parts)

    @property
    def pool_timeout(self) -> float | None:
        """Return how long to wait for a connection."""
        found: float | None = self.request.extensions["timeout"]["pool"]
        return found

    def deadline_of(self, response: httpx.Response) -> float | None:
        """Return when the body has to be there; that of a stream is not limited."""
        is_left = self.prepared.stream and response.is_success
        return None if is_left else self.deadline

    def no_permit(self) -> NoResponse:
        """Return what it means that no connection was free in time."""
        return NoResponse(
            "timed out (no connection was free)", stage="connect", timed_out=True
        )

    def begun(self, response: httpx.Response) -> None:
        """Note the head of the response."""
        self._trace.answered()
        if self._client.cookies:
            forget_unsendable(self._client.cookies.jar)
        if self._transcript:
            version, status = response.http_version, response.status_code
            start = f"{version} {status} {response.reason_phrase}"
            self._transcript.response(start.rstrip(), _pairs(response.headers))
        if self._secrets and (self.prepared.stream or not response.is_success):
            # An error may repeat what the HTTP client adds by itself.
            self._secrets.learn_headers(dict(response.request.headers))

    def ended(self, response: HttpResponse) -> None:
        """Note the response, whose body is shown only if it was to be read."""
        is_success = 200 <= response.status_code <= 299
        if self._transcript and not (self.prepared.stream and is_success):
            kind = response.headers.get("content-type", "")
            self._transcript.content(response.content, kind)

    def failure(self, error: BaseException) -> NoResponse | None:
        """Return what a failure of the HTTP library means; None if it is none."""
        trace, library = self._trace, self._library
        if not isinstance(error, library.failures):
            return None
        if self._sending and error is self._sending.error:
            # It came from a file, or from who watches: it is no failure of the network.
            return None
        forget_request(error, library)
        forget_unsendable(self._client.cookies.jar)
        if self._client.is_closed or self._pool.closed:
            what = "the client was closed meanwhile"
            return NoResponse(what, stage=trace.stage, final=True)
        its = isinstance(error, library.http.StreamError)
        if isinstance(error, RuntimeError) and not its:
            return None
        timed_out = isinstance(error, (library.http.TimeoutException, TimeoutError))
        what = str(error) or type(error).__name__
        if isinstance(error, TimeoutError):
            what = "the head of the response came too slowly"
        return NoResponse(
            f"timed out ({what})" if timed_out else what,
            stage="connect" if isinstance(error, library.unsent) else trace.stage,
            timed_out=timed_out,
            reused=trace.reused,
        )

    def _deadline(self) -> float | None:
        seconds, until = self.prepared.timeout, self._until
        if not isinstance(seconds, int | float):
            return until
        own = time.monotonic() + seconds
        return own if until is None else min(own, until)

    def _put_off(self) -> None:
        """Count the time anew: more of an upload was sent, which may take hours."""
        self.deadline = self._deadline()
        if self.extend:
            self.extend()


class ConnectionTrace:
    """Follows one request; the HTTP library calls it, by its extension `trace`.

    Attributes:
        stage: how far the request came.
        reused: whether its connection had served others before.
    """

    def __init__(
        self, pool: BasePool | None = None, transcript: Transcript | None = None
    ) -> None:
        # Until it is said that there is no connection yet: not every transport says
        # what it does, and what may have been sent must not be sent again.
        self.stage: Stage = "sent"
        self.reused = True
        self._tunnelling = False
        self._is_late = False
        self._pool = pool
        self._transcript = transcript
        self._began: dict[str, float] = {}

    def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        """Note an event, by its name such as `connection.connect_tcp.started`."""
        if name.endswith("send_request_headers.started"):
            # To a proxy, which is asked for a tunnel first: that isn't our request.
            self._tunnelling = getattr(info.get("request"), "method", b"") == b"CONNECT"
        if not self._tunnelling:
            self._follow(name)
        if self._pool is not None and name.endswith(_OPENED):
            stream = info.get("return_value")
            self._is_late = self._pool.opened(stream)
            if not self._pool.asynchronous:
                cut_waits_short(stream)
        if self._transcript:
            self._show(name, info, self._transcript)

    async def asynchronously(self, name: str, info: Mapping[str, Any]) -> None:
        """Note an event where it is awaited."""
        self(name, info)
        if self._is_late:
            # The client didn't have this one yet when it was closed.
            self._is_late = False
            await info["return_value"].aclose()

    def answered(self) -> None:
        """Note that there is a response; not every transport says so."""
        self.stage = "answered"
        # A response and its body may hold each other, and this with them; a client that
        # is forgotten meanwhile has to be found, with its connections.
        self._pool = None

    def _follow(self, name: str) -> None:
        if name.endswith("send_request_headers.started"):
            self.stage = "sent"
            if self.reused and self._transcript:
                self._transcript.note("the connection is one that was kept")
        elif name.endswith("send_request_headers.failed"):
            # No server acts on half a head, so it may be sent again.
            self.stage = "unsent"
        elif name.endswith("receive_response_headers.complete"):
            self.stage = "answered"
        elif name.startswith("connection.connect_") and name.endswith(".started"):
            self.stage = "connect"
            self.reused = False

    def _show(self, name: str, info: Mapping[str, Any], transcript: Transcript) -> None:
        event, _, part = name.rpartition(".")
        now = time.perf_counter()
        if part == "started":
            self._began[event] = now
        took = f"{(now - self._began.get(event, now)) * 1000:.1f} ms"
        stream = info.get("return_value")
        match name:
            case "connection.connect_tcp.started":
                text = f"connecting to {info.get('host')} port {info.get('port')}"
            case "connection.connect_tcp.complete":
                text = f"connected to {_address(stream)} in {took}"
            case "connection.start_tls.complete":
                text = f"TLS: {_tls(stream)} in {took}"
            case "connection.connect_tcp.failed" | "connection.start_tls.failed":
                text = f"failed after {took}: {info.get('exception')}"
            case "http11.receive_response_headers.complete":
                text = f"HTTP/1.1, response began after {took}"
            case "http2.receive_response_headers.complete":
                text = f"HTTP/2, response began after {took}"
            case "http11.response_closed.complete" | "http2.response_closed.complete":
                text = "the response is complete"
            case _:
                return
        transcript.note(text)


def new_request(
    client: httpx.Client | httpx.AsyncClient,
    prepared: PreparedRequest,
    library: Library,
    trace: Any,
    until: float | None = None,
) -> httpx.Request:
    """Make a request; what the HTTP client sends by default goes with it.

    It is what `client.build_request` does, in half of the time, except that parameters
    of the client are added to those of the request and don't replace them.

    Raises:
        ConfigurationError: it can't be made.
    """
    url: httpx.URL | str = prepared.url
    usual = prepared.timeout == TIMEOUT
    timeouts = _USUAL_TIMEOUTS if usual else library.timeouts(prepared.timeout)
    if until is not None:
        timeouts = {name: capped(each, until) for name, each in timeouts.items()}
    try:
        if client.params:
            url = library.http.URL(url).copy_merge_params(client.params)
        request: httpx.Request = library.http.Request(
            prepared.method,
            url,
            # By items: headers that are unpacked are looked up again, one by one.
            headers={**dict(client.headers.items()), **prepared.headers},
            cookies=client.cookies or None,
            content=prepared.content,
            extensions={"timeout": timeouts, "trace": trace},
        )
    except library.http.InvalidURL as error:
        raise ConfigurationError(f"the URL can't be used: {error}") from error
    except UnicodeError as error:
        what = "a header or a cookie of http_client has text that can't be sent"
        raise ConfigurationError(what) from error
    return request


def broken_off(error: Exception, library: Library) -> NoResponse:
    """Return what it means that a body breaks off."""
    forget_request(error, library)
    timed_out = isinstance(error, library.http.TimeoutException)
    what = str(error) or type(error).__name__
    if timed_out:
        what = f"nothing came for too long ({what})"
    return NoResponse(what, stage="answered", timed_out=timed_out)


def forget_request(error: BaseException, library: Library) -> None:
    """Remove the request from an error of an HTTP library: it holds the key."""
    if isinstance(error, library.http.RequestError):
        failed: Any = error
        with suppress(RuntimeError):
            sent = failed.request
            url = sent.url.copy_with(userinfo=b"", query=None)
            failed.request = library.http.Request(sent.method, url)


def forget_unsendable(jar: CookieJar) -> None:
    """Drop cookies that can't be sent back: one would spoil every request."""
    for cookie in [*jar]:
        text = f"{cookie.name}{cookie.value or ''}"
        if not (text.isascii() and text.isprintable()):
            with suppress(KeyError):
                jar.clear(cookie.domain, cookie.path, cookie.name)


def _pairs(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return headers as they are written, each as often as it stands there."""
    encoding = headers.encoding
    return [
        (name.decode(encoding, "replace"), value.decode(encoding, "replace"))
        for name, value in headers.raw
    ]


def _address(stream: Any) -> str:
    """Return the address that a connection leads to, where the stream knows it."""
    found = stream.get_extra_info("server_addr") if stream is not None else None
    return f"{found[0]} port {found[1]}" if found else "the server"


def _tls(stream: Any) -> str:
    found = stream.get_extra_info("ssl_object") if stream is not None else None
    if found is None:
        return "on"
    cipher = found.cipher()
    return f"{found.version()}, {cipher[0] if cipher else 'no cipher'}"
