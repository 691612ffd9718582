"""What goes wrong with several files: all of it is said, and nothing is lost."""

from __future__ import annotations

import asyncio
import io
import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from assistants_client import (
    AsyncClient,
    BadRequestError,
    ConfigurationError,
    NotFoundError,
    UploadError,
    WaitTimeout,
)
from harness.scripted_server import Response, ScriptedServer, in_turn
from tests.cases import each_case
from tests.client.recording import KEY


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
