"""The document that an update is made from: a file or a URL, kept as a file."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from codegen import source
from codegen.errors import SpecError
from codegen.source import Source

_REMOTE = ("http://", "https://")
_UNFIT = re.compile(r"[^\w.-]+", re.ASCII)
_NAMELESS = "document"


def taken(location: str, folder: Path) -> tuple[Path, Source]:
    """Read the document and keep its bytes, which some tests look at themselves.

    Args:
        location: a path or an `http(s)://` URL.
        folder: where to keep it: an existing folder.

    Returns:
        The file that was written, and what stands in it.

    Raises:
        SpecError: it can't be read, or is no JSON or YAML object within the limits.
    """
    kept = folder / name_of(location)
    kept.write_bytes(_bytes_of(location))
    return kept, source.load(kept)


def name_of(location: str) -> str:
    """Give a document's name: without what a URL may hold of secrets.

    Args:
        location: a path or a URL.
    """
    place = shown(location)
    path = urlsplit(place).path if place.startswith(_REMOTE) else place
    return _UNFIT.sub("-", Path(path).name).strip(".-") or _NAMELESS


def shown(location: str) -> str:
    """Give a location as it may be printed: a URL without user, query and fragment."""
    if not location.startswith(_REMOTE):
        return location
    return source.without_secrets(location)


def _bytes_of(location: str) -> bytes:
    if location.startswith(_REMOTE):
        return source.fetch(location)
    try:
        with Path(location).open("rb") as file:
            # One more than `load` takes, which then says so.
            return file.read(source.MAX_BYTES + 1)
    except OSError as error:
        raise SpecError(f"can't read {location}: {error.strerror}") from error
