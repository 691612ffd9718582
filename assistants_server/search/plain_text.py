"""Bytes as text: encodings, and characters that no text should have."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from .errors import ExtractionError

if TYPE_CHECKING:
    from collections.abc import Iterator

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters apart from tab, line feed, form feed and carriage return.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LINE_END = re.compile(r"\r\n?|\x0c|\u2028|\u2029")
# Of a text in an old encoding hardly any byte is a control character.
_MOST_CONTROL = 0.02
# So few letters tell nothing of a language.
_SOME = 12
# German has a thirtieth of them, Icelandic an eighth; in Shift JIS it is a half.
_MOST_OTHERS = 0.4
_ASCII = bytes(range(128))
_NO_LETTERS = bytes(n for n in _ASCII if not chr(n).isalpha())
_SIGNS = bytes(
    n for n in range(128, 256) if not bytes([n]).decode("cp1252", "replace").isalpha()
)
# Signs of prices, degrees and lists, of which tables of numbers are full. In texts of
# other encodings, the same bytes stand among others.
_ALONE = re.compile(rb"(?<![\x80-\xff])[%b]+(?![\x80-\xff])" % re.escape(_SIGNS))
# Characters that are cleaned at once: some milliseconds.
_PIECE = 200_000


def decoded(data: bytes, declared: str | None = None) -> str:
    """Return bytes as text.

    UTF-8, and UTF-16 or UTF-32 where a byte order mark says so; else the encoding
    that the file itself declares, and at last Windows-1252, which holds Latin-1.

    Args:
        data: the content of the file.
        declared: the encoding that it declares, as HTML does.

    Raises:
        ExtractionError: it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if b"\0" in data:
        message = (
            "It holds NUL bytes, so it is no text, or UTF-16 without a byte order "
            "mark; save it as UTF-8."
        )
        raise ExtractionError("invalid_file", message)
    try:
        return _decoded(data, "utf-8")
    except UnicodeDecodeError:
        pass
    known = _as_declared(data, declared)
    text = known or _decoded(data, "cp1252", "replace")
    if len(_CONTROL.findall(text[:100_000])) > _MOST_CONTROL * len(text[:100_000]):
        message = "It is neither text in a known encoding nor a known kind of document."
        raise ExtractionError("unsupported_file", message)
    if not known and _is_foreign(data):
        message = "It is in no encoding that can be told for sure; save it as UTF-8."
        raise ExtractionError("invalid_file", message)
    return text


def _decoded(data: bytes, encoding: str, errors: str = "strict") -> str:
    """Decode in pieces: it holds up all threads until it is through."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    ends = range(0, len(data), _PIECE)
    pieces = [decoder.decode(data[at : at + _PIECE]) for at in ends]
    return "".join([*pieces, decoder.decode(b"", final=True)])


def cleaned(text: str) -> str:
    """Return a text that every database and JSON can hold, its lines ended by LF."""
    return "".join(map(_cleaned, _pieces(text)))


def _pieces(text: str) -> Iterator[str]:
    """Yield a text in pieces: a pattern holds up all threads until it is through."""
    start = 0
    while start < len(text):
        end = start + _PIECE
        # CR and LF are one end of a line.
        end += text[end - 1 : end + 1] == "\r\n"
        yield text[start:end]
        start = end


def _cleaned(text: str) -> str:
    text = text.encode("utf-8", "replace").decode()
    return _CONTROL.sub(" ", _LINE_END.sub("\n", text))


def _strict(data: bytes, encoding: str) -> str:
    try:
        return _decoded(data, encoding)
    except UnicodeDecodeError as error:
        message = f"Its byte order mark says {encoding}, but it isn't: {error.reason}."
        raise ExtractionError("invalid_file", message) from error


def _is_foreign(data: bytes) -> bool:
    """Return whether so many letters aren't ASCII as in no language of the west.

    Texts in GBK, Shift JIS or Windows-1251 would become others that nobody finds.
    """
    start = _ALONE.sub(b"", data[:100_000])
    others = len(start.translate(None, _ASCII))
    letters = len(start.translate(None, _NO_LETTERS))
    return others >= _SOME and others > _MOST_OTHERS * letters


def _as_declared(data: bytes, declared: str | None) -> str | None:
    try:
        return _decoded(data, declared, "replace") if declared else None
    except (LookupError, UnicodeError, ValueError):
        return None
