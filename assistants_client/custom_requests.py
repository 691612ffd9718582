"""Requests to endpoints that the document doesn't list: methods of clients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl

from . import _api
from ._arguments import given
from ._call import OPTIONS, Call
from ._casts import caster
from ._errors import ArgumentError, ConfigurationError
from ._ids import with_ids
from ._transport.library import library_of_response

if TYPE_CHECKING:
    from typing import Unpack

    from ._call import CallOptions, CallResult, UploadOptions
    from ._transport.library import Library

T = TypeVar("T")
Files: TypeAlias = "Mapping[str, _api.FileTypes] | Iterable[tuple[str, _api.FileTypes]]"
"""Files by the names of their fields."""

# What the `openai` package calls the options of a request that is made by hand.
_THEIRS = {
    "headers": "extra_headers",
    "params": "extra_query",
    "extra_json": "extra_body",
    "timeout": "timeout",
    "max_retries": "max_retries",
    "idempotency_key": "idempotency_key",
}


class CustomRequests:
    """Methods for endpoints that the document doesn't list."""

    def get(
        self,
        path: str,
        *,
        cast_to: type[T],
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a GET, and return the response.

        Args:
            path: below the base URL, such as "/models".
            cast_to: the type to read the body as: a model, `dict`, `str`, `bytes`,
                None, a TypedDict or dataclass, or `httpx.Response` for the response
                itself (`httpx2.Response` if the client uses that library).
            options: options, by their names in the `openai` package.
            more: options, by their names here.

        Raises:
            ConfigurationError: the path leads elsewhere, or an option is unknown.
            APIError: the call fails, or the body is not what `cast_to` says.
        """
        return self._request("GET", path, cast_to, options, more)

    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a POST, with a body of JSON data if there is one; see `get`.

        Args:
            path: below the base URL, such as "/audio/transcriptions".
            cast_to: the type to read the response as.
            body: what is sent: as JSON, or as the fields of a form with files in it.
            files: the files of a form, by the names of their fields.
            options: options, by their names in the `openai` package.
            more: options, by their names here.

        Raises:
            FileError: a file can't be read to its end.
        """
        return self._request("POST", path, cast_to, options, more, body, files)

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a PUT, with a body of JSON data if there is one; see `get`."""
        return self._request("PUT", path, cast_to, options, more, body, files)

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a PATCH, with a body of JSON data if there is one; see `get`."""
        return self._request("PATCH", path, cast_to, options, more, body, files)

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
        return self._request("DELETE", path, cast_to, options, more, body)

    def _request(self, method: str, path: str, cast_to: type[T], *rest: Any) -> T:
        client: Any = self
        call = custom_call(client, method, path, cast_to, *rest)
        found: T = client._perform(call).read()
        return found


class AsyncCustomRequests:
    """Methods for endpoints that the document doesn't list."""

    async def get(
        self,
        path: str,
        *,
        cast_to: type[T],
        options: Mapping[str, Any] | None = None,
        **more: Unpack[CallOptions],
    ) -> T:
        """Send a GET, and return the response; `Client.get` has the arguments."""
        return await self._request("GET", path, cast_to, options, more)

    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a POST, with a body of JSON data if there is one; see `get`."""
        return await self._request("POST", path, cast_to, options, more, body, files)

    async def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a PUT, with a body of JSON data if there is one; see `get`."""
        return await self._request("PUT", path, cast_to, options, more, body, files)

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: Any = None,
        files: Files | None = None,
        options: Mapping[str, Any] | None = None,
        **more: Unpack[UploadOptions],
    ) -> T:
        """Send a PATCH, with a body of JSON data if there is one; see `get`."""
        return await self._request("PATCH", path, cast_to, options, more, body, files)

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
        return await self._request("DELETE", path, cast_to, options, more, body)

    async def _request(self, method: str, path: str, cast_to: type[T], *rest: Any) -> T:
        client: Any = self
        call = custom_call(client, method, path, cast_to, *rest)
        found: T = (await client._perform(call)).read()
        return found


