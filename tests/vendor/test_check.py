"""Copies that were damaged: each kind of damage is told apart, and none is followed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.vendor import copy as making
from codegen.vendor import manifest, vendored
from codegen.vendor.check import check_copy
from tests.vendor.projects import Result, isolated, stamp_of, vendor

if TYPE_CHECKING:
    pass

FILES = ["LICENSE", "__init__.py", "a.py", "p/__init__.py", "p/b.py", "p/q/c.json"]
FOREIGN = ["new.py", "p/new.txt", "q/deep/new.py", ".hidden"]
UNCOUNTED = ["py.typed", "p/__pycache__/b.pyc", "__pycache__/x", "p/a.pyc", ".DS_Store"]
KINDS = ["modify", "delete", "rename", "line ends", "link", "pipe"]
Damage = st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(FILES)), max_size=4)


def content_of(name: str) -> bytes:
    return f"line of {name}\nand more\n".encode()


def put(folder: Path, name: str, content: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


@given(
    damage=Damage,
    added=st.lists(st.sampled_from(FOREIGN), max_size=2),
    uncounted=st.lists(st.sampled_from(UNCOUNTED), max_size=2),
)
def test_each_damage_is_told_apart(
    damage: list[tuple[str, str]], added: list[str], uncounted: list[str]
) -> None:
    modified, missing, foreign = set[str](), set[str](), {*added}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "copy"
        for name in FILES:
            put(folder, name, content_of(name))
        files = {name: vendored.digest(content_of(name)) for name in FILES}
        put(folder, vendored.STAMP, json.dumps({"format": 1, "files": files}).encode())
        for name in [*added, *uncounted]:
            put(folder, name, b"new")
        for kind, name in damage:
            if name in modified | missing:
                continue
            path = folder / name
            if kind == "line ends":
                path.write_bytes(content_of(name).replace(b"\n", b"\r\n"))
                continue
            (missing if kind in ("delete", "rename") else modified).add(name)
            if kind == "rename":
                path.rename(folder / f"{name}.old")
                foreign.add(f"{name}.old")
                continue
            path.unlink()
            if kind == "modify":
                path.write_bytes(content_of(name)[:-1])
            elif kind == "link":
                put(Path(scratch), "outside", content_of(name))
                path.symlink_to(Path(scratch) / "outside")
            elif kind == "pipe":
                os.mkfifo(path)
        stamp = vendored.read_stamp(folder)
        found = vendored.look(folder, stamp)
    wanted = [tuple(sorted(names)) for names in (modified, missing, foreign)]
    assert [*found] == wanted
    verdicts = ["modified"] * bool(modified | foreign) + ["incomplete"] * bool(missing)
    assert vendored.verdicts(found) == verdicts


def test_a_folder_that_became_a_link_is_not_followed(copy: Path) -> None:
    shutil.move(copy / "models", copy.parent / "elsewhere")
    (copy / "models").symlink_to(copy.parent / "elsewhere")
    found = vendored.look(copy, stamp_of(copy))
    assert found.modified == ()
    assert found.foreign == ("models",)
    assert all(name.startswith("models/") for name in found.missing)
    assert len(found.missing) > 100


# --- The command, and the check that is in the copy --------------------------------


def itself(copy: Path, *arguments: str) -> Result:
    """Start the check of a copy as anybody does, who has its types.py in the way."""
    done = subprocess.run(
        [sys.executable, "-ES", "-W", "error", copy / "vendored.py", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def test_the_copy_checks_itself_as_the_command_does(copy: Path) -> None:
    """Started as a file and as a module, with nothing but the standard library."""
    as_module = isolated("-m", "its.threads_api.vendored", paths=[copy.parent.parent])
    for done in (as_module, itself(copy)):
        assert done == (
            0,
            "threads_api, a copy of assistants-client 0.1.0, is as it was written\n",
            "",
        )
    assert vendor("--check", copy) == (0, "threads_api is as it should be\n", "")

    (copy / "types.py").write_text("x = 1\n", "utf-8")
    (copy / "NOTICE").unlink()
    (copy / "new\x1b.py").touch()
    lines = ["modified: types.py", "missing: NOTICE", r"foreign: 'new\x1b.py'"]
    verdict = "is modified and incomplete\n"
    done = itself(copy)
    summary = f"threads_api, a copy of assistants-client 0.1.0, {verdict}"
    assert (done.code, done.out, done.err) == (1, "\n".join([*lines, summary]), "")
    done = vendor("--check", copy.parent)
    lines = [f"threads_api: {line}" for line in [*lines, ""]]
    assert (done.code, done.err) == (1, "")
    assert done.out == "\n".join(lines)[: -len(": ")] + f" {verdict}"

    own = itself(copy, "--format", "json")
    others = vendor("--check", copy.parent, "--format", "json")
    wanted = {
        "name": "threads_api",
        "verdicts": ["modified", "incomplete"],
        "modified": ["types.py"],
        "missing": ["NOTICE"],
        "foreign": ["new\x1b.py"],
    }
    assert (own.code, json.loads(own.out)) == (1, wanted)
    more = {"outdated": [], "unknown": ""}
    assert (others.code, json.loads(others.out)) == (1, {"copies": [wanted | more]})

    (copy / vendored.STAMP).unlink()
    done = itself(copy)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: threads_api: there is no VENDORED.json")


def test_outdated_is_told_from_modified(
    copy: Path, newer_build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = check_copy(copy, newer_build)
    assert found.verdicts == ["outdated"]
    reasons = "\n".join(found.outdated)
    assert "the document: version 2.3.0 sha256 " in reasons
    assert "now version 9.0.0 sha256 " in reasons
    assert "new: models/mood.py" in reasons
    assert "changed: models/assistant_object.py" in reasons
    assert "the options: " in reasons

    original = manifest.project()
    later = type(original)(**{**vars(original), "version": "7.0.0"})
    monkeypatch.setattr(making, "project", lambda: later)
    done = vendor("--check", copy)
    assert (done.code, done.err) == (3, "")
    assert done.out == (
        "threads_api: outdated: the version: 0.1.0, now 7.0.0\n"
        "threads_api is outdated\n"
    )
    (copy / "LICENSE").unlink()
    done = vendor("--check", copy)
    assert done.code == 1
    assert "missing: LICENSE\n" in done.out
    assert done.out.endswith("threads_api is incomplete and outdated\n")


def test_where_it_comes_from_makes_no_copy_outdated(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = {"commit": "0" * 40, "modified": True}
    monkeypatch.setattr(making, "commit", lambda: other)
    assert vendor("--check", copy).code == 0


def test_several_copies_are_checked_at_once(copy: Path) -> None:
    shutil.copytree(copy, copy.parent / "other")
    (copy.parent / "other" / "NOTICE").unlink()
    done = vendor("--check", copy.parent)
    assert done.code == 1
    assert "threads_api is as it should be\n" in done.out
    assert "other: missing: NOTICE\nother is incomplete\n" in done.out
    assert vendor("--check", copy.parent, "--name", "threads_api").code == 0
    (copy.parent / "other" / vendored.STAMP).write_text("{}")
    done = vendor("--check", copy.parent)
    assert done.code == 2
    assert "threads_api is as it should be\n" in done.out
    assert "other can't be checked: " in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--check", "none"], "there is no folder none"),
        (["--check", ".", "--name", "x.y"], "'x.y' can't be the name"),
        (["--check", ".", "--name", "none"], "holds no copy"),
        (["--check", "."], "holds no copy"),
        (["--check", ".", "--force"], "--check takes neither"),
        (["--check", ".", "--with-client"], "--check takes neither"),
    ],
)
def test_what_can_t_be_checked_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = vendor(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
