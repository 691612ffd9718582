"""Files and vector stores, with clients of both kinds, at the embedded server."""

from __future__ import annotations

import io
import logging
import pickle
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistants_client import (
    AsyncClient,
    ConfigurationError,
    DecodeError,
    HttpxBinaryResponseContent,
    NotFoundError,
)
from harness.either_client import listed, settled
from harness.scripted_server import Response, ScriptedServer

TEXT = b"The tide rises twice a day.\n"


def names(files: Any) -> list[str]:
    return [each.filename for each in files]


def test_a_file_goes_there_and_back(using: Any, tmp_path: Path) -> None:
    path = tmp_path / "tides.md"
    path.write_bytes(TEXT)

    async def use(client: Any) -> None:
        given = {"anchor": "created_at", "seconds": 3600}
        stored = await settled(
            client.files.create(file=path, purpose="assistants", expires_after=given)
        )
        assert (stored.filename, stored.purpose) == ("tides.md", "assistants")
        assert stored.expires_at == stored.created_at + 3600
        found = await settled(client.files.wait_for_processing(stored))
        assert found.status == "processed"
        content = await settled(client.files.content(stored))
        assert isinstance(content, HttpxBinaryResponseContent)
        assert content.read() == TEXT
        assert names(await listed(client.files.list(purpose="assistants"), 1)) == [
            "tides.md"
        ]
        deleted = await settled(client.files.delete(stored.id))
        assert deleted.deleted
        with pytest.raises(NotFoundError):
            await settled(client.files.content(stored.id))

    using(use)


def test_contents_are_raw_and_streamed_too(using: Any, tmp_path: Path) -> None:
    async def use(client: Any) -> None:
        file = ("a.txt", TEXT)
        stored = await settled(client.files.create(file=file, purpose="user_data"))
        raw = await settled(client.files.with_raw_response.content(stored.id))
        assert raw.is_closed
        assert raw.http_request.headers["accept"] == "*/*"
        assert raw.parse().read() == raw.content == TEXT
        raw = await settled(
            client.with_raw_response.files.create(file=file, purpose="vision")
        )
        assert raw.parse().filename == "a.txt"
        call = client.files.with_streaming_response.content(stored.id)
        if isinstance(client, AsyncClient):
            async with call as response:
                assert not response.is_closed
                assert await response.parse() == TEXT
            async with client.files.with_streaming_response.content(stored) as response:
                await response.stream_to_file(tmp_path / "a")
        else:
            with call as response:
                assert not response.is_closed
                assert response.parse() == TEXT
            with client.files.with_streaming_response.content(stored) as response:
                response.stream_to_file(tmp_path / "a")
        assert response.is_closed
        assert (tmp_path / "a").read_bytes() == TEXT

    using(use)


def test_contents_are_text_for_code_of_old(using: Any) -> None:
    async def use(client: Any) -> None:
        file = ("a.txt", TEXT)
        stored = await settled(client.files.create(file=file, purpose="user_data"))
        with pytest.warns(DeprecationWarning, match="use content") as warned:
            text = await settled(client.files.retrieve_content(stored.id))
        assert text == TEXT.decode()
        assert "assistants_client" not in warned[0].filename
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raw = client.files.with_raw_response.retrieve_content(stored.id)
            assert (await settled(raw)).parse() == TEXT.decode()

    using(use)


def test_files_are_added_and_waited_for(using: Any) -> None:
    async def use(client: Any) -> None:
        store = await settled(client.vector_stores.create(name="tides"))
        files = client.beta.vector_stores.files
        stored = await settled(client.files.create(file=TEXT, purpose="assistants"))
        told: list[str] = []
        added = await settled(
            files.create_and_poll(
                stored.id,
                vector_store_id=store,
                attributes={"year": 2026},
                poll_interval_ms=10,
                on_update=lambda found: told.append(found.status),
            )
        )
        assert (added.id, added.status) == (stored.id, "completed")
        assert added.attributes["year"] == 2026
        assert told[-1] == "completed"
        again = await settled(files.poll(stored.id, vector_store_id=store.id))
        assert again == added
        uploaded = await settled(
            files.upload(vector_store_id=store.id, file=("b.md", TEXT))
        )
        assert uploaded.vector_store_id == store.id
        done = await settled(
            files.upload_and_poll(
                vector_store_id=store.id,
                file=io.BytesIO(TEXT),
                attributes={"year": 2025},
                chunking_strategy={"type": "auto"},
                poll_interval_ms=10,
                max_wait_seconds=30,
            )
        )
        assert done.status == "completed"
        found = await settled(
            client.vector_stores.search(
                store.id,
                query="tide",
                filters={"type": "eq", "key": "year", "value": 2026},
                ranking_options={"ranker": "auto", "score_threshold": 0.0},
            )
        )
        assert [each.file_id for each in await listed(found)] == [stored.id]

    using(use)


