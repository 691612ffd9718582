"""The upload and the download, which are no exchange of JSON objects."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from assistants_api import File
from assistants_api.api.files import create_file, download_file
from assistants_api.errors import UndecodableBody, UnexpectedStatus
from assistants_api.models import CreateFileRequest, ErrorResponse, OpenAIFile
from harness.contract.checks import full
from harness.contract.document import DOCUMENT, PREFIX
from tests.cases import each_case

CONTENT = b"\x00\xff\r\n--not a boundary\r\n"
ERROR = {"error": {"message": "no", "type": "x", "param": None, "code": None}}


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


@each_case(
    "media_type", ["application/octet-stream", "text/plain", "application/json", None]
)
@each_case("content", [CONTENT, b"", b'{"error": {}}'])
def test_a_download_is_bytes_whatever_they_are(
    media_type: str | None, content: bytes
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = httpx.Response(200, content=content, headers=headers)
    assert download_file.parse_response(response) == content


@each_case("status", [400, 401, 404, 429, 499, 500, 503])
@each_case("operation", [create_file, download_file])
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
