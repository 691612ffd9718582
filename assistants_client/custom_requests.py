"""The methods of clients for endpoints that the document doesn't list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from ._custom_calls import free_call
from ._errors import ConfigurationError
from ._transport.library import library_of_response

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from ._call import CallOptions

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
                a TypedDict or dataclass, or `httpx.Response` for the answer itself
                (`httpx2.Response` where the client uses that library).
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
        whole = _is_whole(cast_to, client)
        call = free_call(method, path, client.base_url, cast_to=cast_to, **given)
        answer = client._perform(call)
        return answer.response if whole else answer.read()


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
                a TypedDict or dataclass, or `httpx.Response` for the answer itself
                (`httpx2.Response` where the client uses that library).
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
        whole = _is_whole(cast_to, client)
        call = free_call(method, path, client.base_url, cast_to=cast_to, **given)
        answer = await client._perform(call)
        return answer.response if whole else answer.read()


def _is_whole(cast_to: Any, client: Any) -> bool:
    """Tell whether the answer itself is wanted.

    Raises:
        ConfigurationError: it would be one of another HTTP library.
    """
    asked = library_of_response(cast_to)
    if asked is None:
        return False
    used = client._pool.library
    if cast_to is not used.response:
        raise ConfigurationError(
            f"cast_to is {asked.name}.Response, but this client uses {used.name}: "
            f"pass {used.name}.Response"
        )
    return True
