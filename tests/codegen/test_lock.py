"""The lock of a package: the same for the same files, in whatever order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codegen import lock
from codegen.lock import (
    FORMATTED,
    LOCK,
    drift,
    hash_of,
    hash_of_json,
    hashes,
    read_lock,
    tie,
    write_lock,
)

if TYPE_CHECKING:
    from pathlib import Path


def filled(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return folder


def test_it_is_in_order_whatever_the_folder_is_listed_in(tmp_path: Path) -> None:
    names = ("b.py", "a/c.py", "a.py", "B.py")
    filled(tmp_path, *names)
    raw = {name: hash_of(name.encode()) for name in names}
    write_lock(tmp_path, {"spec": "s", "overlay": "o"}, raw, {})
    text = (tmp_path / LOCK).read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    found = read_lock(tmp_path)
    assert found["files"] == raw
    assert found[FORMATTED] == {name: tie(raw[name], raw[name]) for name in names}


def test_a_tie_is_one_of_both() -> None:
    assert len({tie(*each) for each in ("aa", "ab", "ba")}) == 3
    assert tie("a", "b") == tie("a", "b")


def test_caches_builds_within_and_links_to_folders_are_no_files(tmp_path: Path) -> None:
    filled(tmp_path, LOCK, "a.py", "b/c.py", "__pycache__/a.pyc", "b/__pycache__/x")
    filled(tmp_path, f"nested/{LOCK}", "nested/d.py", f"b/e/{LOCK}")
    (tmp_path / "b" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "f.py").symlink_to(tmp_path / "a.py")
    found = hashes(tmp_path, {"a.py": "known"})
    assert found == {
        "a.py": "known",
        "b/c.py": hash_of(b"b/c.py"),
        f"b/e/{LOCK}": hash_of(f"b/e/{LOCK}".encode()),
        "f.py": hash_of(b"a.py"),
    }


def test_methods_of_the_client_are_part_of_what_is_compared(tmp_path: Path) -> None:
    filled(tmp_path, "a.py")
    write_lock(tmp_path, {"methods": {"same.py": "1", "threads.py": "2"}}, {}, {})
    wanted = read_lock(tmp_path)
    same: dict[str, str] = {"same.py": "1", "threads.py": "2"}
    assert drift(wanted, tmp_path, same) == []
    edited = drift(wanted, tmp_path, {"threads.py": "3", "more.py": "4"})
    assert edited == [
        "edited by hand: all inputs are as they were",
        "should not be there: assistants_client/more.py",
        "missing: assistants_client/same.py",
        "differs: assistants_client/threads.py",
    ]


def test_causes_are_named_before_files(tmp_path: Path) -> None:
    filled(tmp_path, "a.py")
    before = {"spec": "1", "settings": {"name": "x"}, "tools": {"ruff": "1"}}
    write_lock(tmp_path, before, {}, {})
    wanted: dict[str, Any] = {
        **read_lock(tmp_path),
        "spec": "2",
        "tools": {"ruff": "2", "jinja2": "3"},
    }
    assert drift(wanted, tmp_path, {}) == [
        "the document has changed (spec)",
        "tool versions have changed: ruff is 2, was 1",
        "tool versions have changed: jinja2 is 3, was nothing",
    ]


def test_what_writes_nothing_has_no_say_in_it(tmp_path: Path) -> None:
    one = filled(tmp_path / "one", "plan/a.py", "b.py", "diff/c.py", "__main__.py")
    other = filled(tmp_path / "longer" / "two", "plan/a.py", "b.py", "vendor/d.py")
    assert lock._sources(one) == lock._sources(other)
    assert {*lock._sources(one)} == {"plan/a.py", "b.py"}
    assert hash_of_json({"a": 1, "b": 2}) == hash_of_json({"b": 2, "a": 1})
