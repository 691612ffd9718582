"""Text out of Word and PowerPoint documents: archives of XML."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree

from .errors import ExtractionError

MOST_UNPACKED = 128 * 1024 * 1024
"""How many bytes the parts with text may have, unpacked."""
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_WORD_PARTS = re.compile(
    r"word/(?:(document)|(?:header|footer|footnotes|endnotes|comments)[0-9]*)\.xml\Z"
)
_SLIDE_PARTS = re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)([0-9]+)\.xml\Z")
_TEXT = {f"{_WORD}t", f"{_DRAWING}t"}
_INSTEAD = {
    f"{_WORD}tab": "\t",
    f"{_WORD}br": "\n",
    f"{_WORD}cr": "\n",
    f"{_WORD}noBreakHyphen": "-",
    f"{_DRAWING}br": "\n",
}
_PARAGRAPH = {f"{_WORD}p", f"{_DRAWING}p"}


def paragraphs_of_docx(data: bytes) -> Iterator[str]:
    """Yield the paragraphs of a Word document, then of its headers and notes.

    Raises:
        ExtractionError: it is no such document, or too large unpacked.
    """
    yield from _paragraphs(data, _WORD_PARTS, "a Word document (.docx)")


def paragraphs_of_pptx(data: bytes) -> Iterator[str]:
    """Yield the paragraphs of a presentation, slide by slide, then of its notes.

    Raises:
        ExtractionError: it is no such document, or too large unpacked.
    """
    yield from _paragraphs(data, _SLIDE_PARTS, "a presentation (.pptx)")


def _paragraphs(data: bytes, wanted: re.Pattern[str], what: str) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [each for each in archive.infolist() if wanted.match(each.filename)]
            if not parts:
                raise ExtractionError("invalid_file", f"It is not {what}.")
            # What a part claims is all that is ever unpacked of it.
            if sum(part.file_size for part in parts) > MOST_UNPACKED:
                most = f"{MOST_UNPACKED // 1024 // 1024} MiB"
                message = f"Unpacked its text takes more than {most}; split it."
                raise ExtractionError("invalid_file", message)
            for part in sorted(parts, key=lambda part: _order(part.filename)):
                with archive.open(part) as xml:
                    yield from _paragraphs_of_xml(xml.read())
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError),
        *(ElementTree.ParseError, ValueError),
    ) as error:
        reason = str(error)[:200].rstrip(".")
        message = f"It is not {what}, or a broken one: {reason}."
        raise ExtractionError("invalid_file", message) from error


def _order(name: str) -> tuple[bool, str, int]:
    """Return what orders parts: the document first, slide 10 after slide 9."""
    number = re.search(r"([0-9]{1,9})\.xml\Z", name)
    kind = name.rstrip("0123456789.xml")
    return (
        "document" not in name and "slides/" not in name,
        kind,
        int(number[1] if number else 0),
    )


def _paragraphs_of_xml(xml: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in xml:
        # No office program writes one; what it is good for here is an attack.
        raise ValueError("it declares a document type")
    pieces: list[str] = []
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):
        if element.tag in _TEXT:
            pieces.append(element.text or "")
        elif element.tag in _INSTEAD:
            pieces.append(_INSTEAD[element.tag])
        elif element.tag in _PARAGRAPH:
            yield "".join(pieces)
            pieces = []
        # Nothing that was read is needed again.
        element.clear()
    if pieces:
        yield "".join(pieces)
