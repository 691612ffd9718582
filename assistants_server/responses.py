"""Responses in pieces: contents of files, and errors to who is still sending."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from .compact_json import to_json
from .http_errors import json_response, request_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from .http_errors import HTTPError

LONG = 500
"""How many items a list may have that is written at once."""
_ITEMS = 100
_PIECE = 256 * 1024
# Seconds that a client may go on sending after the response, and between two pieces.
_LONGEST, _PAUSE = 2.0, 0.1


def attachment(name: str) -> dict[str, str]:
    """Return headers for a download that no browser shows, runs or stores elsewhere."""
    plain = name.encode("ascii", "replace").decode().translate(_QUOTES)
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    return {
        "content-disposition": disposition,
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox",
    }


_QUOTES = str.maketrans({'"': "_", "\\": "_", "?": "_"})


def file_response(file: BinaryIO, headers: dict[str, str]) -> Response:
    """Return a file for sending, piece by piece; it is closed afterwards."""

    async def pieces() -> AsyncIterator[bytes]:
        try:
            while piece := await asyncio.to_thread(file.read, _PIECE):
                yield piece
        finally:
            file.close()

    return StreamingResponse(
        pieces(),
        headers={**headers, **request_id()},
        media_type="application/octet-stream",
    )


def list_response(body: dict[str, Any], headers: dict[str, str]) -> Response:
    """Return a list for sending; a long one is written in parts.

    Others are served in between: some have 10,000 files, or the text of a book.
    """
    items = body["data"]
    if len(items) <= LONG:
        return json_response(200, body, headers)

    async def parts() -> AsyncIterator[str]:
        for number, (name, value) in enumerate(body.items()):
            yield f"{',' if number else '{'}{to_json(name)}:"
            if name != "data":
                yield to_json(value)
                continue
            for at in range(0, len(items), _ITEMS):
                written = to_json(items[at : at + _ITEMS])
                yield f"{',' if at else '['}{written[1:-1]}"
                await asyncio.sleep(0)
            yield "]"
        yield "}"

    return StreamingResponse(
        parts(), headers={**request_id(), **headers}, media_type="application/json"
    )


class EarlyResponse(Response):
    """An error that is sent before the whole request has come.

    To close the connection at once would reset it, and a client that is still sending
    might never read the response. So what it sends is read for a moment, and dropped.
    """

    def __init__(self, error: HTTPError) -> None:
        whole = error.response()
        super().__init__(whole.body, whole.status_code)
        self.raw_headers = whole.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        body = {"type": "http.response.body"}
        await send({**body, "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                while await _is_sending(receive):
                    pass
        await send({**body, "body": b""})


async def _is_sending(receive: Receive) -> bool:
    message = await asyncio.wait_for(receive(), _PAUSE)
    return bool(message.get("more_body"))
