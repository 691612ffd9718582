"""What no copy is written over, into, or under the name of."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from codegen.paths import GENERATED
from tests.codegen.specs import tree
from tests.vendor.projects import ROOT, vendor

NAMES = [
    *("", "a.b", "a-b", "1a", "a b", "a/b", "..", "../x", "/x", "é", "a\nb", "x" * 101),
    *("class", "None", "async", "__init__", "__main__", "__pycache__"),
    *("typing", "types", "json", "TYPING", "annotationlib", "sys", "_thread"),
    *("httpx", "attr", "attrs", "dateutil", "msgspec", "httpcore", "Anyio"),
    "docstring_parser",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_can_t_be_are_refused(tmp_path: Path, name: str) -> None:
    done = vendor(tmp_path / "new", f"--name={name}", "--with-client")
    assert done.code == 2
    assert "--name" in done.err
    assert [*tmp_path.iterdir()] == []


def test_places_that_can_t_be_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "full" / "assistants_api").mkdir(parents=True)
    (tmp_path / "full" / "assistants_api" / "own.py").write_text("x")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "assistants_api").write_text("x")
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside" / "assistants_api").symlink_to(tmp_path / "full")
    assert vendor(tmp_path / "earlier").code == 0
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "ours").symlink_to(GENERATED)
    before = tree(tmp_path)
    places = [
        (tmp_path / "file", "is no folder"),
        (tmp_path / "file" / "below", "is no folder"),
        (tmp_path / "full", "is no copy that could be replaced"),
        (tmp_path / "taken", "is no folder"),
        (tmp_path / "aside", "is a symbolic link"),
        (tmp_path / "earlier" / "assistants_api", "is a copy itself"),
        (tmp_path / "earlier" / "assistants_api" / "api" / "new", "is a copy itself"),
        (tmp_path / "loop", "loop"),
        (tmp_path / "ours", "within generated/"),
        (GENERATED, "within generated/"),
        (ROOT / "tests" / ".." / "assistants_client", "within assistants_client/"),
        (ROOT / "codegen" / "new" / "deep", "within codegen/"),
        (Path(os.devnull), "is no folder"),
        (tmp_path / ("x" * 300), "name too long"),
    ]
    taken = []
    for place, words in places:
        done = vendor(place)
        if done.code != 2 or words not in done.err.lower() or done.out:
            taken.append((place, done))
    assert taken == []
    assert tree(tmp_path) == before
    # Nor under the name of what is there.
    assert "no copy that could be" in vendor(ROOT, "--name", "tests").err
    assert "within assistants_client/" in vendor(ROOT, "--with-client").err


def test_a_folder_behind_a_link_is_taken(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert vendor(tmp_path / "link" / ".." / "link" / "new").code == 0
    assert (tmp_path / "real" / "new" / "assistants_api" / "NOTICE").is_file()


def test_an_edited_copy_is_left_alone(copy: Path) -> None:
    again = (copy.parent, "--name", "threads_api")
    (copy / "types.py").write_text("x = 1\n", "utf-8")
    (copy / "own.py").touch()
    (copy / "NOTICE").unlink()
    (copy / "__pycache__").mkdir(exist_ok=True)
    before = tree(copy.parent)
    done = vendor(*again)
    assert (done.code, done.out) == (2, "")
    for words in ("was changed", "modified: types.py", "foreign: own.py", "--force"):
        assert words in done.err
    assert "NOTICE" not in done.err
    assert tree(copy.parent) == before
    done = vendor(*again, "--force")
    assert done.code == 0
    for words in ("discarded", "modified: types.py", "foreign: own.py"):
        assert words in done.out
    assert "1 files added, 1 changed, 1 deleted" in done.out
    assert vendor("--check", copy).code == 0

    # What is only missing is nobody's work.
    (copy / "NOTICE").unlink()
    assert vendor(*again).code == 0
    assert vendor("--check", copy).code == 0


def test_options_of_a_copy_don_t_change_by_accident(copy: Path) -> None:
    again = (copy.parent, "--name", "threads_api")
    done = vendor(*again, "--with-client")
    assert done.code == 2
    assert "a copy without the client" in done.err
    assert "leave --with-client out" in done.err
    assert vendor(*again, "--with-client", "--force").code == 0
    done = vendor(*again)
    assert done.code == 2
    assert "give --with-client as well" in done.err


def test_a_build_that_was_edited_is_not_copied(
    newer_build: Path, tmp_path: Path
) -> None:
    edited = shutil.copytree(newer_build, tmp_path / "edited")
    lock = json.loads((edited / "codegen.lock").read_text("utf-8"))
    elsewhere = {**lock, "settings": {"package": ".."}}
    for damage, words in (
        (lambda: (edited / "codegen.lock").write_text(json.dumps(elsewhere)), "'..'"),
        (
            lambda: (edited / "assistants_api" / "types.py").write_text("x"),
            "as it was built",
        ),
        ((edited / "codegen.lock").unlink, "holds no build"),
    ):
        damage()
        done = vendor(tmp_path / "new", "--generated", edited)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
        assert not (tmp_path / "new").exists()
