"""Files and vector stores on a server, for the tests of several modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.server.api import until
from tests.server.conformance import deviations

if TYPE_CHECKING:
    import pytest

    from tests.server.api import Api

JSON = dict[str, Any]
DAY = 24 * 3600
EXTRACT = "assistants_server.library.index_file.extract"
"""What reads a file, for a test to put something else in its place."""
AUTO = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
}
"""How files are cut where nothing is said."""


def upload(
    api: Api,
    content: bytes = b"The Danube flows into the Black Sea.",
    name: str = "rivers.txt",
    /,
    **fields: str,
) -> JSON:
    """Upload a file, and return it."""
    data = {"purpose": "assistants", **fields}
    response = api.http.post("/files", files={"file": (name, content)}, data=data)
    assert response.status_code == 200, response.text
    made: JSON = response.json()
    assert deviations(made, "OpenAIFile") == []
    return made


def vector_store(api: Api, *contents: bytes, **settings: Any) -> JSON:
    """Return a vector store with files, when they have been indexed."""
    ids = [upload(api, each, f"{n}.txt")["id"] for n, each in enumerate(contents)]
    made = api.post("/vector_stores", {"file_ids": ids, **settings})
    return settled(api, made["id"])


def settled(api: Api, store: str) -> JSON:
    """Return a vector store when nothing in it is being indexed."""

    def ready() -> JSON | None:
        now: JSON = api.get(f"/vector_stores/{store}")
        return now if now["status"] != "in_progress" else None

    found: JSON = until(ready, f"{store} to be indexed")
    return found


def file_of(api: Api, store: str, file: str) -> JSON:
    """Return a file of a vector store."""
    found: JSON = api.get(f"/vector_stores/{store}/files/{file}")
    return found


def found(api: Api, store: str, query: Any, **settings: Any) -> list[str]:
    """Return the texts that a search finds, best first."""
    path = f"/vector_stores/{store}/search"
    page = api.post(path, {"query": query, **settings})
    return [each["content"][0]["text"] for each in page["data"]]


def counts(**other: int) -> JSON:
    """Return the counts of files by status; those that aren't given are zero."""
    known = dict.fromkeys(("in_progress", "completed", "failed", "cancelled"), 0)
    known |= other
    return {**known, "total": sum(known.values())}


def move_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the server believe that it is later."""
    from assistants_server.contract import file_objects, objects
    from assistants_server.library import library

    later = objects.now() + int(seconds)
    for module in (file_objects, library):
        monkeypatch.setattr(module, "now", lambda: later)
