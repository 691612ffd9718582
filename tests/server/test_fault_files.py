"""Faults of uploads and downloads, which pass through as they come."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server.faults import HEADER
from tests.server.api import refused
from tests.server.shelf import upload

if TYPE_CHECKING:
    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
SIZE = 1_000_000
CONTENT = bytes(range(250)) * (SIZE // 250)


@pytest.fixture(scope="module")
def path(api: Api) -> str:
    return f"/files/{upload(api, CONTENT)['id']}/content"


def download(api: Api, path: str, fault: str) -> tuple[bytes, bool]:
    """Return what arrives, and whether that is all."""
    got = b""
    with api.http.stream("GET", path, headers={HEADER: fault}) as response:
        assert response.headers["content-length"] == str(len(CONTENT))
        try:
            for piece in response.iter_raw():
                got += piece
        except httpx.RemoteProtocolError:
            return got, False
    return got, True


@pytest.mark.parametrize(
    ("fault", "count"),
    [
        *(("cut-body", SIZE // 2), ("cut-body=0", 0), ("cut-body=10", 10)),
        *(("cut-body=99999999", SIZE - 1), ("close=after-headers", 0)),
    ],
)
def test_downloads_are_cut(api: Api, path: str, fault: str, count: int) -> None:
    assert download(api, path, fault) == (CONTENT[:count], False)


@pytest.mark.parametrize("fault", ["malformed", "drop=id", "extra", "cut-stream=1"])
def test_content_is_left_alone_by_what_changes_json(
    api: Api, path: str, fault: str
) -> None:
    assert download(api, path, fault) == (CONTENT, True)


def test_downloads_are_slow_in_quarters(api: Api, path: str) -> None:
    before = time.monotonic()
    assert download(api, path, "slow=0.02") == (CONTENT, True)
    assert 0.08 <= time.monotonic() - before < 2


@pytest.mark.parametrize("fault", ["close=before-headers", "close=in-headers"])
def test_downloads_may_not_begin(api: Api, path: str, fault: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        api.http.get(path, headers={HEADER: fault})


@pytest.mark.parametrize(("fault", "more"), [("503", 0), ("503 handled=yes", 1)])
def test_uploads_are_carried_out_or_not(api: Api, fault: str, more: int) -> None:
    before = len(api.get("/files")["data"])
    response = api.http.post(
        "/files",
        files={"file": ("a", CONTENT)},
        data={"purpose": "vision"},
        headers={HEADER: fault},
    )
    refused(response, 503)
    assert len(api.get("/files")["data"]) == before + more