def custom_call(
    client: Any,
    method: str,
    path: str,
    cast_to: type[T],
    options: Mapping[str, object] | None,
    more: Mapping[str, object],
    body: object = None,
    files: Files | None = None,
) -> Call[T]:
    """Make a call of a path.

    Args:
        client: the client that is to perform it.
        method: such as "GET".
        path: below the base URL, with a query or without; or a whole URL that begins
            with the base URL.
        cast_to: the type to read the body as; `caster` says which types there are.
        options: options, by their names in the `openai` package.
        more: options, by their names here, which win.
        body: what is sent as JSON, or with files as a form; None for nothing.
        files: the files of a form.

    Raises:
        ConfigurationError: the path leads elsewhere, or there is no such option.
    """
    below, query = _split(path, client.options.base_url)
    # What errors and the log call it. Some servers want a key in the path.
    operation = client.options.secrets.redact(f"{method} {below}")
    given_ = given({"options": options, "body": body, "files": files})
    options, body, files = (given_.get(each) for each in ("options", "body", "files"))
    theirs = given(options or {})
    renamed = {_THEIRS[name]: theirs.pop(name) for name in _THEIRS if name in theirs}
    unknown = sorted({*theirs, *(more.keys() - OPTIONS)})
    if unknown:
        from ._unknown import hint_for

        hint = hint_for(unknown, OPTIONS)
        names = ", ".join(unknown)
        raise ArgumentError(f"{operation} takes no {names}{hint}")
    settings: Any = given({**renamed, **more})
    whole = _is_response(cast_to, client._pool.library)
    return Call(
        operation=operation,
        request=_api.Request(
            method=method,
            path=below,
            query=query,
            json=_api.UNSET if body is None or files else _api.to_json(with_ids(body)),
            files=_form(operation, body or {}, files),
        ),
        read=_response if whole else caster(cast_to),
        options=settings,
    )


def _form(operation: str, body: object, files: Files | None) -> Any:
    """Return the parts of a form, UNSET where there are no files.

    Raises:
        ConfigurationError: they can't be sent.
    """
    if not files:
        return _api.UNSET
    if not isinstance(body, Mapping):
        raise ConfigurationError(f"{operation}: beside files, body must be a mapping")
    pairs: Any = [*files.items()] if isinstance(files, Mapping) else files
    is_listed = isinstance(pairs, Iterable) and not isinstance(pairs, str | bytes)
    pairs = [*pairs] if is_listed else [None]
    if not all(isinstance(each, tuple | list) and len(each) == 2 for each in pairs):
        raise ConfigurationError(
            f"{operation}: files must be a mapping from names of fields to files, or a "
            "list of pairs of them"
        )
    try:
        parts = _api.multipart(body, deep_fields=[*body]) or []
        for name, file in pairs:
            parts += _api.multipart({name: file}, files=[name]) or []
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{operation}: {error}") from error
    return parts


def _response(result: CallResult[object]) -> Any:
    return result.response


def _is_response(cast_to: object, used: Library) -> bool:
    """Return whether the response itself is wanted.

    Raises:
        ConfigurationError: it would be one of another HTTP library.
    """
    asked = library_of_response(cast_to)
    if asked is not None and asked is not used:
        raise ConfigurationError(
            f"cast_to is {asked.name}.Response, but this client uses {used.name}: "
            f"pass {used.name}.Response"
        )
    return asked is not None


def _split(path: Any, base_url: str) -> tuple[str, list[tuple[str, str]]]:
    if not isinstance(path, str):
        kind = type(path).__name__
        raise ConfigurationError(f"a path is text such as '/models', not {kind}")
    below, _, query = path.partition("?")
    if below == base_url or below.startswith(f"{base_url}/"):
        below = below[len(base_url) :]
    elif "://" in below or below.startswith("//"):
        # The key would go there, too.
        raise ConfigurationError(
            f"{below!r} is not below {base_url}; pass a path such as '/models'"
        )
    if "#" in path or not path.isprintable() or {"..", "."} & {*below.split("/")}:
        raise ConfigurationError(f"{path!r} is not a path such as '/models'")
    return f"/{below.lstrip('/')}", parse_qsl(query, keep_blank_values=True)
