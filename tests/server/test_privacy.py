"""What the server keeps: for its owner alone, and nothing of what was deleted."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from assistants_server import LocalServer
from tests.server.api import Api, talking, until
from tests.server.shelf import upload

if TYPE_CHECKING:
    from pathlib import Path

# A word whose stem is the word.
SECRET = "xyzzyplugh"
# vacuous: it is for other systems
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")


def kept(folder: Path) -> list[Path]:
    """Return all files that the server keeps."""
    return [each for each in folder.rglob("*") if each.is_file()]


def has_secret(folder: Path) -> list[str]:
    """Return the names of the files in which the secret is."""
    found = [each for each in kept(folder) if SECRET.encode() in content(each)]
    return sorted(each.name for each in found)


def content(file: Path) -> bytes:
    """Return what is in a file; nothing, if it was deleted meanwhile."""
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(each.stat().st_mode) for each in kept(folder)}


def add_file(api: Api) -> tuple[str, str]:
    """Upload a file with the secret, and have it indexed."""
    sent = {"file": ("a.txt", f"The word is {SECRET}.".encode())}
    made = api.http.post("/files", files=sent, data={"purpose": "assistants"}).json()
    store = api.post("/vector_stores", {"file_ids": [made["id"]]})["id"]
    path = f"/vector_stores/{store}/files/{made['id']}"
    until(lambda: api.get(path)["status"] == "completed", "the index")
    return made["id"], store


@pytest.mark.sqlite(
    "modes of the store's files; a database has those of its own server"
)
def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        with (
            LocalServer(store=tmp_path / "state.db") as server,
            talking(server) as api,
        ):
            api.thread(SECRET)
            add_file(api)
            assert len(kept(tmp_path)) >= 4
            assert modes(tmp_path) == {0o600}
            folder = tmp_path / "state.db.files"
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        os.umask(old)


@pytest.mark.sqlite(
    "modes of the store's files; a database has those of its own server"
)
def test_what_others_could_read_they_can_no_more(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        add_file(api)
    for each in (*kept(tmp_path), tmp_path / "state.db.files"):
        each.chmod(0o755)
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        add_file(api)
        assert {0o600} >= modes(tmp_path) - {0o755}
        for name in ("state.db", "state.db-wal", "state.db.files/index.db"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
        folder = tmp_path / "state.db.files"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_of_somebody_else_keeps_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    with (
        LocalServer(store=tmp_path / "state.db", files=str(folder)) as server,
        talking(server) as api,
    ):
        add_file(api)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
        assert modes(folder) == {0o600}


@pytest.mark.sqlite("a database overwrites nothing before its next vacuum")
def test_what_is_deleted_is_gone_from_the_store(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        key = {"idempotency-key": "one"}
        said = {"role": "user", "content": SECRET}
        thread = api.thread("Hi")
        path = f"/threads/{thread}/messages"
        one = api.http.post(path, json=said, headers=key).json()["id"]
        assert has_secret(tmp_path)
        api.delete(f"{path}/{one}")
        assert has_secret(tmp_path) == []

        other, assistant = api.thread(SECRET), api.assistant(instructions=SECRET)
        api.run(other, assistant)
        api.http.post(f"/threads/{other}/messages", json=said, headers={**key})
        assert has_secret(tmp_path)
        api.delete(f"/threads/{other}")
        api.delete(f"/assistants/{assistant}")
        assert has_secret(tmp_path) == []
    assert has_secret(tmp_path) == []


@pytest.mark.sqlite("a database overwrites nothing before its next vacuum")
@pytest.mark.parametrize("whole", [True, False])
def test_attributes_go_with_their_file(tmp_path: Path, *, whole: bool) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        file, store = (
            upload(api, b"The tide.")["id"],
            api.post("/vector_stores", {})["id"],
        )
        path = f"/vector_stores/{store}/files"
        api.post(path, {"file_id": file, "attributes": {"word": SECRET}})
        assert has_secret(tmp_path)
        api.delete(f"/vector_stores/{store}" if whole else f"{path}/{file}")
        until(lambda: has_secret(tmp_path) == [], "the secret to go")


@pytest.mark.sqlite("a database overwrites nothing before its next vacuum")
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_deleted_is_gone_from_the_index(tmp_path: Path, *, whole: bool) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        file, store = add_file(api)
        other = {"file": ("b.txt", b"Some other text.")}
        sent = {"purpose": "assistants"}
        made = api.http.post("/files", files=other, data=sent).json()["id"]
        api.post(f"/vector_stores/{store}/files", {"file_id": made})
        path = f"/vector_stores/{store}/files/{made}"
        until(lambda: api.get(path)["status"] == "completed", "the index")
        assert "index.db" in "".join(has_secret(tmp_path))
        api.delete(f"/files/{file}")
        if whole:
            api.delete(f"/vector_stores/{store}")
        until(lambda: has_secret(tmp_path) == [], "the secret to go")
        if not whole:
            found = api.post(f"/vector_stores/{store}/search", {"query": "other text"})
            assert [each["file_id"] for each in found["data"]] == [made]
