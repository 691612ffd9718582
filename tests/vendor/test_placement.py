"""Copies are written whole or not at all, the same each time, over no one's work."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen.errors import BuildError
from codegen.paths import GENERATED
from codegen.vendor import copy as making
from codegen.vendor import manifest, vendored
from codegen.vendor.copy import Copy, Options, write
from codegen.vendor.manifest import Project
from tests.cases import some
from tests.codegen.specs import put_tree, tree
from tests.vendor.projects import ROOT, stamp_of, vendor

if TYPE_CHECKING:
    from collections.abc import Callable


def test_two_copies_are_the_same_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for options in ([], ["--with-client", "--name", "threads_api"]):
        here, there = (
            tmp_path / f"here{len(options)}",
            tmp_path / f"there{len(options)}",
        )
        monkeypatch.chdir(ROOT)
        before = os.umask(0o077)
        try:
            assert vendor(here, *options).code == 0
        finally:
            os.umask(before)
        there.mkdir()
        monkeypatch.chdir(there)
        assert vendor(".", *options).code == 0
        assert tree(here) == tree(there)
        assert {path.parts[0] for path in map(Path, tree(here))} == {
            "threads_api" if options else "assistants_api"
        }
        for path in here.rglob("*"):
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644)
        text = b"\n".join(tree(here).values())
        assert str(ROOT).encode() not in text
        assert str(tmp_path).encode() not in text


def test_no_name_of_a_folder_is_more_than_a_name(tmp_path: Path) -> None:
    for name in ("a[/b]", "[red]c", "d\x1b[31m\n", "it's here"):
        done = vendor(tmp_path / name)
        assert done.code == 0, done
        assert "\x1b" not in done.out
        line = done.out.splitlines()[-1]
        assert line.startswith("check it where it is: python ")
        if name.isprintable():
            # It can be run as it stands.
            *_, path = shlex.split(line)
            assert Path(path) == tmp_path / name / "assistants_api" / "vendored.py"


def test_the_stamp_says_all_that_a_reader_needs(tmp_path: Path) -> None:
    done = vendor(tmp_path, "--with-client", "--name", "threads_api")
    copy = tmp_path / "threads_api"
    stamp = stamp_of(copy)
    files = {n: text for n, text in tree(copy).items() if n != vendored.STAMP}
    assert stamp["files"] == {n: vendored.digest(text) for n, text in files.items()}
    assert list(stamp["files"]) == sorted(files)
    assert stamp["project"] == "assistants-client"
    version = (ROOT / "assistants_client" / "_version.py").read_text("utf-8")
    assert f'"{stamp["version"]}"' in version
    assert stamp["licence"] == "MIT"
    for name in some(stamp["licence_files"]):
        assert (copy / name).read_bytes() == (ROOT / name).read_bytes()
    lock = json.loads((GENERATED / "codegen.lock").read_text("utf-8"))
    assert stamp["document"]["sha256"] == lock["spec"]
    assert stamp["options"]["with_client"] is True
    assert "--with-client" in stamp["command"]
    assert stamp["python"] == ">=3.11"
    needed = {re.split("[<>=]", each)[0] for each in stamp["dependencies"]}
    assert needed == {
        *("attrs", "docstring-parser", "httpx", "msgspec", "python-dateutil"),
    }
    assert all(each in done.out for each in some(stamp["dependencies"]))
    assert "vendored.py" in " ".join(stamp["about"])

    plain = making.make(Options("threads_api")).stamp
    needed = {re.split("[<>=]", each)[0] for each in plain["dependencies"]}
    assert needed == {"attrs", "httpx", "python-dateutil"}


WHO = ("AUTHOR", "COMMITTER")


def test_the_commit_is_that_of_git_where_git_knows_it(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        keys = (f"GIT_{who}_{what}" for who in WHO for what in ("NAME", "EMAIL"))
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        return subprocess.run(
            ["git", "-C", tmp_path, *arguments],
            env={**os.environ, **settings, **dict.fromkeys(keys, "x")},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    assert manifest.commit(tmp_path / "none") is None
    assert manifest.commit(tmp_path) is None
    git("init", "--quiet")
    assert manifest.commit(tmp_path) is None, "nothing is committed yet"
    git("commit", "--quiet", "--allow-empty", "--message=x")
    commit = git("rev-parse", "HEAD")
    assert manifest.commit(tmp_path) == {"commit": commit, "modified": False}
    (tmp_path / "elsewhere").touch()
    assert manifest.commit(tmp_path) == {"commit": commit, "modified": False}
    (tmp_path / "LICENSE").touch()
    assert manifest.commit(tmp_path) == {"commit": commit, "modified": True}
    (tmp_path / "unpacked").mkdir()
    assert manifest.commit(tmp_path / "unpacked") is None


# --- Over an earlier one -----------------------------------------------------------


def test_an_update_leaves_nothing_of_the_older_one(
    newer_build: Path, tmp_path: Path
) -> None:
    assert vendor(tmp_path, "--generated", newer_build).code == 0
    copy = tmp_path / "assistants_api"
    assert (copy / "models" / "mood.py").is_file()
    done = vendor("--check", tmp_path)
    assert done.code == 0
    assert "whether it is outdated is unknown" in done.out
    assert vendor("--check", tmp_path, "--generated", newer_build).code == 0

    done = vendor(tmp_path, "--format", "json")
    found = json.loads(done.out)
    assert found["deleted"] == ["models/mood.py"]
    assert "models/assistant_object.py" in found["changed"]
    assert found["added"] == []
    assert found["stamp"] == stamp_of(copy)
    assert not (copy / "models" / "mood.py").exists()
    assert vendor("--check", tmp_path).code == 0
    assert "0 files added, 0 changed, 0 deleted" in vendor(tmp_path).out


MAKING = ("built", "verify")
STEPS: list[tuple[Any, str]] = [
    (making, step) for step in (*MAKING, "scratch_folder", "_fill", "replace_folder")
]


def test_a_fault_at_any_step_leaves_the_old_copy_or_the_new_one(tmp_path: Path) -> None:
    small = {text: _small(text) for text in ("old", "new")}
    old, new = (_tree_of(tmp_path / text, copy) for text, copy in small.items())
    wrong = []
    faults = [(step, when) for step in STEPS for when in ("before", "after")]
    faults += [((Path, "write_bytes"), "in the middle")]
    for number, (step, when) in enumerate(faults):
        for present in (old, {}):
            dest = tmp_path / f"{number}_{len(present)}" / "deep"
            put_tree(present, dest)
            with pytest.MonkeyPatch.context() as patch:
                if step[1] not in MAKING:
                    patch.setattr(making, "make", lambda _: small["new"])
                patch.setattr(*step, _fault(getattr(*step), when))
                with pytest.raises((KeyboardInterrupt, OSError)):
                    write(dest, Options("copied"))
            replaced = when == "after" and step[1] == "replace_folder"
            wanted = new if replaced else present
            if tree(dest) != wanted:
                wrong.append(f"{step[1]} {when}, over {len(present)}: other files")
            if not wanted and dest.parent.exists():
                wrong.append(f"{step[1]} {when}: a folder is left")
            if wanted and [path.name for path in dest.iterdir()] != ["copied"]:
                wrong.append(f"{step[1]} {when}: litter")
    assert not wrong, "\n".join(wrong)


def _small(text: str) -> Copy:
    files = {f"p/{text}.py": text.encode(), "a.py": text.encode(), "b.py": b""}
    digests = {name: vendored.digest(content) for name, content in files.items()}
    stamp = {"format": 1, "options": {"with_client": False}, "files": digests}
    return Copy(files, stamp)


def _tree_of(dest: Path, copy: Copy) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "make", lambda _: copy)
        write(dest, Options("copied"))
    return tree(dest)


def _fault(original: Callable[..., Any], when: str) -> Callable[..., Any]:
    count = 0

    def fault(*arguments: Any, **options: Any) -> Any:
        nonlocal count
        count += 1
        if when == "before" or count == 3:
            raise OSError(errno.ENOSPC, "No space left on device")
        found = original(*arguments, **options)
        if when == "after":
            raise KeyboardInterrupt
        return found

    return fault


def test_a_build_has_a_name_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be a word that the client uses; and it must have what the client needs."""
    whole = manifest.built(GENERATED).files
    part = {name: content for name, content in whole.items() if "run" not in name}
    options = Options("copied", with_client=True, generated=tmp_path)
    for files in (whole, part):
        build = manifest.Built(files, {"version": "1", "sha256": "x"})
        monkeypatch.setattr(making, "built", lambda _, build=build: build)
        if files is whole:
            copy = making.make(options)
            assert b"a client of copied was" in copy.files["_transport/pool.py"]
    with pytest.raises(BuildError, match="build more of it"):
        making.make(options)


def test_what_the_copy_imports_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "verify", lambda *_: ({"pandas"}, set()))
    with pytest.raises(BuildError, match=r"imports pandas, which pyproject.toml"):
        making.make(Options("copied"))


def test_what_generated_code_imports_is_needed_even_where_it_is_an_extra() -> None:
    own = Project("p", "1", "MIT", ">=3.11", ("httpx>=0.27",), ("httpx2>=2.12",))
    both = ["httpx", "httpx2"]
    assert own.needs(both) == (["httpx>=0.27"], ["httpx2>=2.12"])
    assert own.needs(both, {"httpx2"}) == (["httpx2>=2.12", "httpx>=0.27"], [])
