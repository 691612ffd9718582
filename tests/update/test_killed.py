"""Stopped by signals, even by one that nobody hears of: nothing is half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from codegen import swap
from scripts.updating import tree
from scripts.updating.errors import UpdateError
from scripts.updating.options import DONE, INTERRUPTED
from scripts.updating.swapping import (
    FOLDER,
    JOURNAL,
    Progress,
    clean,
    prepare,
    put_in_place,
    recover,
)
from tests.codegen.specs import ROOT, TEXT, written
from tests.update.small import changed, properties

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.update.conftest import Repository

START = """
import pathlib, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from scripts.updating import __main__ as updating
from scripts.updating import making
updating.check_types = updating.check_imports = lambda _: []
making.build = lambda *_: making.Built(None, None, 0, [])
sys.exit(updating.main(sys.argv[2:], pathlib.Path(sys.argv[1])))
"""
# A test that takes for ever, and says which process it runs in.
SLEEPING = """
import os, pathlib, time

def test_long():
    place = pathlib.Path(os.environ["SLEEPING"])
    place.with_suffix(".new").write_text(str(os.getpid()))
    place.with_suffix(".new").rename(place)
    time.sleep(600)
"""
PATIENCE = 60


class KilledError(BaseException):
    """Nothing runs after it."""


def ready(repository: Repository) -> None:
    """Prepare an update of every file, those of the folder included."""
    clean(repository.root)
    folder = prepare(repository.root)
    for path in (folder / "new").rglob("*"):
        if path.is_file():
            path.write_bytes(b"new " + path.read_bytes())


def killed(repository: Repository, steps: int) -> bool:
    """Put files in place, killed after so many steps; tell whether it came to that."""
    done = 0

    def counting(original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal done
            if done == steps:
                raise KilledError
            done += 1
            return original(*arguments, **options)

        return step

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", counting(Path.replace))
        patch.setattr(Path, "unlink", counting(Path.unlink))
        patch.setattr(swap, "replace_folder", counting(swap.replace_folder))
        try:
            put_in_place(repository.root, Progress())
        except KilledError:
            return True
    return False


def now(repository: Repository) -> dict[str, bytes]:
    return {n: d for n, d in repository.files.items() if not n.startswith(FOLDER)}


def test_killed_anywhere_the_next_one_puts_the_old_files_back(
    repository: Repository,
) -> None:
    steps, told = 0, set()
    ready(repository)
    while killed(repository, steps):
        said = recover(repository.root)
        told.add(said)
        if said is None or "the old ones were put back" in said:
            assert now(repository) == repository.made
        else:
            # All but the journal was done.
            assert "in place already" in said
            assert all(now(repository)[n] != d for n, d in _rewritten(repository))
            tree.copy_rewritten(repository.root / FOLDER / "old", repository.root)
        assert not (repository.root / FOLDER / JOURNAL).exists()
        ready(repository)
        steps += 1
    assert steps == 2 + len(tree.REWRITTEN), "the journal comes and goes"
    assert len(told) == 3


def _rewritten(repository: Repository) -> list[tuple[str, bytes]]:
    return [(n, d) for n, d in repository.made.items() if n.startswith(tree.REWRITTEN)]


def test_killed_and_then_edited_nothing_is_overwritten(repository: Repository) -> None:
    ready(repository)
    assert killed(repository, 3)
    edited = repository.root / tree.CHANGELOG
    edited.write_text("Edited since.\n", encoding="utf-8")
    before = repository.files
    with pytest.raises(UpdateError, match=r"since then CHANGELOG.md changed"):
        recover(repository.root)
    clean(repository.root)
    assert repository.files == before


def test_a_signal_while_it_works_leaves_all_as_it_was(repository: Repository) -> None:
    """The tests are running then, in a process of their own, which ends too."""
    test = repository.root / "tests" / "contract" / "test_long.py"
    test.write_text(SLEEPING, encoding="utf-8")
    repository.made["tests/contract/test_long.py"] = test.read_bytes()
    given = written(repository.root.parent, changed(_coloured))
    sleeping = repository.root.parent / "sleeping"
    with subprocess.Popen(
        [sys.executable, "-c", START, str(repository.root), given],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "SLEEPING": str(sleeping),
        },
        text=True,
    ) as process:
        assert _soon(lambda: sleeping.exists() or process.poll() is not None)
        process.terminate()
        said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == INTERRUPTED, said
    assert "interrupted; nothing was written" in said
    assert repository.is_as_made()
    assert _soon(lambda: not _lives(int(sleeping.read_text("utf-8"))))


def _soon(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_signal_while_files_are_replaced_waits_for_the_last_of_them(
    repository: Repository,
    untested: None,
    unbuilt: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    original = swap.replace_folder

    def stopped(new: Path, target: Path) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        original(new, target)

    monkeypatch.setattr(swap, "replace_folder", stopped)
    assert repository.update(changed(_coloured)) == INTERRUPTED
    assert "interrupted; the new files are in place" in capsys.readouterr().err
    assert len(repository.differing()) == len(tree.REWRITTEN)
    assert not (repository.root / FOLDER).exists()


def test_what_a_killed_one_left_is_in_nobody_s_way(
    repository: Repository, untested: None, unbuilt: None
) -> None:
    ready(repository)
    assert repository.update(changed(_coloured)) == DONE
    assert "colour" in repository.text(tree.DOCUMENT)
    assert not (repository.root / FOLDER).exists()


def _coloured(given: Any) -> None:
    properties(given)["colour"] = TEXT
