"""Files, vector stores and models by the `openai` package, sync and async."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any

import openai
import pytest
from openai import AsyncOpenAI, OpenAI

from assistants_server import LocalServer
from tests.server.openai_clients import IGNORED, KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.usefixtures("no_errors"), pytest.mark.filterwarnings(IGNORED)]
DANUBE, RHINE = b"The Danube flows into the Black Sea.", b"The Rhine flows north."
STATIC: Any = {
    "type": "static",
    "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 10},
}


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with (
        LocalServer(key=KEY, poll_after=5) as server,
        OpenAI(base_url=server.url, api_key=KEY, max_retries=0) as client,
    ):
        yield client


@pytest.mark.parametrize("form", ["bytes", "path", "file", "tuple", "named"])
def test_uploads_in_every_form(client: OpenAI, tmp_path: Path, form: str) -> None:
    path = tmp_path / "größe.txt"
    path.write_bytes(DANUBE)
    named = io.BytesIO(DANUBE)
    named.name = "größe.txt"
    with path.open("rb") as opened:
        given: Any = {
            "bytes": DANUBE,
            "path": path,
            "file": opened,
            "tuple": ("größe.txt", DANUBE, "text/plain"),
            "named": named,
        }[form]
        expiry: Any = {"anchor": "created_at", "seconds": 3600}
        made = client.files.create(
            file=given, purpose="user_data", expires_after=expiry
        )
    assert made.filename == ("upload" if form == "bytes" else "größe.txt")
    assert made.bytes == len(DANUBE)
    assert made.expires_at == made.created_at + 3600
    assert client.files.wait_for_processing(made.id).status == "processed"
    assert client.files.retrieve(made.id) == made
    content = client.files.content(made.id)
    assert content.read() == DANUBE
    content.write_to_file(tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == DANUBE
    assert made.id in [each.id for each in client.files.list(purpose="user_data")]
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError, match=made.id):
        client.files.retrieve(made.id)


def test_pages_of_files_go_on_by_themselves(client: OpenAI) -> None:
    ids = [client.files.create(file=b"x", purpose="evals").id for _ in range(5)]
    listed = [each.id for each in client.files.list(purpose="evals", limit=2)]
    assert listed == ids[::-1]


def test_a_vector_store_from_its_beginning_to_its_end(client: OpenAI) -> None:
    expiry: Any = {"anchor": "last_active_at", "days": 3}
    store = client.vector_stores.create(
        name="Rivers", metadata={"a": "b"}, expires_after=expiry
    )
    batch = client.vector_stores.file_batches.upload_and_poll(
        store.id,
        files=[("danube.txt", DANUBE), ("rhine.md", RHINE), ("bad.pdf", b"%PDF-x")],
        chunking_strategy=STATIC,
    )
    assert (batch.status, batch.file_counts.completed, batch.file_counts.failed) == (
        *("completed", 2),
        1,
    )
    done = client.vector_stores.retrieve(store.id)
    assert (done.status, done.file_counts.total) == ("completed", 3)
    files = client.vector_stores.files
    failed = [*files.list(store.id, filter="failed")]
    assert [each.last_error.code for each in failed if each.last_error]
    in_batch = client.vector_stores.file_batches.list_files(
        batch.id, vector_store_id=store.id, order="asc", limit=1
    )
    assert len([*in_batch]) == 3
    added = files.upload_and_poll(
        vector_store_id=store.id, file=("volga.txt", b"The Volga."), attributes={"n": 7}
    )
    assert (added.status, added.attributes) == ("completed", {"n": 7})
    changed = files.update(added.id, vector_store_id=store.id, attributes={"n": 8})
    assert changed.attributes == {"n": 8}
    (text,) = [each.text for each in files.content(added.id, vector_store_id=store.id)]
    assert text == "The Volga."
    found = client.vector_stores.search(store.id, query="Where does the Danube flow?")
    assert found.data[0].filename == "danube.txt"
    assert found.data[0].content[0].text == DANUBE.decode()
    by_n: Any = {"type": "gte", "key": "n", "value": 8}
    found = client.vector_stores.search(
        store.id,
        query=["Volga", "Danube"],
        filters=by_n,
        max_num_results=3,
        ranking_options={"ranker": "auto", "score_threshold": 0.1},
        rewrite_query=True,
    )
    assert [each.filename for each in found] == ["volga.txt"]
    assert files.delete(added.id, vector_store_id=store.id).deleted
    changed_store = client.vector_stores.update(store.id, name="Some rivers")
    assert changed_store.name == "Some rivers"
    assert store.id in [each.id for each in client.vector_stores.list(limit=1)]
    assert client.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.retrieve(store.id)
    # What was uploaded for it stays.
    assert client.files.retrieve(added.id).filename == "volga.txt"


def test_a_batch_is_cancelled(client: OpenAI) -> None:
    store = client.vector_stores.create()
    files = [client.files.create(file=DANUBE, purpose="assistants").id]
    batches = client.vector_stores.file_batches
    batch = batches.create(store.id, file_ids=files)
    ended = batches.cancel(batch.id, vector_store_id=store.id)
    assert ended.status in ("cancelled", "completed")
    assert batches.poll(batch.id, vector_store_id=store.id).status == ended.status


def test_messages_bring_files_along(client: OpenAI) -> None:
    file = client.files.create(file=("a.txt", DANUBE), purpose="assistants")
    attachment: Any = {"file_id": file.id, "tools": [{"type": "file_search"}]}
    thread = client.beta.threads.create(
        messages=[{"content": "Hi", "role": "user", "attachments": [attachment]}]
    )
    resources = thread.tool_resources
    assert resources
    assert resources.file_search
    (store,) = resources.file_search.vector_store_ids or [""]
    assert client.vector_stores.retrieve(store).file_counts.total == 1


def test_models(client: OpenAI) -> None:
    names = [each.id for each in client.models.list()]
    assert client.models.retrieve(names[0]).id == names[0]
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-0")
    with pytest.raises(openai.PermissionDeniedError):
        client.models.delete(names[0])


def test_errors_name_what_is_wrong(client: OpenAI) -> None:
    purpose: Any = "fun"
    with pytest.raises(openai.BadRequestError, match="purpose") as caught:
        client.files.create(file=b"x", purpose=purpose)
    assert caught.value.param == "purpose"
    with pytest.raises(openai.NotFoundError, match="file-x"):
        client.vector_stores.create(file_ids=["file-x"])


def test_the_same_in_an_event_loop() -> None:
    asyncio.run(_use_asynchronously())


async def _use_asynchronously() -> None:
    async with (
        LocalServer(key=KEY, poll_after=5) as server,
        AsyncOpenAI(base_url=server.url, api_key=KEY, max_retries=0) as client,
    ):
        store = await client.vector_stores.create(name="Rivers")
        batch = await client.vector_stores.file_batches.upload_and_poll(
            store.id, files=[("danube.txt", DANUBE), ("rhine.txt", RHINE)]
        )
        assert batch.file_counts.completed == 2
        found = await client.vector_stores.search(store.id, query="Rhine")
        assert [each.filename async for each in found] == ["rhine.txt"]
        file = await client.files.create(file=DANUBE, purpose="assistants")
        assert (await client.files.content(file.id)).read() == DANUBE
        assert len([each async for each in client.files.list(limit=1)]) == 3
        assert (await client.vector_stores.delete(store.id)).deleted
