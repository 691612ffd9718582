"""Clients that don't wait between attempts or looks, and what their pools hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistants_client import AsyncClient, Client
from assistants_client._effects import Sleep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_client._call import CallOptions
    from assistants_client._transport.async_http import AsyncHttp
    from assistants_client._transport.http import Http

_NAP = 0.005
# As the document of the project has it.
_LONGEST = 120.0


class TooLongError(AssertionError):
    """A wait was to be longer than the package says that it ever is."""


class QuickClient(Client):
    """A client that only ever waits for answers."""

    def _http(self, options: CallOptions) -> Http:
        found = super()._http(options)
        perform = found.perform

        def quick(effect: Any) -> Any:
            return perform(_shortened(effect))

        vars(found)["perform"] = quick
        return found


class AsyncQuickClient(AsyncClient):
    """The same, to be awaited."""

    def _http(self, options: CallOptions) -> AsyncHttp:
        found = super()._http(options)
        perform = found.perform

        async def quick(effect: Any) -> Any:
            return await perform(_shortened(effect))

        vars(found)["perform"] = quick
        return found


def _shortened(effect: Any) -> Any:
    if not isinstance(effect, Sleep):
        return effect
    if not 0 <= effect.seconds <= _LONGEST:
        raise TooLongError(f"a wait of {effect.seconds} s")
    return Sleep(min(effect.seconds, _NAP))


def leaks(client: Client | AsyncClient) -> Iterator[str]:
    http: Any = client._pool.get()
    pool = http._transport._pool
    for connection in pool.connections:
        if not (connection.is_idle() or connection.is_closed()):
            yield f"a connection is kept busy: {connection!r}"
    if pool.used:
        yield f"{pool.used} connections are not given back"
