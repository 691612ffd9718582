"""Lines of an archive: an object as its server wrote it, and where it belongs.

    {"kind": "step", "thread": "thread_1", "run": "run_1", "object": {...}}

`object` is the text that came, byte for byte but for line breaks between its parts, so
that numbers are as they were and what no document knows is there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST: Final = 64 * 1024 * 1024
"""Bytes that a line may have: a server's response is no larger by default."""
JSON = dict[str, Any]


class LineError(Exception):
    """A line that can't be read; the text says why."""


class Line(msgspec.Struct, omit_defaults=True):
    """A line.

    Attributes:
        kind: such as "thread", "message", "run", "step".
        object: the JSON of the object, as it came.
        thread: the id of the thread that it belongs to, if any.
        run: that of the run.
        vector_store: that of the vector store.
        batch: that of the batch of files.
    """

    kind: str
    object: msgspec.Raw
    thread: str | None = None
    run: str | None = None
    vector_store: str | None = None
    batch: str | None = None

    @property
    def raw(self) -> bytes:
        """Return the JSON of the object."""
        return bytes(self.object)


_decode = msgspec.json.Decoder(Line).decode
_encode = msgspec.json.Encoder().encode


def line_of(kind: str, raw: bytes, **places: str | None) -> bytes:
    """Return a line.

    Args:
        kind: what the object is.
        raw: its JSON; line breaks in it are between its parts, where they mean nothing.
        places: the ids of what it belongs to, as `Line` names them.
    """
    flat = raw.replace(b"\r", b" ").replace(b"\n", b" ")
    head = {"kind": kind, **{k: v for k, v in places.items() if v is not None}}
    start = json.dumps(head, ensure_ascii=True, separators=(",", ":")).encode()
    return b'%s,"object":%s}\n' % (start[:-1], flat)


def lines_of(file: BinaryIO, *, longest: int = LONGEST) -> Iterator[Line]:
    """Yield the lines of a file.

    Args:
        file: the file, opened.
        longest: bytes that a line may have; more are never in memory.

    Raises:
        LineError: a line can't be read, or is too long.
    """
    for number, text in enumerate(_texts(file, longest), start=1):
        yield _line(text, number)


def offsets_of(file: BinaryIO, *, longest: int = LONGEST) -> Iterator[tuple[int, Line]]:
    """Yield the lines of a file, each with the position where it begins."""
    at = 0
    for number, text in enumerate(_texts(file, longest), start=1):
        yield at, _line(text, number)
        at += len(text)


def value_of(raw: bytes) -> Any:
    """Return JSON as data, leniently where servers are, as with NaN.

    Raises:
        LineError: it is no JSON, or so deep that nothing can read it.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise LineError(f"it is no JSON: {type(error).__name__}: {error}") from None


def _texts(file: BinaryIO, longest: int) -> Iterator[bytes]:
    while text := file.readline(longest + 1):
        if len(text) > longest:
            raise LineError(f"a line is longer than {longest} bytes")
        if not text.endswith(b"\n"):
            raise LineError("the last line is cut short")
        yield text


def _line(text: bytes, number: int) -> Line:
    try:
        return _decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:
        head = json.loads(text)
        raw = _encode_leniently(head.pop("object"))
        head = {k: v for k, v in head.items() if k in Line.__struct_fields__}
        return msgspec.convert({**head, "object": msgspec.Raw(raw)}, Line)
    except (ValueError, RecursionError, AttributeError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise LineError(f"line {number} is none of an archive: {why}") from None


def _encode_leniently(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()
