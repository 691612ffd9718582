"""Files and vector stores, with clients of both kinds, at the embedded server."""

from __future__ import annotations

import asyncio
import io
import logging
import pickle
import threading
import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from assistants_client import (
    AsyncClient,
    BadRequestError,
    ConfigurationError,
    DecodeError,
    HttpxBinaryResponseContent,
    NotFoundError,
    UploadError,
    WaitTimeout,
)
from harness.either_client import listed, settled
from harness.scripted_server import Response, ScriptedServer, in_turn
from tests.cases import each_case
from tests.client.recording import KEY

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


# --- What goes wrong ---------------------------------------------------------------


class Shelf(ScriptedServer):
    """A server that stores files, but not those that are called bad.

    Attributes:
        most: how many uploads there were at a time, at most.
    """

    def __init__(self, **answers: Any) -> None:
        super().__init__(self._answer)
        self._answers = answers
        self._lock = threading.Lock()
        self._now = self.most = 0
        self.delay = 0.0

    def _answer(self, request: Any) -> Any:
        if request.path != "/files":
            name = request.path.rpartition("/")[2]
            return self._answers.get(name, Response.of({"id": "x", "status": "done"}))
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self.delay)
        with self._lock:
            self._now -= 1
        name = request.body.partition(b'filename="')[2].partition(b'"')[0].decode()
        if name.startswith("bad"):
            return Response.of({"error": {"message": f"no {name} here"}}, 400)
        return Response.of({"id": f"file-{name}", "object": "file"})

    @property
    def uploads(self) -> int:
        return sum(each.path == "/files" for each in self.requests)


def batch(**given: Any) -> Any:
    return lambda client: client.vector_stores.file_batches.upload_and_poll(
        "vs", **given
    )


def test_every_failure_is_named_and_nothing_is_lost(use: Any) -> None:
    files = [("a", b"x"), ("bad1", b"x"), ("b", b"x"), ("bad2", b"x"), ("c", b"x")]
    with Shelf() as server, pytest.raises(UploadError) as caught:
        use(batch(files=files), base_url=server.url)
    error = caught.value
    assert [each.id for each in error.uploaded] == ["file-a", "file-b", "file-c"]
    assert [(each.number, each.name) for each in error.failures] == [
        (1, "bad1"),
        (3, "bad2"),
    ]
    assert all(isinstance(each.error, BadRequestError) for each in error.failures)
    text = str(error)
    assert text.startswith("2 of 5 files could not be uploaded: files[1] 'bad1': ")
    assert "no bad1 here" in text
    assert "no bad2 here" in text
    assert text.endswith("those that were: file-a, file-b, file-c")
    assert {each.path for each in server.requests} == {"/files"}


def test_no_more_are_uploaded_at_once_than_asked_for(use: Any) -> None:
    done = {"file_batches": Response.of({"id": "b", "status": "completed"})}
    with Shelf(**done) as server:
        server.delay = 0.05
        files = [(str(number), b"x") for number in range(8)]
        found = use(batch(files=files, max_concurrency=3), base_url=server.url)
        assert found.status == "completed"
        assert server.most == 3
    assert server.requests[-1].json() == {
        "file_ids": [f"file-{number}" for number in range(8)]
    }


def test_what_was_uploaded_is_said_where_the_batch_fails(use: Any) -> None:
    refused = Response.of({"error": {"message": "full"}}, 400)
    with (
        Shelf(file_batches=refused) as server,
        pytest.raises(BadRequestError, match="full") as caught,
    ):
        use(batch(files=[("a", b"x"), ("b", b"x")]), base_url=server.url)
    assert [each.id for each in caught.value.uploaded] == ["file-a", "file-b"]
    assert caught.value.__notes__ == [
        "these files have been uploaded before: file-a, file-b"
    ]


def test_what_was_uploaded_is_said_where_the_store_is_gone(use: Any) -> None:
    def upload(client: Any) -> Any:
        files = client.vector_stores.files
        return files.upload(vector_store_id="vs", file=("a", b"x"))

    missing = Response.of({"error": {"message": "no vs"}}, 404)

    def answer(request: Any) -> Any:
        return missing if "vs" in request.path else Response.of({"id": "file-a"})

    with ScriptedServer(answer) as server, pytest.raises(NotFoundError) as caught:
        use(upload, base_url=server.url)
    assert [each.id for each in caught.value.uploaded] == ["file-a"]


def test_wrong_files_are_all_named_before_one_is_uploaded(
    use: Any, tmp_path: Path
) -> None:
    opened = io.BytesIO(b"x")
    for files, whys in (
        (["a", b"x", 7], [r"files\[0\]: .*is text", r"files\[2\]: .*type int"]),
        (
            [tmp_path / "a", b"x", tmp_path],
            [r"files\[0\]: .*No such file", r"files\[2\]: .*folder"],
        ),
        ([opened, ("b", opened)], [r"files\[1\] is the same open file as files\[0\]"]),
    ):
        with Shelf() as server:
            for why in whys:
                with pytest.raises(ConfigurationError, match=why):
                    use(batch(files=files), base_url=server.url)
        assert server.requests == []


