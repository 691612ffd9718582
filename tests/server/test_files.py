"""Files: uploaded, listed, downloaded, deleted, and expired."""

from __future__ import annotations

import re
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.contract import file_objects
from tests.server.api import refused, talking
from tests.server.program import Program
from tests.server.shelf import move_clock, upload
from tests.store.stores import opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.server.api import Api

pytestmark = pytest.mark.usefixtures("no_errors")
PURPOSES = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")

LONG = 500


def test_a_file(api: Api) -> None:
    before = int(time.time())
    made = upload(api, b"Hello", "a.txt")
    assert re.fullmatch(r"file-[A-Za-z0-9]{24}", made["id"])
    assert api.get(f"/files/{made['id']}") == made
    assert before <= made.pop("created_at") <= time.time()
    del made["id"]
    assert made == {
        "object": "file",
        "bytes": 5,
        "expires_at": None,
        "filename": "a.txt",
        "purpose": "assistants",
        "status": "processed",
        "status_details": None,
    }


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n--", bytes(range(256)) * 9000])
def test_content_comes_back_as_it_was(api: Api, content: bytes) -> None:
    made = upload(api, content)
    assert made["bytes"] == len(content)
    response = api.http.get(f"/files/{made['id']}/content")
    assert response.content == content
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-length"] == str(len(content))
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("a/b/", "upload"),
        ("..", "upload"),
        ("a\x00b\r\nc\x1b[1m.txt", "abc[1m.txt"),
        ("\u202etxt.exe", "txt.exe"),
        ("Größe 😀.md", "Größe 😀.md"),
        ("x" * 400 + ".pdf", "x" * 251 + ".pdf"),
        ("." + "y" * 400, "." + "y" * 254),
        (" a.txt ", "a.txt"),
        ("", "upload"),
    ],
    ids=range(11),
)
def test_names_are_made_safe(api: Api, sent: str, kept: str) -> None:
    # As it stands: httpx would encode what looks dangerous.
    name = sent.encode().replace(b"\\", b"\\\\").replace(b"\r\n", b"")
    body = (
        b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
        b"--b\r\n"
        b'Content-Disposition: form-data; name="file"; filename="'
        + name
        + b'"\r\n\r\nx\r\n--b--\r\n'
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = api.http.post("/files", content=body, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["filename"] == kept


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        # As clients of .NET send what isn't ASCII.
        (
            """name=file; filename="=?utf-8?B?w6k=?="; filename*=utf-8''%C3%A9.md""",
            "é.md",
        ),
        ("""filename*=UTF-8''%e2%82%ac%20a.txt; name="file\"""", "€ a.txt"),
        (
            """name="file"; FileName*=iso-8859-1'en'%E9.txt; filename="e.txt\"""",
            "é.txt",
        ),
        ("""name="file"; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd""", "passwd"),
        ("""name="file"; filename*=UTF-8''%ff.txt; filename="a.txt\"""", "\ufffd.txt"),
        ("""name="file"; filename*=nowhere''a.txt""", "a.txt"),
        ("""name="file"; filename*=; filename="a.txt\"""", "a.txt"),
        ("""name="file"; filename="a;filename*=UTF-8''b.txt\"""", None),
    ],
    ids=range(8),
)
def test_extended_names_come_first(api: Api, sent: str, kept: str | None) -> None:
    body = (
        '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nvision\r\n'
        f"--b\r\nContent-Disposition: form-data; {sent}\r\n\r\nx\r\n--b--\r\n"
    )
    headers = {"content-type": "multipart/form-data; boundary=b"}
    response = api.http.post("/files", content=body, headers=headers)
    assert response.status_code == 200, response.text
    assert response.json()["filename"] == (kept or "a;filename*=UTF-8''b.txt")


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.txt", 'attachment; filename="a.txt"'),
        ('a"b.txt', None),
        (
            "é😀.txt",
            "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%A9%F0%9F%98%80",
        ),
    ],
)
def test_names_of_downloads_are_safe(api: Api, name: str, header: str | None) -> None:
    made = upload(api, b"x", name)
    sent = api.http.get(f"/files/{made['id']}/content").headers["content-disposition"]
    assert sent.startswith("attachment; filename=")
    assert sent.isascii()
    assert sent.count('"') == 2
    assert header is None or sent.startswith(header)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        *(('a"b".txt', 'a"b".txt'), ("a\r\nb.txt", "ab.txt"), ("100%.txt", "100%.txt")),
        *(("..\\..\\a.txt", "a.txt"), ("a;b=c.txt", "a;b=c.txt"), ("'a'", "'a'")),
    ],
)
def test_names_come_back_as_clients_send_them(api: Api, sent: str, kept: str) -> None:
    assert upload(api, b"x", sent)["filename"] == kept


