"""Names within an archive: none leads out of the folder, whatever an id is."""

from __future__ import annotations

import hashlib
import re
from typing import Final

MANIFEST: Final = "manifest.json"
JOURNAL: Final = "journal.ndjson"
CONTENTS: Final = "contents.ndjson"
ERRORS: Final = "errors.ndjson"
ROOMS: Final = {
    "assistant": "assistants",
    "thread": "threads",
    "vector_store": "vector_stores",
    "file": "files",
}
"""The folder of each kind of unit."""
PART: Final = ".part"
"""What ends the name of a file that is being written."""
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")
_SHOWN, _DIGITS = 48, 20


def unit_path(kind: str, id: str) -> str:
    """Return where a unit is: a file with an object and what belongs to it.

    Two ids never share it, not even where the file system ignores capitals.

    Args:
        kind: "assistant", "thread", "vector_store" or "file".
        id: the object's id, which may be any text.
    """
    return f"{ROOMS[kind]}/{_stem(id)}.ndjson"


def content_path(id: str) -> str:
    """Return where the content of a file is."""
    return f"{ROOMS['file']}/{_stem(id)}.content"


def _stem(id: str) -> str:
    shown = _NOT_PLAIN.sub("_", id)[:_SHOWN]
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{shown}-{digest[:_DIGITS]}"
