"""One request and its response: how far it came, what is shown, and how it failed."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from .._effects import NoResponse, Upload
from .failures import forget_secrets, forget_unsendable, unanswered
from .leases import EXTENSION

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping

    import httpx

    from .._effects import HttpResponse, PreparedRequest
    from .._redaction import Secrets
    from .._transcript import Transcript
    from .failures import Stage
    from .pool import BasePool
    from .upload import Sending

# The events of a request that say how far it came, whatever layer they are of.
_NOTED: Final = frozenset(
    {
        *("connect_tcp.started", "connect_tcp.complete", "connect_unix_socket.started"),
        *("send_request_headers.started", "send_request_headers.failed"),
        *("receive_response_headers.started", "receive_response_headers.complete"),
    }
)


class Exchange:
    """One request and its response.

    Attributes:
        prepared: the request.
        request: the request, as the HTTP library takes it.
        timing: its deadlines.
    """

    def __init__(
        self,
        client: httpx.Client | httpx.AsyncClient,
        prepared: PreparedRequest,
        pool: BasePool,
        transcript: Transcript | None,
        secrets: Secrets,
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
            secrets: what is redacted; what the HTTP client adds is learned.
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
        trace = ConnectionTrace(transcript if note else None)
        self._trace = trace
        self._sending: Sending | None = None
        body = prepared.content
        if isinstance(body, Upload):
            # Late, as few calls send files.
            from .upload import AsyncSending, SyncSending

            kind = AsyncSending if pool.asynchronous else SyncSending
            sending = kind(body, transcript, show_sent, self._put_off)
            # The HTTP library takes it as it takes bytes.
            pieces: Any = sending
            more = {**prepared.headers, **sending.headers}
            prepared = prepared.replaced(content=pieces, headers=more)
            self._sending, body = sending, None
        self.request = pool.requests.new(
            client,
            prepared,
            trace.asynchronously if pool.asynchronous else trace,
            until,
        )
        parts = self.request.extensions["timeout"]
        self.timing = trace.timing = Timing(prepared.timeout, parts, until)
        self.request.extensions[EXTENSION] = self.timing
        if transcript:
            target = self.request.url.raw_path.decode("ascii", "replace")
            headers = _pairs(self.request.headers)
            transcript.request(f"{self.request.method} {target}", headers, body)

    def begun(self, response: httpx.Response) -> None:
        """Note the head of the response."""
        self._trace.answered()
        self.timing.renew()
        if self.prepared.stream and response.is_success:
            self.timing.open_end()
        has_cookies = bool(self._client.cookies)
        if self._pool.has_secrets or has_cookies:
            self._note_sent(response.request)
        if has_cookies:
            forget_unsendable(self._client.cookies.jar)
        if self._transcript:
            version, status = response.http_version, response.status_code
            start = f"{version} {status} {response.reason_phrase}"
            self._transcript.response(start.rstrip(), _pairs(response.headers))

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
        self._note_sent(self.request)
        forget_secrets(error, library, self._secrets)
        forget_unsendable(self._client.cookies.jar)
        if self._client.is_closed or self._pool.closed:
            what = "the client was closed meanwhile"
            return NoResponse(what, stage=trace.stage, final=True)
        # As it is connected to, a name is in ASCII.
        own = self.request.url.raw_host.decode("ascii")
        peer = "" if trace.host == own else trace.peer
        return unanswered(error, library, trace, self.timing.is_waiting, peer)

    def _note_sent(self, request: httpx.Request) -> None:
        """Note what the HTTP client adds by itself: an error may repeat it."""
        query = request.url.params.multi_items() if request.url.query else []
        self._secrets.sent.append((request.headers, query))
        if self._pool.proxy_secrets:
            self._secrets.learn(*self._pool.proxy_secrets)

    def _put_off(self) -> None:
        """Count the time anew: more of an upload was sent, which may take hours."""
        self.timing.put_off()


class Timing:
    """The deadlines of one exchange, by the monotonic clock; None is for no limit.

    The timeouts of HTTP libraries count from one piece received to the next, so that a
    server that sends a byte from time to time holds a call for ever.

    Attributes:
        whole: when all of it has to be there.
        alarm: what ends the wait for the head, where that is awaited.
        is_waiting: whether no connection is free for it yet.
        lease: the connection that it uses, once there is one.
    """

    __slots__ = (
        *("_head", "_own", "_parts", "_read", "_seconds", "_soon", "_until"),
        *("alarm", "is_waiting", "lease", "whole"),
    )

    def __init__(
        self,
        timeout: Any,
        parts: Mapping[str, float | None],
        until: float | None = None,
    ) -> None:
        """Begin now.

        Args:
            timeout: seconds for all of it, None, or a timeout of the HTTP library,
                which limits the parts.
            parts: the parts of it.
            until: when all of it has to be there anyway.
        """
        self._seconds = timeout if isinstance(timeout, int | float) else None
        self._read = parts["read"]
        self._parts: float | None = None
        if self._seconds is None:
            known = [each for each in parts.values() if each is not None]
            self._parts = sum(known) if len(known) == len(parts) else None
        self._until = until
        self.alarm: asyncio.Timeout | None = None
        self.is_waiting = False
        self.lease: Any = None
        self._head: float | None = None
        self._soon: float | None = None
        # By its own timeout. Each piece of a body asks when all has to be there.
        self._own: float | None = None
        self.whole: float | None = until
        self._begin()

    def end_by(self, until: float | None) -> None:
        """Have all of it be there until some moment, whatever its own timeout is."""
        self._until = until
        self.whole = _first(self._own, until)

    @property
    def head(self) -> float | None:
        """Return when the head of the response has to be there."""
        return _first(self._head, self._until)

    def put_off(self) -> None:
        """Count the time anew: the request goes on being sent."""
        self._begin()
        self._set_alarm()

    def reading(self) -> None:
        """Note that the request was sent, and the head is waited for from now on."""
        if self._seconds is None and self._read is not None:
            self._head = time.monotonic() + self._read
            self._set_alarm()

    @property
    def piece(self) -> float | None:
        """Return when the next piece of the body has to be there."""
        # A stream has thousands of them, and no end.
        return self._soon if self.whole is None else _first(self._soon, self.whole)

    def renew(self) -> None:
        """Count anew for a piece of the body, as one is asked for."""
        if self._read is not None:
            self._soon = time.monotonic() + self._read

    def open_end(self) -> None:
        """Let the body take as long as its pieces come."""
        self._own, self.whole = None, self._until

    def hurry(self) -> None:
        """Have all that is left of the body come within the time for one piece."""
        if self._seconds is not None:
            self.renew()
            self._own = self.whole = self.piece

    def _begin(self) -> None:
        now = time.monotonic()
        if self._seconds is not None:
            self._head = self._own = now + self._seconds
            self.whole = _first(self._own, self._until)
        elif self._parts is not None:
            self._head = now + self._parts

    def _set_alarm(self) -> None:
        head = self.head
        if self.alarm is not None:
            import asyncio

            # It may have gone off, and nobody have heard it yet.
            with suppress(RuntimeError):
                loop = asyncio.get_running_loop()
                left = None if head is None else head - time.monotonic()
                self.alarm.reschedule(None if left is None else loop.time() + left)
        elif self.lease is not None and self.lease.line is not None:
            self.lease.line.deadline = head


class ConnectionTrace:
    """Follows one request; the HTTP library calls it, by its extension `trace`.

    Attributes:
        stage: how far the request came.
        reused: whether its connection had served others before.
        host, peer: what is connected to, and with its port while that takes time.
        timing: the deadlines of the exchange.
    """

    timing: Timing | None = None

    def __init__(self, transcript: Transcript | None = None) -> None:
        # Until it is said that there is no connection yet: not every transport says
        # what it does, and what may have been sent must not be sent again.
        self.stage: Stage = "sent"
        self.host = self.peer = ""
        self.reused = True
        self._tunnelling = False
        self._transcript = transcript
        self._began: dict[str, float] = {}

    def __call__(self, name: str, info: Mapping[str, Any]) -> None:
        """Note an event, by its name such as `connection.connect_tcp.started`."""
        if name.partition(".")[2] not in _NOTED and not self._transcript:
            return
        if name.endswith("send_request_headers.started"):
            # To a proxy, which is asked for a tunnel first: that isn't our request.
            self._tunnelling = getattr(info.get("request"), "method", b"") == b"CONNECT"
        if name.endswith("connect_tcp.started"):
            self.host, self.peer = info["host"], f"{info['host']}:{info['port']}"
        elif name.endswith("connect_tcp.complete"):
            self.peer = ""
        if not self._tunnelling:
            self._follow(name)
        if self._transcript:
            self._show(name, info, self._transcript)

    async def asynchronously(self, name: str, info: Mapping[str, Any]) -> None:
        """Note an event where it is awaited."""
        self(name, info)

    def answered(self) -> None:
        """Note that there is a response; not every transport says so."""
        self.stage = "answered"

    def _follow(self, name: str) -> None:
        if name.endswith("send_request_headers.started"):
            self.stage = "sent"
            if self.reused and self._transcript:
                self._transcript.note("the connection is one that was kept")
        elif name.endswith("send_request_headers.failed"):
            # No server acts on half a head, so it may be sent again.
            self.stage = "unsent"
        elif name.endswith("receive_response_headers.started"):
            if self.timing is not None:
                self.timing.reading()
        elif name.endswith("receive_response_headers.complete"):
            self.stage = "answered"
        elif name.startswith("connection.connect_") and name.endswith(".started"):
            self.stage = "connect"
            self.reused = False

    def _show(self, name: str, info: Mapping[str, Any], transcript: Transcript) -> None:
        # Imported late, as few transcripts go that far.
        from .trace import description

        event, _, part = name.rpartition(".")
        now = time.perf_counter()
        if part == "started":
            self._began[event] = now
        took = f"{(now - self._began.get(event, now)) * 1000:.1f} ms"
        text = description(name, info, took)
        if text:
            transcript.note(text)


def _pairs(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return headers as they are written, each as often as it stands there."""
    encoding = headers.encoding
    return [
        (name.decode(encoding, "replace"), value.decode(encoding, "replace"))
        for name, value in headers.raw
    ]


def _first(*moments: float | None) -> float | None:
    found = None
    # Several times in each call, where a generator would take twice as long.
    for each in moments:
        if each is not None and (found is None or each < found):
            found = each
    return found
