"""Uploads that are too large, broken, cut off, or from a server that is killed."""

from __future__ import annotations

import errno
import json
import logging
import os
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.__main__ import main
from assistants_server.contents.folder import FolderDraft
from assistants_server.store import StoreError
from tests.server.api import TIMEOUT, raw, refused, talking, until
from tests.server.conformance import deviations
from tests.server.program import Program
from tests.server.shelf import upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
LARGEST = 1000
FORM = {"content-type": "multipart/form-data; boundary=b"}
START = (
    b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
)
END = b"\r\n--b--\r\n"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def small() -> Iterator[Api]:
    """Provide a server that takes files of a thousand bytes."""
    with LocalServer(max_file_size=LARGEST) as server, talking(server) as api:
        yield api


def pieces(size: int, piece: int = 100) -> Iterator[bytes]:
    """Yield a form whose file has a size, without saying how long it is."""
    yield START
    for _ in range(0, size, piece):
        yield b"x" * piece
    yield END


def memory_of(pid: int) -> int:
    """Return the memory of a process, in bytes."""
    table = Path(f"/proc/{pid}/statm")
    if table.exists():
        pages = int(table.read_text("ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    shown = subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True)
    return int(shown) * 1024


def test_a_file_may_be_as_large_as_the_limit_and_no_larger(small: Api) -> None:
    assert upload(small, b"x" * LARGEST)["bytes"] == LARGEST
    files, data = {"file": ("a", b"x" * (LARGEST + 1))}, {"purpose": "vision"}
    error = refused(small.http.post("/files", files=files, data=data), 413)
    assert "1000 bytes" in error["message"]
    assert error["param"] == "file"
    body = pieces(LARGEST)
    assert small.http.post("/files", content=body, headers=FORM).status_code == 200
    for size in (LARGEST + 100, MEBIBYTE):
        response = small.http.post("/files", content=pieces(size), headers=FORM)
        refused(response, 413)


def test_the_limit_of_json_does_not_hold_for_files() -> None:
    with LocalServer(max_body=1000) as server, talking(server) as api:
        assert upload(api, b"x" * 100_000)["bytes"] == 100_000
        refused(api.http.post("/threads", json={"metadata": {"a": "x" * 2000}}), 413)


@pytest.mark.parametrize(
    ("length", "size"),
    [
        (b"Content-Length: 99999999999\r\n", LARGEST + 1),
        (b"Content-Length: 99999999999\r\n", 1),
        (b"Transfer-Encoding: chunked\r\n", LARGEST + 1),
    ],
)
def test_a_file_that_is_too_large_is_refused_before_all_was_sent(
    length: bytes, size: int
) -> None:
    with LocalServer(max_file_size=LARGEST) as server:
        body = START + b"x" * size
        if b"chunked" in length:
            # Its end never comes.
            body = b"%x\r\n%b\r\n" % (len(body), body)
        head, said = raw(
            server,
            b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/"
            b"form-data; boundary=b\r\n" + length + b"\r\n" + body,
        )
    assert head.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in head.lower()
    assert deviations(json.loads(said), "ErrorResponse") == []


def test_large_files_are_counted_over_all_pieces(tmp_path: Path) -> None:
    limit = 3 * MEBIBYTE
    with (
        LocalServer(max_file_size=limit, store=tmp_path / "s") as server,
        talking(server) as api,
    ):
        body = pieces(limit, 64 * 1024)
        assert api.http.post("/files", content=body, headers=FORM).status_code == 200
        body = pieces(limit + 64 * 1024, 64 * 1024)
        refused(api.http.post("/files", content=body, headers=FORM), 413)


def test_who_goes_on_sending_reads_the_refusal() -> None:
    """A connection that is closed while the client sends would be reset."""
    with LocalServer(max_file_size=LARGEST) as server:
        head = (
            b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/"
            b"form-data; boundary=b\r\nContent-Length: 99999999\r\n\r\n"
        )
        with socket.create_connection(
            ("127.0.0.1", server.port), TIMEOUT
        ) as connection:
            connection.sendall(head + START)
            for _ in range(64):
                connection.sendall(b"x" * 65536)
            connection.shutdown(socket.SHUT_WR)
            response = b""
            while piece := connection.recv(65536):
                response += piece
    assert response.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 415),
        ("text/plain; boundary=b", 415),
        ("", 415),
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=", 400),
        (f"multipart/form-data; boundary={'b' * 300}", 400),
        ("multipart/form-data; boundary=c", 400),
    ],
)
def test_what_is_no_form_is_refused(api: Api, content_type: str, status: int) -> None:
    headers = {"content-type": content_type}
    refused(
        api.http.post("/files", content=START + b"x" + END, headers=headers), status
    )


