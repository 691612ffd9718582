"""Text out of PDF."""

from __future__ import annotations

import io
from collections.abc import Iterator

from .errors import ExtractionError


def pages_of_pdf(data: bytes) -> Iterator[str]:
    """Yield the text of each page.

    Raises:
        ExtractionError: it is encrypted.
        Exception: whatever the library raises about a broken one.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(io.BytesIO(data), strict=False)
    try:
        readable = not reader.is_encrypted or bool(reader.decrypt(""))
    except DependencyError:
        message = "It is encrypted in a way that isn't read here; save it without."
        raise ExtractionError("unsupported_file", message) from None
    if not readable:
        message = "It needs a password; save it without one."
        raise ExtractionError("invalid_file", message)
    for page in reader.pages:
        yield page.extract_text()
