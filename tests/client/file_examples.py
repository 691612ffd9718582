"""What people write with files and vector stores, in a form that takes either package.

`examples` says what an example gets. What is said holds no ids.
"""

# Whatever package it is, its classes have no types here.
# mypy: disable-error-code="misc"

from __future__ import annotations

import asyncio
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.client.examples import Say

TIDES = b"# Tides\n\nThe water comes back twice a day.\n"
FERRIES = b'{"ferries": ["Brest", "Hull"]}'
ANY: Any = {"type": "eq", "key": "year", "value": "2026"}


def uploads(api: Any, client: Any, say: Say) -> None:
    """Upload files of all kinds, look at them, and delete them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tides.md"
        path.write_bytes(TIDES)
        with path.open("rb") as opened:
            for file in (
                *(path, opened, io.BytesIO(TIDES), TIDES, (None, TIDES)),
                *(("t.md", TIDES), ("t.bin", TIDES, "image/png"), ("t.md", path)),
                ("t.md", TIDES, "text/markdown", {"X-Of": "us"}),
            ):
                made = client.files.create(file=file, purpose="user_data")
                same = client.files.retrieve(made.id)
                say(f"{made.filename} {made.bytes} {made.purpose} {made.status}")
                say(f"{same.id == made.id} {same.object}")
                client.files.delete(made.id)
    made = client.files.create(
        file=("t.jsonl", TIDES),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    say(f"expires after {made.expires_at - made.created_at}")
    done = client.files.wait_for_processing(made.id, poll_interval=0.1)
    say(f"{done.status} {client.files.delete(made.id).deleted}")
    try:
        client.files.retrieve(made.id)
    except api.NotFoundError as error:
        say(f"gone {error.status_code} {error.code}")


def downloads(api: Any, client: Any, say: Say) -> None:
    """Read the contents of a file in all ways, and save them."""
    made = client.files.create(file=("f.json", FERRIES), purpose="user_data")
    content = client.files.content(made.id)
    say(f"{type(content).__name__} {content.read() == content.content == FERRIES}")
    say(f"{content.text} {content.json()} {content.encoding}")
    say(f"{[*content.iter_bytes(10)]} {[*content.iter_text(10)]}")
    say(f"{[*content.iter_lines()]}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "f.json"
        content.write_to_file(path)
        say(f"{path.read_bytes() == FERRIES}")
        streamed = client.files.with_streaming_response
        with streamed.content(made.id) as response:
            say(f"{response.status_code} {type(response.parse()).__name__}")
        with streamed.content(made.id) as response:
            response.stream_to_file(str(path))
        say(f"{path.read_bytes() == FERRIES} {response.is_closed}")
    raw = client.files.with_raw_response.content(made.id)
    say(f"{raw.status_code} {type(raw.parse()).__name__} {raw.parse().text}")
    for call in (client.files.content, client.files.with_raw_response.retrieve):
        try:
            call("")
        except ValueError as error:
            say(f"file_id: {'file_id' in str(error)}")


def _tell(say: Say, what: str, found: Any) -> None:
    counts = found.file_counts
    say(f"{what} {found.object} {found.status} {counts.completed} of {counts.total}")


def stores(api: Any, client: Any, say: Say) -> None:
    """Fill a vector store one file after the other, search it, and delete it."""
    store = client.vector_stores.create(name="Tides", metadata={"of": "us"})
    say(f"{store.object} {store.name} {store.metadata} {store.file_counts.total}")
    store = client.vector_stores.update(store.id, name="Sea")
    say(f"{store.name} {client.vector_stores.retrieve(store.id).name}")
    files = client.vector_stores.files
    made = client.files.create(file=("tides.md", TIDES), purpose="assistants")
    added = files.create_and_poll(
        made.id, vector_store_id=store.id, attributes={"year": "2026"}
    )
    say(f"{added.object} {added.status} {added.attributes} {added.id == made.id}")
    say(f"{files.poll(made.id, vector_store_id=store.id).status}")
    say(f"{files.upload(vector_store_id=store.id, file=('f.json', FERRIES)).object}")
    other = files.upload_and_poll(
        vector_store_id=store.id,
        file=("more.md", FERRIES),
        poll_interval_ms=10,
        chunking_strategy={
            "type": "static",
            "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 50},
        },
    )
    say(f"{other.status} {other.chunking_strategy.static.max_chunk_size_tokens}")
    changed = files.update(
        made.id, vector_store_id=store.id, attributes={"year": "2026", "sea": "North"}
    )
    say(f"{sorted(changed.attributes)} {len([*files.list(store.id)])}")
    for piece in files.content(made.id, vector_store_id=store.id):
        say(f"{piece.type} {piece.text}")
    for found in client.vector_stores.search(store.id, query="water", filters=ANY):
        say(f"{found.filename} {found.score > 0} {found.content[0].text}")
    say(f"{files.delete(made.id, vector_store_id=store.id).deleted}")
    say(f"{client.vector_stores.delete(store.id).deleted}")
    try:
        client.vector_stores.retrieve(store.id)
    except api.NotFoundError as error:
        say(f"gone {error.status_code}")


def batches(api: Any, client: Any, say: Say) -> None:
    """Fill a vector store by batches."""
    store = client.vector_stores.create()
    made = client.files.create(file=("tides.md", TIDES), purpose="assistants")
    todo = client.vector_stores.file_batches
    batch = todo.create_and_poll(vector_store_id=store.id, file_ids=[made.id])
    _tell(say, "created", batch)
    batch = todo.upload_and_poll(
        vector_store_id=store.id,
        files=[(f"{number}.md", TIDES) for number in range(3)],
        file_ids=[made.id],
        poll_interval_ms=10,
    )
    _tell(say, "uploaded", batch)
    _tell(say, "polled", todo.poll(batch.id, vector_store_id=store.id))
    _tell(say, "retrieved", todo.retrieve(batch.id, vector_store_id=store.id))
    names = [
        client.files.retrieve(each.id).filename
        for each in todo.list_files(batch.id, vector_store_id=store.id)
    ]
    say(f"{sorted(names)}")
    batch = todo.create(store.id, files=[{"file_id": made.id, "attributes": {"a": 1}}])
    say(f"{todo.poll(batch.id, vector_store_id=store.id).status}")
    batch = todo.upload_and_poll(store.id, files=[], file_ids=[made.id])
    _tell(say, "uploaded nothing", batch)


async def async_files(api: Any, client: Any, say: Say) -> None:
    """Do the same where it is awaited."""
    made = await client.files.create(file=("tides.md", TIDES), purpose="assistants")
    content = await client.files.content(made.id)
    say(f"{await content.aread() == TIDES} {content.text}")
    say(f"{[piece async for piece in await content.aiter_bytes(10)]}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tides.md"
        async with client.files.with_streaming_response.content(made.id) as response:
            await response.stream_to_file(path)
        say(f"{await asyncio.to_thread(path.read_bytes) == TIDES}")
    store = await client.vector_stores.create()
    batch = await client.vector_stores.file_batches.upload_and_poll(
        store.id,
        files=[(f"{number}.md", TIDES) for number in range(7)],
        max_concurrency=3,
    )
    _tell(say, "uploaded", batch)
    one = await client.vector_stores.files.upload_and_poll(
        vector_store_id=store.id, file=io.BytesIO(TIDES)
    )
    say(f"{one.status} {(await client.files.wait_for_processing(made.id)).status}")
    page = await client.vector_stores.search(store.id, query="water")
    say(f"{len(page.data)}")
    async for each in client.vector_stores.files.list(store.id, order="asc"):
        say(each.status)


def models(api: Any, client: Any, say: Say) -> None:
    """List models, and look at one."""
    found = [*client.models.list()]
    say(f"{[(each.id, each.object) for each in found]}")
    for each in found[:1]:
        say(f"{client.models.retrieve(each.id).owned_by}")
