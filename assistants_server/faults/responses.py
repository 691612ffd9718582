"""Responses that are sent instead of the real ones."""

from __future__ import annotations

import json
import math
import secrets
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

from ..http_errors import HTTPError
from .fault import HEADER

if TYPE_CHECKING:
    from starlette.types import Send

    from .fault import Fault, FaultError

REPLACEMENTS = ("status", "html", "text", "empty")
"""The faults that replace a response."""
_BODILESS = (204, 304)


@dataclass(frozen=True)
class FaultResponse:
    """A complete response."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    async def send_by(self, send: Send) -> None:
        """Send it by the `send` of ASGI."""
        headers = dict(self.headers)
        if self.status not in _BODILESS:
            headers["content-length"] = str(len(self.body))
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
            }
        )
        await send({"type": "http.response.body", "body": self.body})


NOTHING_DONE = FaultResponse(200, {"content-type": "application/json"}, b"{}")
"""What is announced where nothing was done; nothing of it arrives."""


def replacement(fault: Fault) -> FaultResponse:
    """Return the response for a fault of `REPLACEMENTS`."""
    status: int = fault.value
    more = {**_retry_after(fault), **_should_retry(fault)}
    if fault.name == "empty":
        return FaultResponse(status, more)
    if fault.name == "text":
        return FaultResponse(
            status, {"content-type": _TEXT, **more}, b"Something went wrong"
        )
    if fault.name == "html":
        page = _PAGE.format(status).encode()
        return FaultResponse(status, {"content-type": _HTML, **more}, page)
    return _error_response(
        HTTPError(status, f"A fault was requested: {status}.", headers=more)
    )


def invalid_header(error: FaultError) -> FaultResponse:
    """Return the response to a request whose fault header is invalid."""
    message = f"Invalid header {HEADER}: {error}."
    return _error_response(HTTPError(400, message, param=HEADER, code="invalid_value"))


def _error_response(error: HTTPError) -> FaultResponse:
    headers = {
        "content-type": "application/json",
        "x-request-id": f"req_{secrets.token_hex(12)}",
        **error.headers,
    }
    body = json.dumps(error.body, separators=(",", ":")).encode()
    return FaultResponse(error.status, headers, body)


def _retry_after(fault: Fault) -> dict[str, str]:
    default = ("seconds", 1.0) if fault.value == 429 else ("none", 0.0)
    form, seconds = fault.options.get("retry-after", default)
    if form == "none":
        return {}
    if form == "date":
        return {"retry-after": formatdate(time.time() + seconds, usegmt=True)}
    headers = {"retry-after": str(math.ceil(seconds))}
    if not seconds.is_integer():
        headers["retry-after-ms"] = str(round(seconds * 1000))
    return headers


def _should_retry(fault: Fault) -> dict[str, str]:
    retry = fault.options.get("should-retry")
    return {} if retry is None else {"x-should-retry": str(retry).lower()}


_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_PAGE = """\
<!DOCTYPE html>
<html>
<head><title>{0}</title></head>
<body><h1>{0}</h1><p>The server behind this proxy sent no response.</p></body>
</html>
"""
