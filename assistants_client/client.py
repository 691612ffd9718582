"""The client, for sync and for async."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from ._attach_methods import AsyncAttachMethods, AttachMethods
from ._base_client import BaseClient
from ._drive import drive, drive_async
from ._errors import AssistantsError
from ._flows.call import performed
from ._transport.http import Http
from ._transport.pool import Pool
from ._verbosity import VARIABLE, WITHIN, resolved
from .custom_requests import AsyncCustomRequests, CustomRequests
from .resources._base import replaceable
from .resources._client import AsyncResources, Resources

if TYPE_CHECKING:
    from typing import Self

    from ._call import Call, CallOptions, CallResult
    from ._effects import Flow
    from ._options import Options
    from ._transcript import Transcript
    from ._transport.async_http import AsyncHttp
    from ._transport.async_pool import AsyncPool
    from ._transport.library import Library

T = TypeVar("T")


class Client(BaseClient[Pool], Resources, CustomRequests, AttachMethods):
    """A client of the Assistants API.

    Threads may share it. Close it, or use it in a `with` statement.
    """

    asynchronous: ClassVar = False

    @replaceable
    def beta(self) -> Self:
        """Return the client itself, where the `openai` package has these methods."""
        return self

    def _perform(self, call: Call[T]) -> CallResult[T]:
        """Perform a call, as the methods make them."""
        return self._follow(performed(call, self._options), call.options)

    def _follow(self, flow: Flow[T], options: CallOptions) -> T:
        """Run a flow to its end, such as that of a call."""
        http, traces = self._http(options), self._options.traces
        flow = flow if traces is None else traces.marked(flow)
        try:
            return drive(flow, http.perform)
        except AssistantsError as error:
            self._options.secrets.hide_in(error)
            raise
        finally:
            http.clear_progress()

    def _begin(self, call: Call[T]) -> tuple[CallResult[T], Http]:
        """Perform a call up to the body of its response, which is read by `Http`."""
        http = self._http(call.options)
        return drive(performed(call, self._options), http.perform), http

    def _http(self, options: CallOptions) -> Http:
        """Return what performs effects, by the connections there are."""
        return Http(
            self._pool, _transcript(options, self._options), self._options.secrets
        )

    @staticmethod
    def _new_pool(library: Library, http_client: Any, most: int) -> Pool:
        return Pool(library, http_client, most)

    def close(self) -> None:
        """Close the connections, also those of copies; a second time does nothing.

        An embedded server ends with them.
        """
        self._pool.close()
        if self._server:
            self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(
    BaseClient["AsyncPool"], AsyncResources, AsyncCustomRequests, AsyncAttachMethods
):
    """A client of the Assistants API whose methods are awaited.

    Tasks may share it, those of several event loops of asyncio as well: each loop has
    connections of its own, which are closed when it ends. Close it, or use it in `async
    with`.
    """

    asynchronous: ClassVar = True

    @replaceable
    def beta(self) -> Self:
        """Return the client itself, where the `openai` package has these methods."""
        return self

    async def _perform(self, call: Call[T]) -> CallResult[T]:
        """Perform a call, as the methods make them."""
        return await self._follow(performed(call, self._options), call.options)

    async def _follow(self, flow: Flow[T], options: CallOptions) -> T:
        """Run a flow to its end, such as that of a call."""
        http, traces = self._http(options), self._options.traces
        flow = flow if traces is None else traces.marked(flow)
        try:
            return await drive_async(flow, http.perform)
        except AssistantsError as error:
            self._options.secrets.hide_in(error)
            raise
        finally:
            http.clear_progress()

    async def _begin(self, call: Call[T]) -> tuple[CallResult[T], AsyncHttp]:
        """Perform a call up to the body of its response, which is read by `Http`."""
        http = self._http(call.options)
        return await drive_async(performed(call, self._options), http.perform), http

    def _http(self, options: CallOptions) -> AsyncHttp:
        """Return what performs effects, by the connections there are."""
        # The pool knows the class, which loads asyncio.
        kind = self._pool.performer
        return kind(
            self._pool, _transcript(options, self._options), self._options.secrets
        )

    @staticmethod
    def _new_pool(library: Library, http_client: Any, most: int) -> AsyncPool:
        from ._transport.async_pool import AsyncPool

        return AsyncPool(library, http_client, most)

    async def close(self) -> None:
        """Close the connections, also those of copies; a second time does nothing.

        Those of other event loops that still run are closed there, soon. An embedded
        server ends with them.
        """
        await self._pool.close()
        if self._server:
            import asyncio

            await asyncio.to_thread(self._server.stop)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _transcript(options: CallOptions, settings: Options) -> Transcript | None:
    """Return what shows a call, where it is shown at all."""
    own, usual = options.get("verbosity"), settings.verbosity
    if own is usual is WITHIN.get() is None and VARIABLE not in os.environ:
        return None
    level = resolved(own, usual)
    if level == 0:
        return None
    # Late, as few calls are shown.
    from ._transcript import Transcript

    return Transcript(level, secrets=settings.secrets)
