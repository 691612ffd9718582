"""The upload and the download, which are no exchange of JSON objects."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistants_api import UNSET, File
from assistants_api.api.files import create_file, download_file
from assistants_api.errors import UndecodableBody, UnexpectedStatus
from assistants_api.models import CreateFileRequest, ErrorResponse, OpenAIFile
from assistants_api.writing import FileOnDisk
from harness.contract.checks import full
from harness.contract.document import DOCUMENT, PREFIX

CONTENT = b"\x00\xff\r\n--not a boundary\r\n"
ERROR = {"error": {"message": "no", "type": "x", "param": None, "code": None}}


def _sent(request: Any) -> httpx.Request:
    """Return the request as httpx sends it."""
    assert (request.json, request.content, request.data) == (UNSET, UNSET, UNSET)
    sent = httpx.Request("POST", "http://127.0.0.1", files=request.files)
    assert sent.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    sent.read()
    return sent


def _body(request: Any) -> bytes:
    return _sent(request).content


def test_an_upload_is_a_form_by_the_document() -> None:
    content = DOCUMENT["paths"]["/files"]["post"]["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    request = create_file.build_request(
        body={"file": File(CONTENT, "a.jsonl"), "purpose": "assistants"}
    )
    assert (request.method, request.path) == ("POST", "/files")
    assert request.files == [
        ("file", ("a.jsonl", CONTENT, None)),
        ("purpose", (None, b"assistants", None)),
    ]


def test_a_file_object_is_sent_under_its_own_name(tmp_path: Path) -> None:
    path = tmp_path / "täxt.md"
    path.write_bytes(CONTENT)
    with path.open("rb") as file:
        body: Any = {"file": file, "purpose": "user_data"}
        request = create_file.build_request(body=body)
        sent = _body(request)
    assert b'filename="t\xc3\xa4xt.md"' in sent
    assert CONTENT in sent


@pytest.mark.parametrize(
    "file",
    [
        CONTENT,
        bytearray(CONTENT),
        io.BytesIO(CONTENT),
        File(CONTENT),
        File(io.BytesIO(CONTENT)),
        ("upload", CONTENT),
    ],
    ids=["bytes", "bytearray", "file object", "file", "file of a file object", "tuple"],
)
def test_contents_without_a_name_are_called_upload(file: Any) -> None:
    sent = _body(create_file.build_request(body={"file": file, "purpose": "vision"}))
    assert b'name="file"; filename="upload"' in sent
    assert CONTENT in sent


@pytest.mark.parametrize(
    "file",
    [
        File(CONTENT, "a.bin", "image/png"),
        ("a.bin", CONTENT, "image/png"),
        ("a.bin", io.BytesIO(CONTENT), "image/png"),
    ],
    ids=["file", "tuple", "tuple of a file object"],
)
def test_a_file_keeps_its_media_type(file: Any) -> None:
    sent = _body(create_file.build_request(body={"file": file, "purpose": "vision"}))
    assert b'filename="a.bin"\r\nContent-Type: image/png\r\n' in sent


@pytest.mark.parametrize(
    "form", [Path, File, lambda path: ("a.md", path)], ids=["path", "file", "tuple"]
)
def test_a_path_is_read_when_it_is_sent(tmp_path: Path, form: Any) -> None:
    path = tmp_path / "a.md"
    body: Any = {"file": form(path), "purpose": "vision"}
    request = create_file.build_request(body=body)
    path.write_bytes(CONTENT)
    first = _sent(request)
    assert int(first.headers["Content-Length"]) == len(first.content)
    # A second attempt sends all of it again.
    for sent in (first, _sent(request)):
        assert CONTENT in sent.content
    name = b"upload" if form is File else b"a.md"
    assert b'name="file"; filename="' + name + b'"' in first.content


def test_a_file_on_disk_is_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(CONTENT)
    file = FileOnDisk(path)
    pieces = [file.read(5), file.read(0), file.read()]
    assert (b"".join(pieces), file.tell()) == (CONTENT, len(CONTENT))
    assert [file.read(), file.read(5), file.tell()] == [b"", b"", len(CONTENT)]
    assert (file.seek(0, io.SEEK_END), file.tell()) == (len(CONTENT), len(CONTENT))
    assert (file.read(), file.seek(0), file.tell()) == (b"", 0, 0)
    assert (file.read(2), file.tell()) == (CONTENT[:2], 2)
    assert (file.seek(1), file.read(2)) == (1, CONTENT[1:3])
    file.close()


@pytest.mark.parametrize("as_model", [False, True])
def test_the_expiry_policy_is_sent_as_two_fields(as_model: bool) -> None:
    policy: Any = {"anchor": "created_at", "seconds": 3600}
    body: Any = {"file": b"x", "purpose": "batch", "expires_after": policy}
    request = create_file.build_request(
        body=CreateFileRequest.from_dict(body) if as_model else body
    )
    assert isinstance(request.files, list)
    assert request.files[2:] == [
        ("expires_after[anchor]", (None, b"created_at", None)),
        ("expires_after[seconds]", (None, b"3600", None)),
    ]


def test_models_and_dicts_upload_the_same() -> None:
    file = File(CONTENT, "a.txt")
    made = CreateFileRequest(file=file, purpose="evals")
    as_dict = create_file.build_request(body={"file": file, "purpose": "evals"})
    assert create_file.build_request(body=made).files == as_dict.files


def test_the_upload_is_read_as_the_stored_file() -> None:
    stored = full({"$ref": f"{PREFIX}OpenAIFile"})
    found = create_file.parse_response(httpx.Response(200, json=stored))
    assert isinstance(found, OpenAIFile)
    assert found.to_dict() == stored


@pytest.mark.parametrize(
    "media_type", ["application/octet-stream", "text/plain", "application/json", None]
)
@pytest.mark.parametrize("content", [CONTENT, b"", b'{"error": {}}'])
def test_a_download_is_bytes_whatever_they_are(
    media_type: str | None, content: bytes
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = httpx.Response(200, content=content, headers=headers)
    assert download_file.parse_response(response) == content


@pytest.mark.parametrize("status", [400, 401, 404, 429, 499, 500, 503])
@pytest.mark.parametrize("operation", [create_file, download_file])
def test_errors_of_both_are_read_as_errors(operation: Any, status: int) -> None:
    found = operation.parse_response(httpx.Response(status, json=ERROR))
    assert isinstance(found, ErrorResponse)
    assert found.to_dict() == ERROR
    with pytest.raises(UndecodableBody):
        operation.parse_response(httpx.Response(status, content=b"<html>"))


@pytest.mark.parametrize("operation", [create_file, download_file])
def test_undocumented_statuses_of_both_are_errors(operation: Any) -> None:
    with pytest.raises(UnexpectedStatus):
        operation.parse_response(httpx.Response(304))


@pytest.mark.parametrize("file_id", ["", ".", ".."])
def test_no_id_is_no_download(file_id: str) -> None:
    with pytest.raises(ValueError, match="file_id must be an id"):
        download_file.build_request(file_id)


def test_an_id_is_one_segment_of_the_path() -> None:
    request = download_file.build_request("a/b?c#ü")
    assert request.path == "/files/a%2Fb%3Fc%23%C3%BC/content"
    assert json.dumps(request.query) == "[]"
