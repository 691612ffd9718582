"""Forms with a file in them, read piece by piece: the file goes to the disk."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from email.message import Message
from email.utils import collapse_rfc2231_value
from typing import TYPE_CHECKING, Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ..file_names import safe_name
from .errors import HTTPError, quoted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from ..contents import Draft
    from ..contract.operations import Form

MEDIA_TYPE = "multipart/form-data"
FORM_ROOM = 256 * 1024
"""How many bytes a form may have besides its file."""
_MOST_PARTS = 32
_LARGEST_HEADER = 16 * 1024
# So many bytes are gathered before a thread writes them.
_AT_ONCE = 1024 * 1024
# How browsers and clients write what would end the name or the line (WHATWG's HTML).
_IN_NAMES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))
_silent = logging.getLogger(f"{__name__}.silent")
_silent.setLevel(logging.CRITICAL + 1)
_INTEGER = re.compile(r"-?[0-9]{1,18}")


async def read_form(
    form: Form,
    stream: AsyncIterator[bytes],
    content_type: str,
    *,
    draft: Draft,
    largest: int,
) -> dict[str, Any]:
    """Return the fields of a form as a body in JSON would have them.

    In place of the file there is its name.

    Args:
        form: what the document says of it.
        stream: the body.
        content_type: the header.
        draft: where the content of the file goes.
        largest: the size of the largest file, in bytes.

    Raises:
        HTTPError: it is no such form, or something in it is too large.
    """
    reader = _Reader(form, _boundary(content_type))
    async for piece in stream:
        reader.read(piece)
        if draft.size + reader.waiting > largest:
            raise too_large(largest)
        if reader.waiting >= _AT_ONCE:
            await asyncio.to_thread(draft.write, reader.taken())
    body = reader.body()
    await asyncio.to_thread(draft.write, reader.taken())
    await asyncio.to_thread(draft.finish)
    return body


def too_large(largest: int) -> HTTPError:
    """Return the error for a file that is larger than the server takes."""
    message = f"The file has more than the {largest} bytes that are allowed here."
    return HTTPError(413, message, param="file", headers={"connection": "close"})


def _boundary(content_type: str) -> bytes:
    media, options = parse_options_header(content_type)
    if media != MEDIA_TYPE.encode():
        found = quoted(content_type) if content_type else "none"
        raise HTTPError(415, f"Expected the content type {MEDIA_TYPE}, found {found}.")
    if not options.get(b"boundary"):
        raise _wrong("the content type names no boundary")
    return options[b"boundary"]


class _Reader:
    """The parts of a form, as far as they have come."""

    def __init__(self, form: Form, boundary: bytes) -> None:
        self.waiting = 0
        self._form = form
        self._file: list[bytes] = []
        self._fields: dict[str, Any] = {}
        self._room = FORM_ROOM
        self._parts = 0
        self._ended = False
        self._header = (b"", b"")
        self._name: str | None = None
        self._value: list[bytes] | None = None
        self._is_json = False
        self._headers: dict[bytes, bytes] = {}
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_value,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_end,
                    "on_part_data": self._data,
                    "on_part_end": self._end,
                    "on_end": self._end_all,
                },
                max_header_size=_LARGEST_HEADER,
            )
        except FormParserError as error:
            raise _wrong(str(error)) from error
        # It warns of what the client is told.
        self._parser.logger = _silent

    def read(self, piece: bytes) -> None:
        """Read the next bytes of the body."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _wrong(str(error)) from error

    def taken(self) -> bytes:
        """Return the bytes of the file that came since the last time."""
        data, self._file, self.waiting = b"".join(self._file), [], 0
        return data

    def body(self) -> dict[str, Any]:
        """Return the fields, when all has come."""
        if not self._ended:
            raise _wrong("it ends before its last boundary")
        return self._fields

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _wrong(f"it has more than {_MOST_PARTS} parts")
        self._headers, self._name, self._value = {}, None, None

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0] + data[start:end], self._header[1])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header = (self._header[0], self._header[1] + data[start:end])

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value
        self._header = (b"", b"")

    def _headers_end(self) -> None:
        disposition = self._headers.get(b"content-disposition", b"").decode("latin-1")
        _, options = parse_options_header(disposition)
        if b"name" not in options:
            raise _wrong("a part of it has no name")
        name = _text(options[b"name"], "the name of a part")
        if name in self._fields:
            raise _wrong(f"it has {quoted(name)} twice")
        self._name = name
        if name == self._form.file:
            given = options.get(b"filename", b"").decode("utf-8", "replace")
            for written, meant in _IN_NAMES:
                given = given.replace(written, meant)
            self._fields[name] = safe_name(_extended_name(disposition) or given)
        else:
            media = self._headers.get(b"content-type", b"")
            self._is_json = media.startswith(b"application/json")
            self._value = []

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._value is None:
            self._file.append(data[start:end])
            self.waiting += end - start
            return
        self._room -= end - start
        if self._room < 0:
            raise _wrong(f"its fields have more than {FORM_ROOM} bytes")
        self._value.append(data[start:end])

    def _end(self) -> None:
        if self._value is None:
            return
        name = self._name or ""
        text = _text(b"".join(self._value), f"the field {quoted(name)}")
        outer, schema = self._form.field(name)
        value = _value(text, schema, is_json=self._is_json)
        if outer is None:
            self._fields[name] = value
            return
        inner = name[len(outer) + 1 : -1]
        holder = self._fields.setdefault(outer, {})
        if not isinstance(holder, dict) or inner in holder:
            raise _wrong(f"it has {quoted(name)} twice")
        holder[inner] = value

    def _end_all(self) -> None:
        self._ended = True


def _value(text: str, schema: dict[str, Any], *, is_json: bool) -> Any:
    """Return what the text of a field stands for."""
    kind = schema.get("type")
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if is_json or kind == "object":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def _extended_name(disposition: str) -> str | None:
    """Return the name of a file as `filename*`, where there is one; None elsewhere.

    Clients of .NET send it where a name isn't ASCII; what they put into `filename` then
    is encoded as in mails, and has no suffix any more.
    """
    if "filename*" not in disposition.lower():
        return None
    header = "content-disposition"
    message = Message()
    message[header] = disposition
    # One that is extended comes as charset, language and text.
    options: list[tuple[str, Any]] = message.get_params([], header)
    names = [value for name, value in options if name == "filename"]
    extended = [value for value in names if isinstance(value, tuple)]
    return collapse_rfc2231_value(extended[0]) if extended else None


def _text(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise _wrong(f"{what} is not UTF-8") from None


def _wrong(what: str) -> HTTPError:
    return HTTPError(400, f"Invalid form: {what}.", code="invalid_value")
