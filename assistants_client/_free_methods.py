"""The methods of clients for endpoints that the document doesn't list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from ._free import free_call

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from ._flows.calling import CallOptions

T = TypeVar("T")


class FreeRequests:
    """Methods for endpoints that the document doesn't list."""

    def get(
        self,
        path: str,
        *,
        cast_to: type[T],
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a GET; give the answer.

        Args:
            path: below the base URL, such as "/models".
            cast_to: what to read the answer as: a model, `dict`, `str`, `bytes`, None,
                a TypedDict or dataclass, or `httpx.Response` for the answer itself.
            options: options by their names in the `openai` package.
            more: options by their names here.

        Raises:
            ConfigurationError: the path leads elsewhere, or an option is unknown.
            APIError: the call fails, or the answer is not what `cast_to` says.
        """
        found: T = self._request("GET", path, cast_to, options=options, more=more)
        return found

    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a POST, with a body of JSON data if there is one; see `get`."""
        found: T = self._request(
            "POST", path, cast_to, body=body, options=options, more=more
        )
        return found

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a PUT, with a body of JSON data if there is one; see `get`."""
        found: T = self._request(
            "PUT", path, cast_to, body=body, options=options, more=more
        )
        return found

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a PATCH, with a body of JSON data if there is one; see `get`."""
        found: T = self._request(
            "PATCH", path, cast_to, body=body, options=options, more=more
        )
        return found

    def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a DELETE, with a body of JSON data if there is one; see `get`."""
        found: T = self._request(
            "DELETE", path, cast_to, body=body, options=options, more=more
        )
        return found

    def _request(self, method: str, path: str, cast_to: Any, **given: Any) -> Any:
        client: Any = self
        call = free_call(method, path, client.base_url, cast_to=cast_to, **given)
        answer = client.perform(call)
        return answer.reply if cast_to is httpx.Response else answer.read()


class AsyncFreeRequests:
    """Methods for endpoints that the document doesn't list."""

    async def get(
        self,
        path: str,
        *,
        cast_to: type[T],
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a GET; give the answer.

        Args:
            path: below the base URL, such as "/models".
            cast_to: what to read the answer as: a model, `dict`, `str`, `bytes`, None,
                a TypedDict or dataclass, or `httpx.Response` for the answer itself.
            options: options by their names in the `openai` package.
            more: options by their names here.

        Raises:
            ConfigurationError: the path leads elsewhere, or an option is unknown.
            APIError: the call fails, or the answer is not what `cast_to` says.
        """
        found: T = await self._request("GET", path, cast_to, options=options, more=more)
        return found

    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a POST, with a body of JSON data if there is one; see `get`."""
        found: T = await self._request(
            "POST", path, cast_to, body=body, options=options, more=more
        )
        return found

    async def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a PUT, with a body of JSON data if there is one; see `get`."""
        found: T = await self._request(
            "PUT", path, cast_to, body=body, options=options, more=more
        )
        return found

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a PATCH, with a body of JSON data if there is one; see `get`."""
        found: T = await self._request(
            "PATCH", path, cast_to, body=body, options=options, more=more
        )
        return found

    async def delete(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a DELETE, with a body of JSON data if there is one; see `get`."""
        found: T = await self._request(
            "DELETE", path, cast_to, body=body, options=options, more=more
        )
        return found

    async def _request(self, method: str, path: str, cast_to: Any, **given: Any) -> Any:
        client: Any = self
        call = free_call(method, path, client.base_url, cast_to=cast_to, **given)
        answer = await client.perform(call)
        return answer.reply if cast_to is httpx.Response else answer.read()
