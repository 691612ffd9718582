"""What HTTP says of a response, whether its body has been read or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from ._arguments import is_left_out
from ._casts import caster
from ._errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from datetime import timedelta

    import httpx

    from ._call import CallResult

T = TypeVar("T")


class Response(Generic[T]):
    """What is known of a response before its body is read."""

    def __init__(self, result: CallResult[T]) -> None:
        self._result = result

    def __repr__(self) -> str:
        what = f"{self.status_code}, {self._result.call.operation}"
        return f"<{type(self).__name__} {what}>"

    def __reduce__(self) -> NoReturn:
        raise ConfigurationError(
            "a response can't be copied or pickled, as its request holds the key: take "
            "what parse() or json() returns"
        )

    @property
    def http_response(self) -> httpx.Response:
        """Return the response of the HTTP library; its request holds the key."""
        response: Any = self._result.response
        found: httpx.Response = response
        return found

    @property
    def http_request(self) -> httpx.Request:
        """Return the request of the HTTP library; it holds the key."""
        return self.http_response.request

    @property
    def status_code(self) -> int:
        """Return the HTTP status."""
        return self.http_response.status_code

    @property
    def headers(self) -> httpx.Headers:
        """Return the headers; names are looked up whatever their case."""
        return self.http_response.headers

    @property
    def request_id(self) -> str | None:
        """Return the server's id of the request, if there is one."""
        found: str | None = self.headers.get("x-request-id")
        return found

    @property
    def attempts(self) -> int:
        """Return how many requests were sent."""
        return self._result.attempts

    @property
    def retries_taken(self) -> int:
        """Return how many requests were sent after the first one."""
        return self._result.attempts - 1

    @property
    def elapsed(self) -> timedelta:
        """Return how long the last attempt took, up to the end of the response.

        Raises:
            UsageError: the response has not been read to its end.
        """
        try:
            return self.http_response.elapsed
        except RuntimeError as error:
            raise UsageError(
                "how long a response took is known once it was read or closed"
            ) from error

    @property
    def method(self) -> str:
        """Return the method of the request."""
        return self.http_request.method

    @property
    def url(self) -> httpx.URL:
        """Return the URL that the response came from."""
        return self.http_response.url

    @property
    def http_version(self) -> str:
        """Return the version of HTTP, such as HTTP/1.1."""
        return self.http_response.http_version

    @property
    def is_closed(self) -> bool:
        """Return whether the response has been closed."""
        return self.http_response.is_closed

    def _parsed(self, to: Any) -> Any:
        return (
            self._result.read()
            if to is None or is_left_out(to)
            else caster(to)(self._result)
        )
