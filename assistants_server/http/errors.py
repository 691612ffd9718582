"""Responses in JSON, and errors in the shape that the API has for them."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from ..compact_json import to_json
from ..telemetry import ids

# What is wrong with a key, or isn't there, is an invalid request to applications.
_TYPES = {403: "permission_error", 429: "rate_limit_error"}
_SOON = {"retry-after": "1"}


class HTTPError(Exception):
    """The response to a request is an error.

    Attributes:
        status: the HTTP status.
        body: the body, an `ErrorResponse` of the document.
        headers: headers to add to the response.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body: dict[str, Any] = {
            "error": {
                "message": message,
                "type": error_type(status),
                "param": param,
                "code": code,
            }
        }

    def response(self) -> Response:
        """Return it for sending."""
        return json_response(self.status, self.body, self.headers)


def json_response(status: int, body: Any, headers: dict[str, str]) -> Response:
    """Return a response in JSON, with an id of the request."""
    return Response(
        to_json(body),
        status,
        headers={**request_id(), **headers},
        media_type="application/json",
    )


def request_id() -> dict[str, str]:
    """Return the header with the id of the request that is answered."""
    return {"x-request-id": ids.request_id.get() or ids.new_request_id()}


def error_type(status: int) -> str:
    """Return the `type` of an error with this status."""
    other = "server_error" if status >= 500 else "invalid_request_error"
    return _TYPES.get(status, other)


def not_found(
    kind: str, id: str, *, param: str | None = None, code: str | None = None
) -> HTTPError:
    """Return the error for an object that doesn't exist.

    Args:
        kind: what kind of object, in words: "run step".
        id: its id.
        param: where the body names it; None where the path does.
        code: the `code` of the error.
    """
    message = f"No {kind} found with id {quoted(id)}"
    where = f", which is named in {param}" if param else ""
    return HTTPError(404, f"{message}{where}.", param=param, code=code)


def storage_error() -> HTTPError:
    """Return the error for a store that can't be used."""
    message = "The store can't be used now; the server's log says why."
    return HTTPError(507, message, code="storage_error")


def storage_conflict() -> HTTPError:
    """Return the error for what somebody else did first; nothing was changed."""
    message = (
        "Another request changed the same thing at the same time, so this one changed "
        "nothing; repeat it."
    )
    return HTTPError(409, message, code="conflict")


def storage_away_error(what: str) -> HTTPError:
    """Return the error for what may be used again soon.

    Args:
        what: what can't be used, as a sentence without its end.
    """
    message = f"{what}; repeat the request soon."
    return HTTPError(503, message, code="storage_unavailable", headers=_SOON)


def quoted(text: str, limit: int = 60) -> str:
    """Return what a client sent in quotes, shortened where it is long."""
    return repr(text if len(text) <= limit else f"{text[:limit]}...")
