"""What was asked of the server, kept for tests to look at."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_KEPT = 1000
_BODY = 65536
_SECRET = {
    *("authorization", "api-key", "x-api-key", "cookie"),
    *("proxy-authorization", "astra-api-token"),
}
REDACTED = "<REDACTED>"


@dataclass
class Exchange:
    """A request, and the status of its answer.

    Attributes:
        operation: the operationId; none where the document knows no such request.
        headers: names in lower case; keys and cookies are redacted.
        body: the body, or the first 64 KiB of it.
        status: none while there is no answer, or where the connection broke before.
    """

    method: str
    path: str
    query: str
    operation: str | None
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)
    status: int | None = None


class Recording:
    """A layer around an application that keeps the last requests."""

    def __init__(
        self, app: ASGIApp, *, operation_of: Callable[[str, str], str | None]
    ) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=_KEPT)
        self._app = app
        self._operation_of = operation_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(
            method=scope["method"],
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            operation=self._operation_of(scope["method"], scope["path"]),
            headers={
                name: REDACTED if name in _SECRET else value
                for name, value in Headers(scope=scope).items()
            },
        )
        self.exchanges.append(exchange)

        async def receiving() -> Message:
            message = await receive()
            room = _BODY - len(exchange.body)
            if message["type"] == "http.request" and room > 0:
                exchange.body += message.get("body", b"")[:room]
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        await self._app(scope, receiving, sending)