@pytest.mark.parametrize("purpose", PURPOSES)
def test_lists_are_by_purpose(api: Api, purpose: str) -> None:
    made = upload(api, b"x", purpose=purpose)
    page = api.get("/files", purpose=purpose)
    assert page["data"][0] == made
    assert {each["purpose"] for each in page["data"]} == {purpose}
    assert api.get("/files", purpose="unheard-of")["data"] == []


def test_lists_have_pages_and_an_order() -> None:
    with LocalServer() as server, talking(server) as api:
        ids = [upload(api, b"x")["id"] for _ in range(5)]
        assert [each["id"] for each in api.get("/files")["data"]] == ids[::-1]
        first = api.get("/files", limit=2, order="asc")
        assert [each["id"] for each in first["data"]] == ids[:2]
        assert (first["has_more"], first["last_id"]) == (True, ids[1])
        rest = api.get("/files", after=ids[1], order="asc", limit=10_000)
        assert [each["id"] for each in rest["data"]] == ids[2:]
        assert rest["has_more"] is False
        for wrong in (0, 10_001):
            error = api.get("/files", limit=wrong, status=400)["error"]
            assert error["param"] == "limit"
        api.get("/files", after="file-x", status=404)


def test_long_lists_are_the_same_in_parts(tmp_path: Path) -> None:
    with opened(tmp_path / "s") as store, store.changes():
        for number in range(2 * LONG + 1):
            body = {"file": f'"{number}" é\u2028.txt', "purpose": "assistants"}
            id = file_objects.new_file_id()  # noqa: A001 - for its type
            store.add("file", file_objects.file(body, id=id, size=1))
        made = store.all("file")
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        page = api.get("/files", order="asc")
        assert page.pop("data") == made
        ends = {"first_id": made[0]["id"], "last_id": made[-1]["id"]}
        assert page == {"object": "list", **ends, "has_more": False}
        page = api.get("/files", order="asc", limit=LONG + 1)
        assert page["data"] == made[: LONG + 1]
        assert page["has_more"] is True


def in_folder(path: Path) -> dict[str, Any]:
    """Return settings with which files are in a folder, whatever keeps the rest."""
    return {"store": path / "s", "files": str(path / "files")}


def test_a_deleted_file_is_gone_with_its_content(tmp_path: Path) -> None:
    with LocalServer(**in_folder(tmp_path)) as server, talking(server) as api:
        made, other = upload(api), upload(api)
        receipt = {"id": made["id"], "object": "file", "deleted": True}
        assert api.delete(f"/files/{made['id']}") == receipt
        for path in (f"/files/{made['id']}", f"/files/{made['id']}/content"):
            assert made["id"] in api.get(path, status=404)["error"]["message"]
        api.delete(f"/files/{made['id']}", status=404)
        assert [each["id"] for each in api.get("/files")["data"]] == [other["id"]]
    assert [each.name for each in (tmp_path / "files").iterdir()] == [other["id"]]


