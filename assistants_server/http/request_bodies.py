"""Bodies of requests, read within limits: JSON in memory, files on the disk."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect

from .._api import in_thread
from ..contents import UnreachableError
from .errors import HTTPError, quoted, storage_away_error
from .multipart import FORM_ROOM, read_form, too_large
from .validation import read_body, valid_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from ..contents import Contents, Draft
    from ..contract.operations import Operation
    from ..settings import Settings


# Bytes of a body from which on reading it takes too long for the event loop.
_LARGE = 2048
# What JSON schemas are called, whose check loads much when it is the first one.
_SCHEMAS = (b'"parameters"', b'"schema"')


class RequestBodies:
    """What reads bodies, within the limits of the settings."""

    def __init__(self, contents: Contents, settings: Settings) -> None:
        self._contents = contents
        self._settings = settings

    @asynccontextmanager
    async def read(
        self, operation: Operation, request: Request
    ) -> AsyncIterator[tuple[Any, Draft | None]]:
        """Yield the body of a request, which is valid, and the file in it.

        The file is deleted in the end, unless it was kept.

        Raises:
            HTTPError: the body is invalid, too large, or can't be stored.
        """
        content_type = request.headers.get("content-type", "")
        if operation.body is not None:
            _check_encoding(request)
        if operation.form is None:
            raw = await self._raw(request)
            if len(raw) > _LARGE or any(word in raw for word in _SCHEMAS):
                # Others are served meanwhile.
                read = partial(read_body, operation, raw, content_type)
                yield await in_thread(read), None
                # The response may be as large: to store and to write it are two steps.
                await asyncio.sleep(0)
            else:
                yield read_body(operation, raw, content_type), None
            return
        largest = self._settings.max_file_size
        if _declared(request) > largest + FORM_ROOM:
            raise too_large(largest)
        try:
            draft = self._contents.draft()
        except OSError as error:
            raise _unstored(error) from error
        try:
            body = await read_form(
                operation.form,
                request.stream(),
                content_type,
                draft=draft,
                largest=largest,
            )
            yield valid_body(operation.body or "", body), draft
        except ClientDisconnect:
            raise _gone() from None
        except OSError as error:
            raise _unstored(error) from error
        finally:
            # To delete a large file takes a while.
            await in_thread(draft.discard)

    async def _raw(self, request: Request) -> bytes:
        limit = self._settings.max_body
        pieces, size = [], _declared(request)
        if size <= limit:
            size = 0
            try:
                async for piece in request.stream():
                    pieces.append(piece)
                    size += len(piece)
                    if size > limit:
                        break
            except ClientDisconnect:
                raise _gone() from None
        if size > limit:
            message = f"The body has more than the {limit} bytes that are allowed here."
            raise HTTPError(413, message, headers={"connection": "close"})
        return b"".join(pieces)


def _declared(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() else 0


def _check_encoding(request: Request) -> None:
    """Raise an HTTPError where a body is compressed, which nobody here unpacks."""
    encoding = request.headers.get("content-encoding", "")
    if encoding.strip().lower() not in ("", "identity"):
        message = (
            f"Expected a body without a content encoding, found {quoted(encoding)}."
        )
        raise HTTPError(415, message)


def _gone() -> HTTPError:
    """Return the error for a client that has left, which nobody will read."""
    return HTTPError(400, "The client disconnected.")


def _unstored(error: OSError) -> HTTPError:
    if isinstance(error, UnreachableError):
        return storage_away_error(str(error.strerror))
    message = f"The file can't be stored: {error.strerror or error}."
    return HTTPError(507, message, code="storage_error")
