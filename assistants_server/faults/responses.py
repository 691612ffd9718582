"""Answers that stand instead of the real ones."""

from __future__ import annotations

import json
import math
import secrets
import time
from dataclasses import dataclass
from email.utils import formatdate
from typing import TYPE_CHECKING

from ..http_errors import Refusal
from .fault import HEADER

if TYPE_CHECKING:
    from starlette.types import Send

    from .fault import Fault, FaultError

ANSWERS = ("status", "html", "text", "empty")
"""The faults that stand instead of an answer."""
_BODILESS = (204, 304)


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: dict[str, str]
    body: bytes = b""

    async def send_by(self, send: Send) -> None:
        """Send it as an ASGI application does."""
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


NOTHING_DONE = Answer(200, {"content-type": "application/json"}, b"{}")
"""What is promised where nothing was done, and nothing of it arrives."""


def answer_for(fault: Fault) -> Answer:
    """Make what a fault of `ANSWERS` asks for."""
    status: int = fault.value
    more = {**_retry_after(fault), **_should_retry(fault)}
    if fault.name == "empty":
        return Answer(status, more)
    if fault.name == "text":
        return Answer(status, {"content-type": _TEXT, **more}, b"Something went wrong")
    if fault.name == "html":
        page = _PAGE.format(status).encode()
        return Answer(status, {"content-type": _HTML, **more}, page)
    return _refused(Refusal(status, f"A fault was asked for: {status}.", headers=more))


def answer_to(error: FaultError) -> Answer:
    """Refuse a request for the fault that it asked for."""
    message = f"Invalid header {HEADER}: {error}."
    return _refused(Refusal(400, message, param=HEADER, code="invalid_value"))


def _refused(refusal: Refusal) -> Answer:
    headers = {
        "content-type": "application/json",
        "x-request-id": f"req_{secrets.token_hex(12)}",
        **refusal.headers,
    }
    body = json.dumps(refusal.body, separators=(",", ":")).encode()
    return Answer(refusal.status, headers, body)


def _retry_after(fault: Fault) -> dict[str, str]:
    asked = ("seconds", 1.0) if fault.value == 429 else ("none", 0.0)
    form, seconds = fault.options.get("retry-after", asked)
    if form == "none":
        return {}
    if form == "date":
        return {"retry-after": formatdate(time.time() + seconds, usegmt=True)}
    headers = {"retry-after": str(math.ceil(seconds))}
    if not seconds.is_integer():
        headers["retry-after-ms"] = str(round(seconds * 1000))
    return headers


def _should_retry(fault: Fault) -> dict[str, str]:
    asked = fault.options.get("should-retry")
    return {} if asked is None else {"x-should-retry": str(asked).lower()}


_TEXT = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_PAGE = """\
<!DOCTYPE html>
<html>
<head><title>{0}</title></head>
<body><h1>{0}</h1><p>The server behind this proxy gave no answer.</p></body>
</html>
"""
