"""Forms with files, and what comes of them at a parser that others wrote."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import nullcontext
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from assistants_api import UNSET, Form
from assistants_api.api.files import create_file
from tests.cases import each_case

CONTENT = b"\x00\xff\r\n--not a boundary\r\n"


class Upload:
    """An upload as web frameworks pass it on."""

    filename = "a.md"

    def __init__(self, content: bytes = CONTENT) -> None:
        self._file = io.BytesIO(content)

    async def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


class Pathlike:
    def __init__(self, path: Any) -> None:
        self._path = path

    def __fspath__(self) -> Any:
        return self._path


class Pipe(io.BytesIO):
    """A file that can't be rewound."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: Any) -> int:
        raise io.UnsupportedOperation


def pieces() -> Iterator[bytes]:
    yield CONTENT[:5]
    yield b""
    yield CONTENT[5:]


async def awaited_pieces() -> AsyncIterator[bytes]:
    for piece in pieces():
        yield piece


def form_of(file: Any, **more: Any) -> Form:
    body: Any = {"file": file, "purpose": "vision", **more}
    request = create_file.build_request(body=body)
    assert (request.json, request.content, request.data) == (UNSET, UNSET, UNSET)
    assert isinstance(request.files, list)
    return Form(request.files)


def sent(form: Form) -> bytes:
    form.open()
    body = b"".join(form.pieces())
    assert form.length in (None, len(body))
    return body


def sent_async(form: Form) -> bytes:
    async def main() -> bytes:
        await form.open_async()
        return b"".join([piece async for piece in form.pieces_async()])

    body = asyncio.run(main())
    assert form.length in (None, len(body))
    return body


def parsed(form: Form, body: bytes) -> list[EmailMessage]:
    """Return the parts of a body, read by a parser that isn't ours."""
    head = f"Content-Type: {form.content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    assert message.is_multipart()
    assert not message.defects
    found: Any = message.get_payload()
    return [*found]


def each_of(
    names: str, cases: dict[str, Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return each_case(names, cases.values(), ids=cases)


def arrives(file: Any, name: str, media_type: str, *, length: bool = True) -> None:
    for send in (sent, sent_async):
        given = file() if callable(file) else file
        with given if isinstance(given, io.BufferedReader) else nullcontext():
            form = form_of(given)
            body = send(form)
        assert (form.length is not None) == length
        part, purpose = parsed(form, body)
        assert part.get_param("name", header="Content-Disposition") == "file"
        assert part.get_filename() == name
        assert part.get_content_type() == media_type
        assert CONTENT in body
        assert purpose.get_payload() == "vision"
