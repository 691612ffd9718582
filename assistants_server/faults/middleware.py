"""The layer around the application that applies faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..http.errors import json_response
from .delivery import Delivery
from .fault import HEADER, FaultError
from .responses import REPLACEMENTS, invalid_header, replacement

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ..http.connections import Connections
    from .fault import Fault, Faults

_HEADER = HEADER.lower().encode()
# The faults that the application itself makes.
_OF_APPLICATION = ("pages", "stale-action", "run-as-json")
_MOST_DRAINED = 64 * 1024 * 1024


class FaultMiddleware:
    """An ASGI application that applies faults to another one.

    The faults of a request are in its scope: `local_faults`, a list of `Fault`.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: Faults,
        connections: Connections,
        operation_of: Callable[[str, str], str | None],
    ) -> None:
        """Put the layer around an application.

        Args:
            app: sends complete JSON bodies, or server-sent events, each of them
                complete and a message of its own.
            faults: the faults that are set.
            connections: the connections of the server that it runs under.
            operation_of: returns the operationId for a method and a path.
        """
        self._app = app
        self._faults = faults
        self._connections = connections
        self._operation_of = operation_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            faults = self._matching(scope)
        except FaultError as error:
            await _drain(receive)
            await invalid_header(error)(scope, receive, send)
            return
        scope = {**scope, "local_faults": faults}
        if all(fault.name in _OF_APPLICATION for fault in faults):
            await self._app(scope, receive, send)
            return
        delivery = Delivery(faults, self._connections.of(scope), send)
        instead = next((fault for fault in faults if fault.name in REPLACEMENTS), None)
        handled = _are_handled(faults)
        if handled and instead is None:
            await self._app(scope, receive, delivery.send)
            return
        await (self._app(scope, receive, _discard) if handled else _drain(receive))
        # Without a replacement, the connection is closed before anything arrives.
        response = replacement(instead) if instead else json_response(200, {}, {})
        await response(scope, receive, delivery.send)

    def _matching(self, scope: Scope) -> list[Fault]:
        return self._faults.matching(
            self._operation_of(scope["method"], scope["path"]),
            scope["method"],
            [v.decode("latin-1") for name, v in scope["headers"] if name == _HEADER],
        )


def _are_handled(faults: list[Fault]) -> bool:
    """Return whether the request is to be carried out."""
    given = [fault.handled for fault in faults if fault.handled is not None]
    return given[0] if given else not any(map(_prevents, faults))


def _prevents(fault: Fault) -> bool:
    early = ("before-headers", "in-headers")
    return fault.name in REPLACEMENTS or (
        fault.name == "close" and fault.value in early
    )


async def _drain(receive: Receive) -> None:
    """Read the body of a request, as the application would.

    Closing a connection with unread data would reset it.
    """
    size = 0
    while size < _MOST_DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _discard(message: Message) -> None:
    """Discard a message of a response."""
