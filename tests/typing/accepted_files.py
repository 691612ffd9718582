"""What type checkers must accept of files, and what they must know of it.

Nothing runs this; `scripts/lint` has mypy and pyright read it, at their strictest.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, assert_type

from assistants_api import File, Form
from assistants_api.api.files import create_file
from assistants_api.models import (
    DeleteFileResponse,
    VectorStoreFileBatchObject,
    VectorStoreFileObject,
    VectorStoreSearchResultItem,
)
from assistants_client import (
    AsyncClient,
    AsyncFileObject,
    AsyncStreamedResponse,
    Client,
    FileObject,
    HttpxBinaryResponseContent,
    Page,
    RawResponse,
    StreamedResponse,
    UploadError,
    VectorStore,
    WaitTimeout,
)


def pieces() -> Iterator[bytes]:
    yield b""


async def awaited_pieces() -> AsyncIterator[bytes]:
    yield b""


class Upload:
    """An upload of a web framework."""

    async def read(self, size: int = -1) -> bytes:
        return b""


def uploads(client: Client, opened: IO[bytes], path: Path) -> None:
    create = client.files.create
    assert_type(create(file=b"", purpose="assistants"), FileObject)
    create(file=opened, purpose="vision", progress=True)
    create(file=io.BytesIO(), purpose="batch", progress=lambda sent, total: None)
    create(file=path, purpose="user_data")
    create(file=bytearray(), purpose="evals")
    create(file=memoryview(b""), purpose="evals")
    create(file=pieces(), purpose="evals")
    create(file=[b"", b""], purpose="evals")
    create(file=File(path), purpose="evals")
    create(file=("a.md", b""), purpose="evals")
    create(file=(None, path), purpose="evals")
    create(file=("a.md", opened, "text/markdown"), purpose="evals")
    create(file=("a.md", b"", None, {"X-A": "b"}), purpose="evals")
    client.post("/x", cast_to=dict, body={}, files={"file": path})
    client.post("/x", cast_to=dict, files=[("file", ("a", pieces()))])
    request = create_file.build_request(body={"file": path, "purpose": "evals"})
    assert_type(request.path, str)
    assert_type(Form([]).length, int | None)


def contents(client: Client) -> None:
    files = client.files
    found = files.content("file-1")
    assert_type(found, HttpxBinaryResponseContent)
    assert_type(found.read(), bytes)
    assert_type(found.text, str)
    found.write_to_file("a")
    assert_type(
        files.with_raw_response.content("f"), RawResponse[HttpxBinaryResponseContent]
    )
    with files.with_streaming_response.content("f") as response:
        assert_type(response, StreamedResponse[bytes])
        assert_type(response.parse(), bytes)
        response.stream_to_file(Path("a"), progress=True)
    assert_type(files.delete("f"), DeleteFileResponse)
    assert_type(files.wait_for_processing("f", max_wait_seconds=5), FileObject)


def stores(client: Client, stored: FileObject) -> None:
    stores = client.beta.vector_stores
    files, batches = stores.files, stores.file_batches
    added = files.create_and_poll(stored, vector_store_id="vs", max_wait=5)
    assert_type(added, VectorStoreFileObject)
    assert_type(files.poll(added, vector_store_id="vs"), VectorStoreFileObject)
    assert_type(files.upload(vector_store_id="vs", file=b""), VectorStoreFileObject)
    files.upload_and_poll(vector_store_id="vs", file=("a", b""), attributes={"a": 1})
    texts: dict[str, str] = {"a": "b"}
    files.upload_and_poll(vector_store_id="vs", file=b"", attributes=texts)
    batch = batches.upload_and_poll("vs", files=[b"", ("a", b"")], file_ids=[stored])
    assert_type(batch, VectorStoreFileBatchObject)
    batches.poll(batch, vector_store_id="vs", spinner=True, on_update=print)
    store = stores.create()
    assert_type(store, VectorStore)
    assert_type(store.upload(b"", ("a", b"")), VectorStoreFileBatchObject)
    assert_type(store.search("a"), Page[VectorStoreSearchResultItem])
    assert_type(stored.wait(max_wait_seconds=5).content().text, str)


async def awaited(client: AsyncClient) -> None:
    create = client.files.create
    assert_type(await create(file=awaited_pieces(), purpose="vision"), AsyncFileObject)
    await create(file=("a", Upload()), purpose="vision")
    found = await client.files.content("f")
    assert_type(await found.aread(), bytes)
    async for piece in found.aiter_bytes():
        assert_type(piece, bytes)
    async for line in await found.aiter_lines():
        assert_type(line, str)
    async with client.files.with_streaming_response.content("f") as response:
        assert_type(response, AsyncStreamedResponse[bytes])
        assert_type(await response.parse(), bytes)
        await response.stream_to_file("a")
    batch = await client.vector_stores.file_batches.upload_and_poll("vs", files=[b""])
    assert_type(batch, VectorStoreFileBatchObject)


def errors(failed: UploadError, late: WaitTimeout) -> None:
    assert_type([each.name for each in failed.failures], list[str])
    assert_type(late.waited, float)
