"""The last requests and the status of their responses, for tests to inspect."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MOST = 1000
_BODY = 65536
_SECRET = {
    *("authorization", "api-key", "x-api-key", "cookie"),
    *("proxy-authorization", "astra-api-token"),
}
REDACTED = "<REDACTED>"


@dataclass
class Exchange:
    """A request, and the status of its response.

    Attributes:
        operation: the operationId; None where there is no such operation.
        headers: names in lower case; keys and cookies are redacted.
        body: the body, or the first 64 KiB of it.
        status: the status; None while there is no response, or if the connection
            broke before.
    """

    method: str
    path: str
    query: str
    operation: str | None
    headers: dict[str, str]
    body: bytes = field(default=b"", repr=False)
    status: int | None = None


class RequestLog:
    """A layer around an application that records the last requests.

    The operationId of a request is in its scope from here on: `local_operation`.
    """

    def __init__(
        self, app: ASGIApp, *, operation_of: Callable[[str, str], str | None]
    ) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=_MOST)
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

        async def record_body() -> Message:
            message = await receive()
            room = _BODY - len(exchange.body)
            if message["type"] == "http.request" and room > 0:
                exchange.body += message.get("body", b"")[:room]
            return message

        async def record_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
            await send(message)

        scope = {**scope, "local_operation": exchange.operation}
        await self._app(scope, record_body, record_status)
