"""Answers that are errors, in the shape that the API gives them."""

from __future__ import annotations

from typing import Any

_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class Refusal(Exception):  # noqa: N818 - an answer, not a mistake of the server's
    """A request that is answered with an error.

    Attributes:
        status: the HTTP status.
        body: the answer, an `ErrorResponse` of the document.
        headers: what goes out besides.
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


def error_type(status: int) -> str:
    """Give the `type` that an error of this status carries."""
    other = "server_error" if status >= 500 else "invalid_request_error"
    return _TYPES.get(status, other)


def not_found(kind: str, id: str) -> Refusal:
    """Refuse a request for something that isn't there.

    Args:
        kind: what was looked for, in words: "run step".
        id: the id that it should have had.
    """
    return Refusal(404, f"No {kind} found with id {shown(id)}.")


def shown(text: str, limit: int = 60) -> str:
    """Quote what a client sent, and no more of it than helps."""
    return repr(text if len(text) <= limit else f"{text[:limit]}...")