@each_case(
    "given, why",
    [
        ({"files": []}, "files is empty"),
        ({"files": b"x"}, "must be a list of files, not bytes"),
        ({"files": Path("a")}, "must be a list of files, not PosixPath"),
        ({"files": io.BytesIO()}, "must be a list of files, not BytesIO"),
        ({"files": 7}, "must be a list of files, not int"),
        ({"files": {"a": b"x"}}, "must be a list of files, not dict"),
        ({"files": ("a", b"x")}, r"a list of one file .* is \[\(name, content\)\]"),
        ({"files": [b"x"], "file_ids": "file-1"}, "must be a list of ids, not str"),
        ({"files": [b"x"], "file_ids": 7}, "must be a list of ids, not int"),
        ({"files": [b"x"], "max_concurrency": 0}, "max_concurrency must be 1 or more"),
        ({"files": [b"x"], "max_concurrency": "5"}, "max_concurrency must be 1 or"),
        ({"files": [b"x"], "poll_interval_ms": 0}, "poll_interval_ms must be"),
        ({"files": [b"x"], "max_wait": 1, "max_wait_seconds": 1}, "are the same"),
        ({"files": [b"x"], "max_wait_seconds": -1}, "max_wait must be seconds above"),
        ({"files": [b"x"], "progress": "yes"}, "progress must be True or a function"),
        ({"files": [b"x"], "file_ids": [""]}, "file_ids must be an id"),
    ],
)
def test_wrong_arguments_are_refused_before_one_is_uploaded(
    use: Any, given: dict[str, Any], why: str
) -> None:
    with Shelf() as server:
        with pytest.raises(ConfigurationError, match=why):
            use(batch(**given), base_url=server.url)
        assert server.requests == []


def test_waiting_ends_in_time(use: Any) -> None:
    going = Response.of({"id": "file-1", "status": "in_progress"})
    with ScriptedServer(lambda _: going) as server:
        for call in (
            lambda client: client.files.wait_for_processing(
                "file-1", max_wait_seconds=0.2
            ),
            lambda client: client.vector_stores.files.poll(
                "file-1", vector_store_id="vs", max_wait=0.2
            ),
            lambda client: client.vector_stores.file_batches.poll(
                "b", vector_store_id="vs", max_wait_seconds=0.2
            ),
        ):
            began = time.monotonic()
            with pytest.raises(WaitTimeout, match="file-1 is still in_progress"):
                use(call, base_url=server.url)
            assert time.monotonic() - began < 0.5


def test_a_batch_is_cancelled_if_asked_for(use: Any) -> None:
    going = Response.of({"id": "b", "status": "in_progress"})
    with ScriptedServer(lambda _: going) as server:
        with pytest.raises(WaitTimeout):
            use(
                lambda client: client.vector_stores.file_batches.poll(
                    "b", vector_store_id="vs", max_wait=0.1, cancel_on_timeout=True
                ),
                base_url=server.url,
            )
        assert server.requests[-1].path == "/vector_stores/vs/file_batches/b/cancel"


def test_options_hold_for_each_request_but_a_key_for_none_other(use: Any) -> None:
    answers = {
        "file_batches": Response.of({"id": "b", "status": "in_progress"}),
        "b": Response.of({"id": "b", "status": "completed"}),
    }
    with Shelf(**answers) as server:
        use(
            batch(
                files=[("a", b"x")],
                idempotency_key="k",
                extra_headers={"X-A": "1", "Idempotency-Key": "k"},
                poll_interval_ms=1,
            ),
            base_url=server.url,
        )
    assert [each.headers["x-a"] for each in server.requests] == ["1"] * 3
    keys = [each.headers.get("idempotency-key") for each in server.requests]
    assert keys == [None, "k", None]


def test_a_response_without_an_id_is_followed_all_the_same(use: Any) -> None:
    answers = in_turn(
        Response.of({"status": "queued"}), Response.of({"status": "failed"})
    )
    with ScriptedServer(answers) as server:
        for call in (
            lambda client: client.vector_stores.file_batches.poll(
                "b", vector_store_id="vs", poll_interval_ms=1
            ),
            lambda client: client.files.wait_for_processing("b", poll_interval=0.001),
        ):
            if server.requests:
                server.script = in_turn(
                    Response.of({"status": "uploaded"}),
                    Response.of({"status": "error"}),
                )
            assert use(call, base_url=server.url).status in ("failed", "error")
    first, again, *others = (each.path for each in server.requests)
    assert first == again == "/vector_stores/vs/file_batches/b"
    assert others == ["/files/b", "/files/b"]


def test_threads_that_go_on_begin_no_more_uploads() -> None:
    from assistants_client import Client
    from assistants_client.resources._upload_set import UploadSet

    with Client(base_url="http://127.0.0.1:1", api_key=KEY) as client:
        uploads = UploadSet(client, [b"a", b"b"], {}, progress=False, most=1)
        flow = uploads.flow()
        next(flow)
        flow.send(None)
        flow.close()
        # The thread that was about to take the next one finds none.
        assert uploads._next() is None


def test_an_interruption_says_what_was_uploaded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(url: str) -> None:
        async with AsyncClient(api_key=KEY, base_url=url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.4):
                    await batch(
                        files=[("a", b"x"), ("b", endless()), ("c", b"x")],
                        max_concurrency=1,
                    )(client)

    async def endless() -> Any:
        while True:
            await asyncio.sleep(0.01)
            yield b"x"

    with caplog.at_level(logging.WARNING), Shelf() as server:
        asyncio.run(main(server.url))
        assert server.uploads == 1
    assert "these files have been uploaded: file-a" in caplog.text


def test_an_interruption_of_the_wait_says_so_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(url: str) -> None:
        async with AsyncClient(api_key=KEY, base_url=url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.3):
                    await batch(files=[("a", b"x"), ("b", b"x")])(client)

    going = Response.of({"id": "b", "status": "in_progress"})
    with caplog.at_level(logging.WARNING), Shelf(file_batches=going, b=going) as server:
        asyncio.run(main(server.url))
    assert "these files have been uploaded: file-a, file-b" in caplog.text


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
