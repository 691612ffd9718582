"""A file, what uploads it, and what a server says to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.scripted_server import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = b"\x00\xff some text"
STORED = Response.of({"id": "file-1"})


def pieces(*found: bytes) -> Iterator[bytes]:
    yield from found or (CONTENT,)


def upload(file: Any, **more: Any) -> Any:
    """Return what uploads a file by a client."""
    given = {
        "cast_to": dict,
        "body": {"purpose": "assistants"},
        "files": {"file": file},
    }
    return lambda client: client.post("/files", **given, **more)
