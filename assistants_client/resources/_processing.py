"""Methods that wait for what a server does with files, and that upload them first."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from .._call import make_call
from ..binary import contents
from ._base import AsyncResource, Resource, ids_in, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._call import Call, CallResult
    from .._operation import Operation

P = ParamSpec("P")
R = TypeVar("R")


def texts(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method, for code of old, that returns the response as text."""
    return made("_text", operation)


def uploads(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that uploads files first."""
    return made("_upload", operation)


def uploads_and_waits(
    operation: Operation[Any, Any],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a method that uploads files first, and waits for what becomes of them."""
    return made("_upload_and_wait", operation)


class ProcessingResource(Resource):
    """Methods that upload files, and wait for what becomes of them."""

    def _wait(self, operation: Operation[Any, Any], params: dict[str, Any]) -> Any:
        from ._waits_for_files import wait_flow

        flow, options = wait_flow(operation, params, self._client)
        return self._client._follow(flow, options)

    def _upload(self, operation: Operation[Any, Any], params: dict[str, Any]) -> Any:
        from ._uploads import upload_flow

        flow, options = upload_flow(operation, params, self._client)
        return self._client._follow(flow, options)

    def _upload_and_wait(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Any:
        from ._uploads import upload_flow

        flow, options = upload_flow(operation, params, self._client, wait=True)
        return self._client._follow(flow, options)

    def _text(self, operation: Operation[Any, Any], params: dict[str, Any]) -> Any:
        return self._perform(self._client, _text_call(operation, params))


class AsyncProcessingResource(AsyncResource):
    """Methods that upload files, and wait for what becomes of them, awaited."""

    async def _wait(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Any:
        from ._waits_for_files import wait_flow

        flow, options = wait_flow(operation, params, self._client)
        return await self._client._follow(flow, options)

    async def _upload(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Any:
        from ._uploads import upload_flow

        flow, options = upload_flow(operation, params, self._client)
        return await self._client._follow(flow, options)

    async def _upload_and_wait(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Any:
        from ._uploads import upload_flow

        flow, options = upload_flow(operation, params, self._client, wait=True)
        return await self._client._follow(flow, options)

    async def _text(
        self, operation: Operation[Any, Any], params: dict[str, Any]
    ) -> Any:
        return await self._perform(self._client, _text_call(operation, params))


def _text_call(operation: Operation[Any, Any], params: dict[str, Any]) -> Call[str]:
    # To whoever calls the method, which calls `_text`, which calls this.
    warnings.warn(
        "retrieve_content is deprecated: use content", DeprecationWarning, stacklevel=4
    )
    return make_call(operation, params, ids_in(operation, params), _text)


def _text(result: CallResult[object]) -> str:
    return contents(result).text