_FIELD = b'--b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "ends before"),
        (START, "ends before"),
        (START + b"x", "ends before"),
        (START + b"x\r\n--b", "ends before"),
        (START[:20], "ends before"),
        (b"nonsense", "form"),
        (b"\r\n" * 10_000, "ends before"),
        (b"--b\r\nno header\r\n\r\nx" + END, "form"),
        (b"--b\r\nContent-Type: text/plain\r\n\r\nx" + END, "no name"),
        (b"--b\r\nA: " + b"x" * 20_000 + b"\r\n\r\nx" + END, "header"),
        (b"--b\r\n" + b"A: x\r\n" * 100 + b"\r\nx" + END, "header"),
        (b"".join(_FIELD % (b"%d" % n, b"x") for n in range(50)) + END, "parts"),
        (_FIELD % (b"purpose", b"x") * 2 + b"--b--", "'purpose' twice"),
        (START + b"x\r\n" + START + b"y" + END, "twice"),
        (_FIELD % (b"purpose", b"x" * 300_000) + b"--b--", "bytes"),
        (_FIELD % (b"purpose", b"\xff") + b"--b--", "UTF-8"),
        (_FIELD % (b"\xff", b"x") + b"--b--", "UTF-8"),
        (_FIELD % (b"purpose", b"vision") + b"--b--", "$.file is required"),
        (START.replace(b"purpose", b"reason") + b"x" + END, "$.purpose is required"),
    ],
    ids=range(19),
)
def test_broken_forms_are_refused(
    api: Api, body: bytes, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = len(api.get("/files")["data"])
    error = refused(api.http.post("/files", content=body, headers=FORM), 400)
    assert said in error["message"]
    assert len(api.get("/files")["data"]) == before
    # Whoever sends nonsense fills no log.
    loud = [each for each in caplog.records if each.levelno >= logging.WARNING]
    assert loud == []


def test_boundaries_are_found_wherever_a_body_is_cut(api: Api) -> None:
    content = b"\r\n--b\r\r\n--\r\n--bx\r\n-"
    for size in (1, 2, 3, 7):
        body = START + content.replace(b"--b", b"--c") + END
        parts = (body[at : at + size] for at in range(0, len(body), size))
        response = api.http.post("/files", content=parts, headers=FORM)
        assert response.status_code == 200, response.text
        path = f"/files/{response.json()['id']}/content"
        assert api.http.get(path).content == content.replace(b"--b", b"--c")


def test_a_client_that_leaves_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    with LocalServer(store=tmp_path / "s", files=str(folder)) as server:

        def body() -> Iterator[bytes]:
            yield START + b"x" * 3 * MEBIBYTE
            until(lambda: [*folder.glob("*.part")], "the upload to begin")
            raise httpx.WriteError("the client leaves")

        with talking(server) as api:
            with pytest.raises(httpx.WriteError):
                api.http.post("/files", content=body(), headers=FORM)
            until(lambda: not [*folder.iterdir()], "the upload to be deleted")
            assert api.get("/files")["data"] == []


def test_a_server_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    store, folder = tmp_path / "s", tmp_path / "s.files"
    with Program("--store", str(store)) as server:
        kept = upload(server.api, b"kept")

        def body() -> Iterator[bytes]:
            yield START + b"x" * 3 * MEBIBYTE
            until(lambda: [*folder.glob("*.part")], "the upload to begin")
            server.kill()
            yield b"x" * MEBIBYTE

        with pytest.raises(httpx.TransportError):
            server.http.post("/files", content=body(), headers=FORM)
    assert len([*folder.iterdir()]) == 2
    with Program("--store", str(store)) as server:
        assert [each.name for each in folder.iterdir()] == [kept["id"]]
        assert [each["id"] for each in server.api.get("/files")["data"]] == [kept["id"]]


def test_a_large_upload_takes_little_memory_and_holds_nobody_up(tmp_path: Path) -> None:
    size = 96 * MEBIBYTE
    with Program("--store", str(tmp_path / "s")) as server:
        upload(server.api, b"x" * MEBIBYTE)
        before = memory_of(server.pid)
        largest, slowest = 0, 0.0

        def body() -> Iterator[bytes]:
            nonlocal largest, slowest
            yield START
            for sent in range(size // MEBIBYTE):
                yield b"x" * MEBIBYTE
                if sent % 8 == 0:
                    begun = time.perf_counter()
                    assert httpx.get(f"{server.url}/models", timeout=TIMEOUT).is_success
                    slowest = max(slowest, time.perf_counter() - begun)
                    largest = max(largest, memory_of(server.pid))
            yield END

        response = server.http.post("/files", content=body(), headers=FORM)
        assert response.json()["bytes"] == size
        assert largest - before < 24 * MEBIBYTE
        got = 0
        with server.http.stream(
            "GET", f"/files/{response.json()['id']}/content"
        ) as sent:
            for piece in sent.iter_bytes():
                got += len(piece)
                largest = max(largest, memory_of(server.pid))
        assert got == size
        assert largest - before < 24 * MEBIBYTE
        assert slowest < 1.0


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: FolderDraft, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    folder = tmp_path / "files"
    with (
        LocalServer(store=tmp_path / "s", files=str(folder)) as server,
        talking(server) as api,
    ):
        files, data = {"file": ("a", b"x")}, {"purpose": "vision"}
        with monkeypatch.context() as patch:
            patch.setattr(FolderDraft, "write", full)
            error = refused(api.http.post("/files", files=files, data=data), 507)
        assert "No space left" in error["message"]
        assert error["code"] == "storage_error"
        assert [*folder.iterdir()] == []
        assert api.get("/files")["data"] == []
        upload(api)


@pytest.mark.sqlite("the folder of a store in a file is made when it is needed")
def test_files_stay_where_they_are_when_the_program_goes_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with LocalServer(store="state.db", files="files") as server, talking(server) as api:
        monkeypatch.chdir("elsewhere")
        content = api.http.get(f"/files/{upload(api, b'x')['id']}/content").content
        assert content == b"x"
    assert len([*(tmp_path / "files").iterdir()]) == 1
    assert [*(tmp_path / "elsewhere").iterdir()] == []


def test_a_file_is_no_folder_for_files(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    server = LocalServer(store=tmp_path / "state.db", files=str(tmp_path / "taken"))
    with pytest.raises(StoreError, match="taken is no folder; name another place"):
        server.start()


@pytest.mark.sqlite("what it says of the places of files beside a store in a file")
@pytest.mark.parametrize(
    ("files", "said"),
    [
        ("taken", "taken is no folder; name another place"),
        ("taken/a", "taken/a: Not a directory"),
    ],
)
def test_places_of_files_that_can_not_be_used_are_said_in_one_line(
    files: str,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "taken").touch()
    monkeypatch.chdir(tmp_path)
    assert main(["--port", "0", "--store", "s", "--files", files]) == 2
    assert capsys.readouterr().err == f"assistants_server: {said}\n"


@pytest.mark.sqlite("the folder beside its file")
def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        (tmp_path / "s.files").touch()
        files, data = {"file": ("a", b"x")}, {"purpose": "vision"}
        error = refused(api.http.post("/files", files=files, data=data), 507)
        assert "can't be stored" in error["message"]
