"""The layer that measures requests, and gives each its id."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import Headers

from ..contract.operations import operations
from . import ids
from .metrics import OTHER

if TYPE_CHECKING:
    from opentelemetry.trace import Span
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from .instruments import Instruments

# Those that clients use; what else a client makes up is one more.
_METHODS: Final = ("GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH")
_NO_METHOD: Final = "_OTHER"
_EVENTS: Final = b"text/event-stream"
_log = logging.getLogger("assistants_server")


class RequestTelemetry:
    """A layer around an application that measures what is asked of it.

    It stands behind the log of requests, which says what operation one is for, and
    before whoever may refuse one.
    """

    def __init__(self, app: ASGIApp, instruments: Instruments) -> None:
        self._app = app
        self._instruments = instruments
        self._routes = {each.id: each.path for each in operations()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        id = ids.new_request_id()  # noqa: A001 - for its type
        ids.request_id.set(id)
        seen = _Seen(self._instruments, scope["local_operation"])

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.begins(message)
            await send(message)

        with ExitStack() as stack:
            span = self._span(stack, scope, id)
            stack.callback(seen.ended, span)
            await self._app(scope, receive, watch)

    def _span(self, stack: ExitStack, scope: Scope, id: str) -> Span | None:
        spans = self._instruments.spans
        if spans is None:
            return None
        operation = scope["local_operation"]
        method = scope["method"] if scope["method"] in _METHODS else _NO_METHOD
        attributes = {"http.request.method": method, "assistants.request.id": id}
        name = method
        if operation:
            route = self._routes[operation]
            attributes |= {"http.route": route, "assistants.operation": operation}
            name = f"{method} {route}"
        headers = Headers(scope=scope)
        return stack.enter_context(
            spans.current(name, "server", attributes, headers=headers)
        )


class _Seen:
    """What was seen of a request and its response."""

    def __init__(self, instruments: Instruments, operation: str | None) -> None:
        self._instruments = instruments
        self._operation = operation or OTHER
        self._begun = time.perf_counter()
        self._status: int | None = None
        self._seconds = 0.0
        self._streams = False

    def begins(self, message: Message) -> None:
        """Take note of the head of the response."""
        self._status = message["status"]
        self._seconds = time.perf_counter() - self._begun
        metrics = self._instruments.metrics
        if metrics is None:
            return
        self._streams = any(
            name == b"content-type" and value.startswith(_EVENTS)
            for name, value in message["headers"]
        )
        metrics.requests.labels(self._operation, str(self._status)).inc()
        metrics.request_seconds.labels(self._operation).observe(self._seconds)
        if self._streams:
            metrics.streams.inc()

    def ended(self, span: Span | None) -> None:
        """Take note of the end, whatever it was."""
        metrics, spans = self._instruments.metrics, self._instruments.spans
        if metrics and self._streams:
            metrics.streams.dec()
        if span and spans and self._status is not None:
            span.set_attribute("http.response.status_code", self._status)
            if self._status >= 500:
                spans.failed(span, str(self._status))
        if _log.isEnabledFor(logging.INFO):
            fields: dict[str, Any] = {
                "operation": self._operation,
                "status": self._status,
                "seconds": round(self._seconds, 6),
            }
            _log.info("request", extra={"fields": fields})
