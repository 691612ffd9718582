"""Responses in pieces: events, contents of files, errors to who is still sending."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from ..compact_json import to_json
from ..portions import Portions
from .errors import request_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Receive, Scope, Send

    from .errors import HTTPError

_PIECE = 256 * 1024
# Seconds that a client may go on sending after the response, and between two pieces.
_LONGEST, _PAUSE = 2.0, 0.1


class EventStream(StreamingResponse):
    """Events as they come, until the end or until the client is gone.

    It begins at once. One of starlette's begins in a task of its own, and where there
    are hundreds of clients, the work of all the others comes in between.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncIterator[bytes],
        headers: dict[str, str],
        leave: Callable[[], None],
    ) -> None:
        """Prepare a stream.

        Args:
            events: the events.
            headers: the headers.
            leave: called when the client is gone; it ends the events.
        """
        super().__init__(events, headers=headers)
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        watching = asyncio.get_running_loop().create_task(self._watch(receive))
        try:
            await self.stream_response(send)
        finally:
            watching.cancel()

    async def _watch(self, receive: Receive) -> None:
        await self.listen_for_disconnect(receive)
        self._leave()


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


async def list_response(body: dict[str, Any], headers: dict[str, str]) -> Response:
    """Return a list for sending; it is written in portions.

    Others are served in between: some have 10,000 files, or the text of a book.
    """
    parts, size, portions = [""], 0, Portions()
    for number, each in enumerate(body["data"]):
        written = to_json(each)
        parts[-1] += f",{written}" if number else written
        if len(parts[-1]) > _PIECE:
            size += len(parts[-1])
            parts.append("")
            await portions.pause()
    before, after = to_json({**body, "data": []}).split('"data":[]', 1)
    parts[0] = f'{before}"data":[{parts[0]}'
    parts[-1] += f"]{after}"
    sent = {**request_id(), **headers}
    if not size:
        return Response(parts[0], headers=sent, media_type="application/json")

    async def pieces() -> AsyncIterator[str]:
        for each in parts:
            yield each
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), headers=sent, media_type="application/json")


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
