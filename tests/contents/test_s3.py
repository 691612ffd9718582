"""Contents in S3: in parts, within bounds, and with errors that say what to do."""

from __future__ import annotations

import logging
import threading
import tracemalloc
from functools import cache
from typing import TYPE_CHECKING, Any
from unittest import mock

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.contents import UnreachableError, open_contents, our_folder
from assistants_server.contents.s3 import S3Contents
from assistants_server.contract.file_objects import new_file_id
from assistants_server.settings import Settings, SettingsError
from assistants_server.store import SQLiteStore, StoreError
from harness.processes import free_port
from harness.s3_server import BUCKET
from tests.server.api import talking
from tests.server.shelf import found, settled, upload, vector_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("s3")
MIB = 1024 * 1024


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Provide the URL of a part of the bucket that no other test has."""
    return f"s3://{BUCKET}/{tmp_path.name}"


@pytest.fixture
def s3_contents(url: str) -> Iterator[S3Contents]:
    """Provide contents there."""
    contents = S3Contents(url, grace=0)
    yield contents
    contents.close()


@cache
def bucket() -> Any:
    """Return a client of S3."""
    from boto3.session import Session

    return Session().client("s3")


def keys(prefix: str) -> list[str]:
    """Return what is in a part of the bucket."""
    listed = bucket().list_objects_v2(Bucket=BUCKET, Prefix=f"{prefix}/")
    return [each["Key"] for each in listed.get("Contents", ())]


def test_large_files_go_in_parts_and_not_through_memory(
    s3_contents: S3Contents, tmp_path: Path
) -> None:
    draft = s3_contents.draft()
    piece = bytes(MIB)
    tracemalloc.start()
    for _ in range(40):
        draft.write(piece)
    # What other threads of this process have meanwhile counts, too.
    assert tracemalloc.get_traced_memory()[1] < 24 * MIB
    tracemalloc.stop()
    draft.finish()
    draft.keep()
    draft.discard()
    (key,) = keys(tmp_path.name)
    head = bucket().head_object(Bucket=BUCKET, Key=key)
    assert head["ContentLength"] == 40 * MIB
    assert head["ETag"].endswith('-5"')


def test_an_upload_that_fails_leaves_nothing(
    s3_contents: S3Contents, tmp_path: Path
) -> None:
    draft = s3_contents.draft()
    draft.write(bytes(20 * MIB))
    client = s3_contents._client
    real, parts = client.upload_part, []

    def upload_part(**given: Any) -> Any:
        parts.append(given["PartNumber"])
        if given["PartNumber"] == 2:
            return client.upload_part_copy(**{**given, "CopySource": "no/such"})
        return real(**given)

    with (
        mock.patch.object(client, "upload_part", upload_part),
        pytest.raises(OSError, match="storage of files"),
    ):
        draft.finish()
    draft.discard()
    assert 2 in parts
    assert keys(tmp_path.name) == []
    left = bucket().list_multipart_uploads(Bucket=BUCKET, Prefix=tmp_path.name)
    assert not left.get("Uploads")


def test_a_sweep_leaves_what_is_young_or_not_ours(url: str, tmp_path: Path) -> None:
    contents = S3Contents(url)
    draft = contents.draft()
    draft.write(b"young")
    draft.finish()
    other = f"{tmp_path.name}/notes.txt"
    bucket().put_object(Bucket=BUCKET, Key=other, Body=b"")
    contents.sweep([])
    neighbour = f"{tmp_path.name}0/{draft.id}"
    bucket().put_object(Bucket=BUCKET, Key=neighbour, Body=b"")
    assert len(keys(tmp_path.name)) == 2
    S3Contents(url, grace=0).sweep([])
    assert keys(tmp_path.name) == [other]
    assert keys(f"{tmp_path.name}0") == [neighbour]


def test_a_sweep_ends_uploads_that_broke_off(
    s3_contents: S3Contents, tmp_path: Path
) -> None:
    key = f"{tmp_path.name}/{new_file_id()}"
    bucket().create_multipart_upload(Bucket=BUCKET, Key=key)
    assert "Uploads" in bucket().list_multipart_uploads(Bucket=BUCKET, Prefix=key)
    s3_contents.sweep([])
    assert "Uploads" not in bucket().list_multipart_uploads(Bucket=BUCKET, Prefix=key)


def test_storage_that_is_away(url: str) -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with (
        mock.patch.dict("os.environ", AWS_ENDPOINT_URL=away, AWS_MAX_ATTEMPTS="1"),
        pytest.raises(UnreachableError, match="can't be reached now"),
    ):
        S3Contents(url)


def test_storage_that_goes_away(s3_contents: S3Contents) -> None:
    s3_contents._client.meta.events.register("before-send.s3", _unsent)
    draft = s3_contents.draft()
    with pytest.raises(UnreachableError, match="can't be reached now"):
        draft.finish()
    draft.discard()
    s3_contents.delete([draft.id])
    s3_contents.sweep([])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("s3://", "s3://BUCKET"),
        ("s3://id:s3-secret@bucket/x", "AWS_ACCESS_KEY_ID"),
        ("s3:///x", "s3://BUCKET"),
        ("gs://bucket", "s3://BUCKET"),
        ("", "a folder"),
        ("database", "PostgreSQL"),
    ],
)
def test_places_that_are_none(files: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said) as raised:
        Settings(store=tmp_path / "s", files=files)
    assert "secret" not in str(raised.value)


def test_files_that_stay_need_a_store_that_stays() -> None:
    with pytest.raises(SettingsError, match="store"):
        Settings(files=f"s3://{BUCKET}/x")


def test_a_bucket_that_is_not_there(tmp_path: Path) -> None:
    store = SQLiteStore()
    with pytest.raises(StoreError, match="s3://nobody-has-this: ") as raised:
        open_contents("s3://nobody-has-this", store, our_folder(None))
    assert "s3-secret" not in str(raised.value)
    store.close()


def test_a_server_with_its_files_in_s3(url: str, tmp_path: Path) -> None:
    with (
        LocalServer(store=tmp_path / "s", files=url) as server,
        talking(server) as api,
    ):
        store = vector_store(api, b"The Danube is long.")["id"]
        assert found(api, store, "Danube")
        file = upload(api, b"Hello")["id"]
        assert api.http.get(f"/files/{file}/content").content == b"Hello"
        assert f"{tmp_path.name}/{file}" in keys(tmp_path.name)
    with (
        LocalServer(store=tmp_path / "s", files=url) as server,
        talking(server) as api,
    ):
        again = api.post("/vector_stores", {"file_ids": [file]})["id"]
        settled(api, again)
        assert found(api, again, "Hello")
        bucket().delete_object(Bucket=BUCKET, Key=f"{tmp_path.name}/{file}")
        gone = httpx.get(f"{server.url}/files/{file}/content")
        assert gone.status_code == 500
        assert "is not in the storage of files" in gone.json()["error"]["message"]
    assert file not in {each.name for each in tmp_path.rglob("*")}


def test_files_are_indexed_when_the_storage_is_back(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tried = threading.Event()

    def away(contents: S3Contents, name: str) -> Any:
        tried.set()
        raise UnreachableError("The storage of files")

    with (
        LocalServer(store=tmp_path / "s", files=url) as server,
        talking(server) as api,
    ):
        file = upload(api, b"The Danube is long.")["id"]
        with mock.patch.object(S3Contents, "get", away):
            store = api.post("/vector_stores", {"file_ids": [file]})["id"]
            assert tried.wait(60)
            assert api.get(f"/vector_stores/{store}")["status"] == "in_progress"
        settled(api, store)
        assert found(api, store, "Danube")
    (said,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert said.getMessage().endswith("The storage of files can't be reached now")
    # That it is away is no riddle to be solved by a traceback.
    assert said.exc_info is None


def test_uploads_while_the_storage_is_away(url: str, tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s", files=url) as server:
        away = mock.patch.object(S3Contents, "_errors", _away)
        with away, httpx.Client(base_url=server.url) as http:
            files = {"file": ("a.txt", b"x")}
            given = {"purpose": "assistants"}
            response = http.post("/files", files=files, data=given)
            assert response.status_code == 503
            assert response.headers["retry-after"] == "1"
            assert response.json()["error"]["code"] == "storage_unavailable"
            assert http.get("/files").json()["data"] == []


def _unsent(**_: Any) -> None:
    from botocore.exceptions import EndpointConnectionError

    raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


def _away(contents: S3Contents) -> Any:
    raise UnreachableError("The storage of files")
