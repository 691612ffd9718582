"""The layer around the application that makes things go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .delivery import Delivery
from .fault import HEADER, FaultError
from .responses import ANSWERS, NOTHING_DONE, answer_for, answer_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ..connections import Connections
    from .fault import Fault, Faults

_HEADER = HEADER.lower().encode()
_MOST_DRAINED = 64 * 1024 * 1024


class Disturbing:
    """An ASGI application that spoils the answers of another one.

    What strikes a request is in its scope: `local_faults`, a list of `Fault`.
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
            app: answers with whole JSON bodies, or with server-sent events, each of
                them whole and a message of its own.
            faults: those that are set.
            connections: those of the server that it runs under.
            operation_of: gives the operationId for a method and a path.
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
            await answer_to(error).send_by(send)
            return
        scope = {**scope, "local_faults": faults}
        if all(fault.name == "pages" for fault in faults):
            await self._app(scope, receive, send)
            return
        delivery = Delivery(faults, self._connections.of(scope), send)
        instead = next((fault for fault in faults if fault.name in ANSWERS), None)
        handled = _are_handled(faults)
        if handled and instead is None:
            await self._app(scope, receive, delivery.send)
            return
        await (self._app(scope, receive, _swallow) if handled else _drain(receive))
        answer = answer_for(instead) if instead else NOTHING_DONE
        await answer.send_by(delivery.send)

    def _matching(self, scope: Scope) -> list[Fault]:
        return self._faults.matching(
            self._operation_of(scope["method"], scope["path"]),
            scope["method"],
            [v.decode("latin-1") for name, v in scope["headers"] if name == _HEADER],
        )


def _are_handled(faults: list[Fault]) -> bool:
    """Tell whether the request is to be carried out."""
    said = [fault.handled for fault in faults if fault.handled is not None]
    return said[0] if said else not any(map(_is_against_it, faults))


def _is_against_it(fault: Fault) -> bool:
    early = ("before-headers", "in-headers")
    return fault.name in ANSWERS or (fault.name == "close" and fault.value in early)


async def _drain(receive: Receive) -> None:
    """Take in the body of a request, as the application would.

    Closing a connection with something unread would reset it.
    """
    size = 0
    while size < _MOST_DRAINED:
        message = await receive()
        size += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def _swallow(message: Message) -> None:
    """Send an answer nowhere."""