def test_files_survive_a_restart(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        made = upload(api, b"Hello")
    (tmp_path / "link").symlink_to(tmp_path / "s")
    with LocalServer(store=tmp_path / "link") as server, talking(server) as api:
        assert api.get("/files")["data"] == [made]
        content = api.http.get(f"/files/{made['id']}/content")
        assert content.content == b"Hello"


@pytest.mark.sqlite("in its own folder; elsewhere it may be that of others")
def test_what_a_crash_left_is_deleted_at_the_start(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "s") as server, talking(server) as api:
        made = upload(api, b"Hello")
    folder = tmp_path / "s.files"
    assert folder.stat().st_mode & 0o777 == 0o700
    orphan = f"file-{'a' * 24}"
    for name in ("abcd1234.part", orphan, "notes.txt", "file-short"):
        (folder / name).write_bytes(b"left")
    with LocalServer(store=tmp_path / "s") as server, talking(server):
        left = {each.name for each in folder.iterdir()}
    # What is not ours stays.
    assert left == {made["id"], "notes.txt", "file-short"}


def test_head_of_a_content_is_its_headers(api: Api) -> None:
    made = upload(api, b"Hello", "a.txt")
    response = api.http.head(f"/files/{made['id']}/content")
    assert (response.status_code, response.content) == (200, b"")
    assert response.headers["content-length"] == "5"


def test_content_that_somebody_deleted_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with LocalServer(**in_folder(tmp_path)) as server, talking(server) as api:
        made = upload(api, b"Hello")
        (tmp_path / "files" / made["id"]).unlink()
        error = refused(api.http.get(f"/files/{made['id']}/content"), 500)
    assert "can't be read: No such file" in error["message"]
    caplog.clear()


@pytest.mark.sqlite("no database is in memory")
def test_a_server_in_memory_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with LocalServer() as server, talking(server) as api:
        assert [*tmp_path.iterdir()] == []
        upload(api, b"Hello")
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o777 == 0o700
    assert [*tmp_path.iterdir()] == []


def test_what_a_killed_server_in_memory_left_goes_with_the_next(tmp_path: Path) -> None:
    # Of others, without a lock or with a link in its place.
    for name in ("assistants-server-of-others", "something-else"):
        (tmp_path / name).mkdir()
    others = {*tmp_path.iterdir()}
    environment = {"TMPDIR": str(tmp_path)}
    with (
        Program(env=environment) as lives,
        Program(env=environment) as killed,
        Program(env=environment) as later,
    ):
        kept = upload(lives.api, b"kept")["id"]
        upload(killed.api, b"left")
        assert len({*tmp_path.iterdir()} - others) == 2
        killed.kill()
        upload(later.api, b"new")
        assert len({*tmp_path.iterdir()} - others) == 2
        assert lives.http.get(f"/files/{kept}/content").content == b"kept"
        lives.send(signal.SIGINT)
        later.send(signal.SIGTERM)
    assert {*tmp_path.iterdir()} == others


def test_files_expire(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expiry = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    with LocalServer(**in_folder(tmp_path)) as server, talking(server) as api:
        stays, made = upload(api), upload(api, **expiry)
        assert made["expires_at"] == made["created_at"] + 3600
        store = api.post("/vector_stores", {"file_ids": [made["id"]]})["id"]
        move_clock(monkeypatch, 3590)
        assert len(api.get("/files")["data"]) == 2
        move_clock(monkeypatch, 3601)
        assert [each["id"] for each in api.get("/files")["data"]] == [stays["id"]]
        api.get(f"/files/{made['id']}", status=404)
        assert api.get(f"/vector_stores/{store}")["file_counts"]["total"] == 0
    names = {each.name for each in (tmp_path / "files").iterdir()}
    assert made["id"] not in names


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"purpose": "assistant"}, "purpose"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "assistants_output"}, "purpose"),
        ({"expires_after[seconds]": "3600"}, "expires_after.anchor"),
        (
            {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3599"},
            "expires_after.seconds",
        ),
        (
            {
                "expires_after[anchor]": "created_at",
                "expires_after[seconds]": "2592001",
            },
            "expires_after.seconds",
        ),
        (
            {"expires_after[anchor]": "created_at", "expires_after[seconds]": "soon"},
            "expires_after.seconds",
        ),
        ({"expires_after": "tomorrow"}, "expires_after"),
        ({"colour": "blue"}, "colour"),
        ({"expires_after[colour]": "blue"}, None),
    ],
    ids=range(10),
)
def test_wrong_fields_are_refused(api: Api, fields: Any, param: str | None) -> None:
    before = api.get("/files")["data"]
    data = {"purpose": "assistants", **fields}
    response = api.http.post("/files", files={"file": ("a.txt", b"x")}, data=data)
    error = refused(response, 400)
    assert param is None or error["param"] == param
    assert api.get("/files")["data"] == before


def test_expiry_may_be_sent_as_json(api: Api) -> None:
    made = upload(api, expires_after='{"anchor": "created_at", "seconds": 7200}')
    assert made["expires_at"] == made["created_at"] + 7200


def test_an_upload_is_made_once_by_its_key(tmp_path: Path) -> None:
    with LocalServer(**in_folder(tmp_path)) as server, talking(server) as api:

        def post(content: bytes) -> Any:
            return api.http.post(
                "/files",
                files={"file": ("a.txt", content)},
                data={"purpose": "vision"},
                headers={"idempotency-key": "k"},
            )

        first, again = post(b"one"), post(b"one")
        assert again.json() == first.json()
        assert again.headers["idempotent-replayed"] == "true"
        assert refused(post(b"two"), 422)["code"] == "idempotency_key_reused"
        assert len(api.get("/files")["data"]) == 1
        content = api.http.get(f"/files/{first.json()['id']}/content")
        assert content.content == b"one"
        # What was sent in vain takes no room.
        assert len([*(tmp_path / "files").iterdir()]) == 1
