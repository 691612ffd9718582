"""Answers as they came, with all that HTTP says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from ._call import CallResult
from ._casts import caster
from ._json import decode
from ._transport.body import readable

if TYPE_CHECKING:
    from datetime import timedelta

    import httpx

T = TypeVar("T")
U = TypeVar("U")


class Head(Generic[T]):
    """What is known of an answer before its body is read."""

    def __init__(self, result: CallResult[T]) -> None:
        self._result = result

    def __repr__(self) -> str:
        what = f"{self.status_code}, {self._result.call.operation}"
        return f"<{type(self).__name__} {what}>"

    @property
    def http_response(self) -> httpx.Response:
        """Give the answer as the HTTP library has it; its request holds the key."""
        response: Any = self._result.response
        found: httpx.Response = response
        return found

    @property
    def http_request(self) -> httpx.Request:
        """Give the request as the HTTP library has it; it holds the key."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        """Give the HTTP status."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """Give the headers; names are looked up whatever their case."""
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """Give the server's name for the request, if it said so."""
        found: str | None = self.headers.get("x-request-id")
        return found

    @property
    def attempts(self) -> int:
        """Tell how many requests were sent."""
        return self._result.attempts

    @property
    def retries_taken(self) -> int:
        """Tell how many requests were sent after the first one."""
        return self._result.attempts - 1

    @property
    def elapsed(self) -> timedelta:
        """Tell how long the last attempt took, from sending to the end of the answer.

        Raises:
            RuntimeError: the answer has not been read to its end.
        """
        return self.http_response.elapsed

    @property
    def method(self) -> str:
        """Give the method of the request."""
        return self.http_request.method

    @property
    def url(self) -> httpx.URL:
        """Give the URL that answered."""
        return self.http_response.url

    @property
    def http_version(self) -> str:
        """Give the version of HTTP, such as HTTP/1.1."""
        return self.http_response.http_version

    @property
    def is_closed(self) -> bool:
        """Tell whether the connection is given back."""
        return self.http_response.is_closed

    def _parsed(self, to: Any) -> Any:
        return self._result.read() if to is None else caster(to)(self._result)


class RawResponse(Head[T]):
    """An answer that has been read, with all that HTTP says of it."""

    @property
    def content(self) -> bytes:
        """Give the body."""
        return self.http_response.content

    @property
    def text(self) -> str:
        """Give the body as text."""
        return readable(self.http_response).text

    def json(self) -> Any:
        """Give the body as JSON data.

        Raises:
            ValueError: it is not JSON.
        """
        return decode(self.content)

    @overload
    def parse(self) -> T: ...
    @overload
    def parse(self, *, to: type[U]) -> U: ...
    def parse(self, *, to: Any = None) -> Any:
        """Give what the method gives without `with_raw_response`.

        Args:
            to: a type to read the body as instead; `Client.get` tells which there are.

        Raises:
            DecodeError: the body can't be read as that.
        """
        return self._parsed(to)
