"""The commands on archives: what they print, how they end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from assistants_archive import unit_path
from tests.archive.alterations import copied
from tests.cli.invocation import Done, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.archive.shop import Shop


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "a")


def _export(shop: Shop, *words: str) -> Done:
    return run("export", *words, url=shop.server.url)


def test_export_and_verify(shop: Shop, folder: str) -> None:
    done = _export(shop, folder)
    assert done.code == 0
    assert done.err == ""
    assert "1 assistant, 3 threads, 4 messages, 2 runs, 3 steps" in done.out
    again = _export(shop, folder)
    assert "is complete since" in again.out
    verified = run("verify", folder)
    assert verified.code == 0
    assert f"{folder} is sound: 1 assistant" in verified.out
    (found,) = run("verify", folder, "--json").objects
    assert found["sound"] is True
    assert found["counts"]["thread"] == 3


def test_what_is_missing_is_said(shop: Shop, folder: str) -> None:
    done = _export(shop, folder, "--only-named", "--thread", "thread_gone")
    assert done.code == 6
    assert "thread thread_gone, object: GET /threads/thread_gone" in done.err
    assert "The server has none of it, so it is not tried again." in done.err
    assert "Some of it could not be exported" in run("verify", folder).err


def test_threads_from_stdin(shop: Shop, folder: str) -> None:
    words = ("export", folder, "--only-named", "--threads-from", "-", "--json")
    given = "\n".join(shop.threads[:2])
    (found,) = run(*words, url=shop.server.url, given=given).objects
    assert found["counts"]["thread"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only-named",), "--only-named needs --thread"),
        (("--batch", "vs_1"), "expected the ids of vector store and batch"),
        (("--threads-from", "nothere"), "--threads-from nothere: No such file"),
        (("--thread", ""), "'' is not an id"),
        (("--jobs", "0"), "--jobs"),
    ],
)
def test_wrong_use(shop: Shop, folder: str, words: tuple[str, ...], said: str) -> None:
    done = _export(shop, folder, *words)
    assert done.code == 2
    assert said in done.err


def test_a_folder_of_something_else(shop: Shop, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    for folder in (tmp_path, archive):
        done = _export(shop, str(folder), "--only-named", "--thread", "thread_1")
        assert done.code == 2
        assert "name a" in done.err
    assert run("verify", str(tmp_path)).code == 2


def test_a_server_that_is_down(folder: str) -> None:
    words = ("export", folder, "--max-retries", "0")
    done = run(*words, url="http://127.0.0.1:9/v1")
    assert done.code == 1
    assert "run the same command again to go on" in done.err
    unfinished = run("verify", folder)
    assert unfinished.code == 2
    assert "has not ended" in unfinished.err


def test_a_folder_that_can_not_be_written(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = _export(shop, str(tmp_path / "file" / "a"))
    assert done.code == 1
    assert "Not a directory" in done.err
    assert "again" not in done.err


def test_a_file_is_no_folder(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = _export(shop, str(tmp_path / "file"))
    assert (done.code, "is not a folder" in done.err) == (2, True)


def test_threads_are_named_in_text(shop: Shop, folder: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff")
    done = _export(shop, folder, "--threads-from", str(tmp_path / "file"))
    assert done.code == 2
    assert done.err.endswith("file: it is not UTF-8 text\n")


def test_a_damaged_archive(archive: Path, tmp_path: Path) -> None:
    folder = copied(archive, tmp_path / "b")
    for path in folder.glob("threads/*"):
        path.write_bytes(b"")
    done = run("verify", str(folder))
    assert done.code == 1
    assert "is damaged" in done.out
    assert done.out.count("has not the length") > 3
    imported = run("import", str(folder), "--store", str(tmp_path / "store.db"))
    assert imported.code == 2
    assert "nothing is imported" in imported.err


def test_import_into_a_store(archive: Path, tmp_path: Path) -> None:
    words = ("import", str(archive), "--store", str(tmp_path / "store.db"))
    assert "would be imported" in run(*words, "--dry-run").out
    done = run(*words)
    assert done.code == 0
    assert "3 threads" in done.out.splitlines()[0]
    (again,) = run(*words, "--json").objects
    assert again["counts"].keys() == {"unchanged"}


def test_import_into_conversations(shop: Shop, archive: Path) -> None:
    words = ("import", str(archive), "--conversations")
    done = run(*words, "--dry-run")
    assert done.code == 0
    assert "3 threads would go into conversations, with 4 items in all" in done.out
    assert "calls of tools" in done.err
    (found,) = run(*words, "--dry-run", "--json").objects
    assert found["lost"]["runs"] == 2
    here = run(*words, url=shop.server.url)
    assert here.code == 2
    assert "has no conversations" in here.err


@pytest.mark.parametrize("words", [(), ("--store", "a.db", "--conversations")])
def test_one_place_to_import_to(archive: Path, words: tuple[str, ...]) -> None:
    done = run("import", str(archive), *words)
    assert done.code == 2
    assert "either --store FILE or --conversations" in done.err


def test_what_comes_from_a_server_is_shown_harmlessly(
    archive: Path, tmp_path: Path
) -> None:
    folder = copied(archive, tmp_path / "b")
    lines = {"path": "\x1b[31m", "bytes": 0, "sha256": ""}
    evil = {"unit": "thread", "id": "\x1b[31m", "lines": lines}
    (folder / "contents.ndjson").write_text(json.dumps(evil) + "\n")
    done = run("verify", str(folder))
    assert done.code == 1
    assert "\x1b" not in done.out
    assert unit_path("thread", "\x1b[31m").isprintable()
