"""Documents of all kinds, made here: good ones, and ones that mean harm."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"


def docx(*paragraphs: str, **parts: bytes) -> bytes:
    """Return a Word document; `parts` are further parts under word/."""
    return archive(
        {
            "[Content_Types].xml": b"<Types/>",
            "word/document.xml": word_xml(*paragraphs),
            **{f"word/{name}.xml": content for name, content in parts.items()},
        }
    )


def word_xml(*paragraphs: str) -> bytes:
    texts = (f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
    body = f'<w:document xmlns:w="{WORD}"><w:body>{"".join(texts)}</w:body>'
    return f"{body}</w:document>".encode()


def pptx(*slides: str) -> bytes:
    """Return a presentation with one paragraph a slide."""
    return archive(
        {
            f"ppt/slides/slide{number}.xml": (
                f'<s xmlns:a="{DRAWING}"><a:p><a:r><a:t>{escape(slide)}</a:t></a:r>'
                "</a:p></s>"
            ).encode()
            for number, slide in enumerate(slides, 1)
        }
    )


def archive(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def zeros(mebibytes: int) -> bytes:
    """Return so many zeros compressed, without compressing all of them."""
    packer = zlib.compressobj()
    begin = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    # An empty last block, and the check sum that the format has.
    check = mebibytes * 2**20 % 65521 << 16 | 1
    return begin + again * (mebibytes - 1) + b"\x03\x00" + check.to_bytes(4)


def pdf(*pages: str, compressed: bool = True) -> bytes:
    """Return a PDF with one line of text on each page."""
    return pdf_of([_line(page) for page in pages], compressed=compressed)


def _line(text: str) -> bytes:
    shown = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"BT /F1 12 Tf 72 720 Td (" + shown.encode("latin-1") + b") Tj ET"


def pdf_of(
    contents: list[bytes], *, compressed: bool = True, others: Sequence[bytes] = ()
) -> bytes:
    """Return a PDF whose pages have these content streams; `others` are on no page."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (
            len(contents),
            b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(contents))),
        ),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for index, content in enumerate(contents):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * index)
        )
        objects.append(stream(content, compressed=compressed))
    return pdf_file([*objects, *others])


def stream(content: bytes, *, compressed: bool = True) -> bytes:
    data = zlib.compress(content) if compressed else content
    how = b"/Filter /FlateDecode " if compressed else b""
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (how, len(data), data)


def pdf_file(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of these objects, numbered from 1; the first is the catalogue."""
    file, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(file)
    file += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    file += b"".join(b"%010d 00000 n \n" % place for place in places)
    file += b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return bytes(file + b"startxref\n%d\n%%%%EOF\n" % start)