def test_many_files_are_uploaded_at_once(using: Any) -> None:
    async def use(client: Any) -> None:
        store = await settled(client.vector_stores.create())
        known = await settled(client.files.create(file=TEXT, purpose="assistants"))
        told: list[tuple[int, int | None]] = []
        batch = await settled(
            client.vector_stores.file_batches.upload_and_poll(
                store,
                files=((f"{number}.md", TEXT) for number in range(7)),
                file_ids=[known],
                max_concurrency=3,
                poll_interval_ms=10,
                progress=lambda *found: told.append(found),
            )
        )
        assert batch.status == "completed"
        assert (batch.file_counts.completed, batch.file_counts.total) == (8, 8)
        assert told[0] == (0, 7 * len(TEXT))
        assert told[-1] == (7 * len(TEXT), 7 * len(TEXT))
        assert len(told) == len({*told})
        found = await listed(
            client.vector_stores.file_batches.list_files(
                batch.id, vector_store_id=store.id
            )
        )
        assert len(found) == 8
        batch = await settled(
            client.vector_stores.file_batches.create_and_poll(
                store.id, files=[{"file_id": known.id, "attributes": {"a": "b"}}]
            )
        )
        assert batch.file_counts.completed == 1
        again = client.vector_stores.file_batches.poll(batch, vector_store_id=store)
        assert (await settled(again)).id == batch.id

    using(use)


def test_the_transcript_shows_sizes_of_contents(
    using: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "assistants_client.wire")

    async def use(client: Any) -> None:
        file = ("a.bin", b"\x00\xff" * 50)
        stored = await settled(
            client.files.create(file=file, purpose="user_data", verbosity=2)
        )
        await settled(client.files.content(stored.id, verbosity=2))

    using(use)
    lines = [each.getMessage() for each in caplog.records]
    assert ">> <100 bytes>" in lines
    assert "<< <100 bytes>" in lines


def test_contents_are_no_text_by_chance(
    use: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "assistants_client.wire")
    reply = Response(body=b"text", content_type="application/octet-stream")
    with ScriptedServer(lambda _: reply) as server:
        act = partial(_content, verbosity=2)
        assert use(act, base_url=server.url).text == "text"
    lines = [each.getMessage() for each in caplog.records]
    assert "<< <4 bytes>" in lines
    assert "<< text" not in lines


def _content(client: Any, **options: Any) -> Any:
    return client.files.content("file-1", **options)


def test_a_short_limit_of_responses_names_the_way_out(using: Any) -> None:
    async def use(client: Any) -> None:
        stored = await settled(client.files.create(file=bytes(5000), purpose="vision"))
        small = client.with_options(max_response_bytes=1000)
        with pytest.raises(DecodeError, match="max_response_bytes") as caught:
            await settled(small.files.content(stored.id))
        assert "stream_to_file" in caught.value.__notes__[0]

    using(use)


def test_a_list_keeps_what_else_the_server_says(use: Any) -> None:
    found = {
        "object": "vector_store.search_results.page",
        "search_query": ["tide"],
        "data": [],
        "has_more": True,
        "next_page": None,
    }
    with ScriptedServer(lambda _: Response.of(found)) as server:

        def search(client: Any) -> Any:
            return client.vector_stores.search("vs", query="tide")

        page = use(search, base_url=server.url)
    assert page.to_dict() == found
    assert page.search_query == ["tide"]
    assert page.next_page is None
    found_too = {"object": "list", "data": [{"id": "m", "object": "model"}]}
    with ScriptedServer(lambda _: Response.of(found_too)) as server:
        other = use(lambda client: client.models.list(), base_url=server.url)
    assert other.to_dict() == found_too
    assert other.complete
    # It is all there is, whatever the server says.
    assert not page.has_next_page()
    assert pickle.loads(pickle.dumps(page)).search_query == ["tide"]
    with pytest.raises(AttributeError, match="no attribute 'other'"):
        _ = page.other


def test_files_and_stores_are_alive(using: Any) -> None:
    async def use(client: Any) -> None:
        stored = await settled(client.files.create(file=TEXT, purpose="assistants"))
        assert (await settled(stored.wait())) is stored
        assert (await settled(stored.content())).read() == TEXT
        assert (await settled(stored.refresh())).status == "processed"
        (listed_too,) = await listed(client.files.list(), 1)
        assert listed_too == stored
        store = await settled(client.vector_stores.create(name="tides"))
        batch = await settled(store.upload(("a.md", TEXT), file_ids=[stored]))
        assert batch.file_counts.completed == 2
        assert (await settled(store.refresh())).file_counts.total == 2
        assert (await settled(store.update(name="sea"))) is store
        assert store.name == "sea"
        assert len(await listed(store.search("tide", max_num_results=1))) == 1
        assert (await settled(stored.delete())).deleted
        assert (await settled(store.delete())).deleted
        with pytest.raises(NotFoundError):
            await settled(store.refresh())
        pickled = pickle.loads(pickle.dumps(stored))
        with pytest.raises(ConfigurationError, match="attach"):
            await settled(pickled.content())
        with pytest.raises(NotFoundError):
            await settled(client.attach(pickled).refresh())

    using(use)
