"""Responses that are sent instead of the real ones."""

from __future__ import annotations

import math
import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from ..http.errors import HTTPError
from .fault import HEADER

if TYPE_CHECKING:
    from .fault import Fault, FaultError

REPLACEMENTS = ("status", "html", "text", "empty")
"""The faults that replace a response."""


def replacement(fault: Fault) -> Response:
    """Return the response for a fault of `REPLACEMENTS`."""
    status: int = fault.value
    headers = {**_retry_after(fault), **_should_retry(fault)}
    match fault.name:
        case "empty":
            return Response(None, status, headers)
        case "text":
            return PlainTextResponse("Something went wrong", status, headers)
        case "html":
            return HTMLResponse(_PAGE.format(status), status, headers)
    message = f"A fault was requested: {status}."
    return HTTPError(status, message, headers=headers).response()


def invalid_header(error: FaultError) -> Response:
    """Return the response to a request whose fault header is invalid."""
    message = f"Invalid header {HEADER}: {error}."
    return HTTPError(400, message, param=HEADER, code="invalid_value").response()


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


_PAGE = """\
<!DOCTYPE html>
<html>
<head><title>{0}</title></head>
<body><h1>{0}</h1><p>The server behind this proxy sent no response.</p></body>
</html>
"""
