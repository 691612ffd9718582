"""Servers and archives that are out to harm: all stays in its place."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from assistants_archive import (
    Archive,
    ArchiveError,
    Folder,
    LineError,
    content_path,
    lines_of,
    unit_path,
    verify,
)
from assistants_cli.archive import Export, Selection
from assistants_client import Client
from assistants_server.archive import import_into
from harness.scripted_server import Response, ScriptedServer
from tests.archive.alterations import copied
from tests.archive.shop import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from harness.scripted_server import Request

IDS = (
    *("../../etc/passwd", "..", ".", "/etc/passwd", "a/../../b", "..\\..\\a", "C:\\a"),
    *(
        "a\0b",
        "a\nb",
        "CON",
        "nul.txt",
        "~",
        "$(id)",
        "%2e%2e%2f",
        "\u202egpj",
        "ä" * 99,
    ),
    *("-rf", "a" * 5000, ".ssh", "\ud800", "x:y", "*", " "),
)


@pytest.mark.parametrize("id", IDS)
def test_no_id_leads_out_of_the_folder(tmp_path: Path, id: str) -> None:
    for path in (unit_path("thread", id), content_path(id)):
        assert (tmp_path / path).resolve().parent.parent == tmp_path.resolve()
        assert path.isascii()
        assert path.isprintable()
        assert len(path) < 100


def test_no_two_ids_share_a_name() -> None:
    ids = [*IDS, "thread_a", "thread_A", "thread/a", "thread?a"]
    names = {unit_path("thread", each).lower() for each in ids}
    assert len(names) == len(ids)


def test_a_server_with_hostile_ids_and_names(tmp_path: Path) -> None:
    hostile = [each for each in IDS if each.strip(".")]

    def answer(request: Request) -> Response:
        if request.path == "/v1/files":
            names = [{"id": each, "object": "file"} for each in hostile]
            return Response.of({"data": names, "has_more": False})
        if request.path.startswith("/v1/files/"):
            if request.path.endswith("/content"):
                return Response(200, b"evil")
            asked = request.path.removeprefix("/v1/files/")
            (found,) = (each for each in hostile if _quoted(each) == asked)
            return Response.of({"id": found, "filename": "../../../evil"})
        return Response.of({"data": []})

    with (
        ScriptedServer(answer) as server,
        Client(base_url=f"{server.url}/v1", api_key=KEY) as client,
    ):
        folder = tmp_path / "in" / "a"
        outcome = Export(client, folder, Selection(), jobs=1).run()
    assert [*tmp_path.iterdir()] == [tmp_path / "in"]
    assert [*(tmp_path / "in").iterdir()] == [tmp_path / "in" / "a"]
    assert {path.name for path in (tmp_path / "in" / "a").iterdir()} == {
        *("assistants", "threads", "vector_stores", "files", "manifest.json"),
        *("contents.ndjson", "errors.ndjson", "journal.ndjson"),
    }
    # One is no text, so nobody can ask for it.
    assert len([*tmp_path.glob("in/a/files/*.content")]) == len(hostile) - 1
    assert outcome.problems[0].message == "an item has no id that is text"


def _quoted(id: str) -> str:
    return quote(id, safe="", errors="replace")


@pytest.mark.parametrize("name", ["threads", "journal.ndjson", "manifest.json.part"])
def test_links_in_the_folder_are_not_followed(
    shop: Any, tmp_path: Path, name: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    victim = outside / "victim"
    victim.write_text("mine")
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / name).symlink_to(outside if name == "threads" else victim)
    if name == "manifest.json.part":
        # It is one that our own export would have begun to write.
        shop.export(folder)
    else:
        with pytest.raises(ArchiveError, match=r"link|other files"):
            shop.export(folder)
    assert [*outside.iterdir()] == [victim]
    assert victim.read_text() == "mine"


@pytest.mark.parametrize("place", ["threads/*.ndjson", "files/*.content", "manifest.*"])
def test_links_are_not_read(archive: Path, tmp_path: Path, place: str) -> None:
    folder = copied(archive, tmp_path / "a")
    (path, *_) = sorted(folder.glob(place))
    moved = tmp_path / "moved"
    path.rename(moved)
    path.symlink_to(moved)
    try:
        damages = verify(folder).damages
    except ArchiveError as error:
        damages = [str(error)]
    assert any("is a link" in each for each in damages)
    with pytest.raises(ArchiveError, match="is a link"):
        import_into(tmp_path / "store.db", folder)


@pytest.mark.parametrize("is_link", [True, False])
def test_no_room_leads_elsewhere(
    shop: Any, archive: Path, tmp_path: Path, *, is_link: bool
) -> None:
    outside, new = tmp_path / "outside", tmp_path / "new"
    folder = copied(archive, tmp_path / "a")
    (folder / "threads").rename(outside)
    empty = tmp_path / "empty"
    empty.mkdir()
    new.mkdir()
    for room, target in ((folder / "threads", outside), (new / "threads", empty)):
        if is_link:
            room.symlink_to(target)
        else:
            room.write_text("")
    for read in (Archive, verify, lambda path: import_into(tmp_path / "s.db", path)):
        with pytest.raises(ArchiveError, match="is not a folder, but a link or a file"):
            read(folder)
    with pytest.raises(ArchiveError, match=r"is not a folder, but a link|other files"):
        shop.export(new)
    assert not [*empty.iterdir()]


def test_what_is_no_folder_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    for path in (tmp_path / "a", tmp_path / "none"):
        with pytest.raises(ArchiveError, match=r"is not a folder$"):
            Archive(path)


def test_a_pipe_in_the_place_of_a_file_holds_nobody_up(
    archive: Path, tmp_path: Path
) -> None:
    folder = copied(archive, tmp_path / "a")
    (path, *_) = sorted(folder.glob("threads/*"))
    path.unlink()
    os.mkfifo(path)
    assert "is not a file" in verify(folder).damages[0]


@pytest.mark.parametrize(
    ("name", "change", "damage"),
    [
        ("threads/*", lambda text: text[:-5], "has not the length"),
        ("threads/*", lambda text: b"x" + text[1:], "its hash is another one"),
        ("files/*.content", lambda text: b"X" * len(text), "its hash is another one"),
        (
            "contents.ndjson",
            lambda text: text[:-9],
            "contents.ndjson has not the length",
        ),
    ],
)
def test_what_was_changed_is_found(
    archive: Path, tmp_path: Path, name: str, change: Any, damage: str
) -> None:
    folder = copied(archive, tmp_path / "a")
    (path, *_) = sorted(folder.glob(name))
    path.write_bytes(change(path.read_bytes()))
    assert any(damage in each for each in verify(folder).damages)
    with pytest.raises(ArchiveError, match="so nothing is imported"):
        import_into(tmp_path / "store.db", folder)


def test_what_is_missing_or_too_much_is_found(archive: Path, tmp_path: Path) -> None:
    folder = copied(archive, tmp_path / "a")
    (path, *_) = sorted(folder.glob("threads/*"))
    (folder / "threads" / "more.ndjson").write_text("{}\n")
    assert "is in the folder, and not in the index" in verify(folder).damages[0]
    path.unlink()
    assert "is missing" in verify(folder).damages[0]


@pytest.mark.parametrize(
    "path",
    ["../../victim", "/etc/passwd", "files/../../victim", "threads/a.ndjson", "a\0b"],
)
def test_an_index_leads_nowhere_else(archive: Path, tmp_path: Path, path: str) -> None:
    folder = copied(archive, tmp_path / "a")
    stored = {"path": path, "bytes": 0, "sha256": ""}
    index = folder / "contents.ndjson"
    entry = {"unit": "file", "id": "file_1", "content": stored}
    index.write_text(json.dumps(entry) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["index"]["bytes"] = index.stat().st_size
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArchiveError, match="unexpected path"):
        list(Archive(folder).entries())
    assert not verify(folder).sound


def test_units_of_unknown_kinds_are_named(archive: Path, tmp_path: Path) -> None:
    folder = copied(archive, tmp_path / "a")
    (folder / "contents.ndjson").write_text('{"unit": "planet", "id": "earth"}\n')
    with pytest.raises(ArchiveError, match="a unit of an unknown kind: 'planet'"):
        list(Archive(folder).entries())
    assert any("unknown kind" in each for each in verify(folder).damages)


@pytest.mark.parametrize("missing", ["ended", "index"])
def test_an_export_that_has_not_ended_is_no_archive(
    archive: Path, tmp_path: Path, missing: str
) -> None:
    folder = copied(archive, tmp_path / "a")
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest[missing]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ArchiveError, match="has not ended: run the same"):
        Archive(folder)


def test_a_line_is_never_longer_in_memory_than_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(b'{"kind": "thread", "object": "' + b"x" * 5000 + b'"}\n')
    with path.open("rb") as file, pytest.raises(LineError, match="longer than 4000"):
        list(lines_of(file, longest=4000))


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"format": "zip"}',
        '{"format":"zip","version":1,"server":"","selection":{},"began":""}',
        '{"format":"assistants-archive","version":2,"server":"","selection":{},"began":""}',
    ],
)
def test_no_manifest_is_a_manifest_of_ours(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(
        ArchiveError, match=r"/manifest\.json(: the archive has version 2| is )"
    ):
        Archive(tmp_path)


def test_of_a_small_file_no_more_is_read_than_it_may_have(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    folder = Folder(tmp_path)
    assert folder.read("a", most=5) == b"12345"
    with pytest.raises(ArchiveError, match=r"a is larger than 4 bytes"):
        folder.read("a", most=4)
