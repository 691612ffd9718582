"""Put an update's files in place, all or none, whatever happens meanwhile.

Everything is prepared in `.update-spec`: `new` holds what is to be put in place, `old`
what is there now. A journal stands there from the first replacement to the last; who
finds one later knows that an update was killed in between, and puts the old files back.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from codegen import swap
from scripts.updating.errors import UpdateError
from scripts.updating.tree import (
    GENERATED,
    REWRITTEN,
    copy_rewritten,
    snapshot,
)

FOLDER = ".update-spec"
NEW = "new"
OLD = "old"
JOURNAL = "journal"

_STOPPING = {signal.SIGINT, signal.SIGTERM}


@dataclass
class Progress:
    """How far an update has come.

    Attributes:
        written: which of the files that an update rewrites are new now.
    """

    written: list[str] = field(default_factory=list)


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Keep other updates of the same repository out.

    Raises:
        UpdateError: another one is at work.
    """
    # A file that no update replaces, so that all of them lock the same one.
    with (root / "pyproject.toml").open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UpdateError(
                "another update, or scripts/setup, is at work in this repository; "
                "wait for its end"
            ) from error
        yield


def prepare(root: Path) -> Path:
    """Make the folder for an update, empty, and give it."""
    folder = root / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # Git needs to know nothing about this folder. A pattern without the slash would
    # keep the formatter away from what is built here, too.
    (folder / ".gitignore").write_text("/*\n", encoding="utf-8")
    copy_rewritten(root, folder / OLD)
    copy_rewritten(root, folder / NEW)
    return folder


def put_in_place(root: Path, progress: Progress) -> None:
    """Replace the old files by the new ones of the folder that `prepare` made.

    Signals wait until that is done, which takes some milliseconds.

    Args:
        root: the repository.
        progress: is told when it is done.

    Raises:
        UpdateError: the files are no longer those that the update began with.
        OSError: one can't be written; the old ones are there then.
    """
    folder = root / FOLDER
    with _signals_put_off():
        old, new = snapshot(folder / OLD), snapshot(folder / NEW)
        changed = _differing(snapshot(root), old)
        if changed:
            raise UpdateError(
                f"{_some(changed)} changed while the update was prepared; "
                "nothing was written: start it again"
            )
        try:
            swap.write_atomically(folder / JOURNAL, "files are being replaced\n")
            _replace(folder / NEW, root)
        except BaseException:
            # Where this fails too, the journal stays, and `recover` does it later.
            _replace(folder / OLD, root)
            (folder / JOURNAL).unlink(missing_ok=True)
            raise
        (folder / JOURNAL).unlink()
        names = tuple(_differing(old, new))
        progress.written = [n for n in REWRITTEN if any(map(_within(n), names))]


@contextmanager
def _signals_put_off() -> Iterator[None]:
    """Let signals that would stop this wait; the first that came is raised after it.

    Blocking them doesn't do: any other thread would take one, and it would be handled
    here all the same.
    """
    came: list[int] = []
    before = {
        each: signal.signal(each, lambda number, _: came.append(number))
        for each in _STOPPING
    }
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        if came:
            signal.raise_signal(came[0])


def clean(root: Path) -> None:
    """Delete the folder of an update, unless `recover` needs it."""
    if not (root / FOLDER / JOURNAL).exists():
        shutil.rmtree(root / FOLDER, ignore_errors=True)


def recover(root: Path) -> str | None:
    """Mend what an update left that was killed while it replaced files.

    Returns:
        What was done, in words; None where there was nothing to do.

    Raises:
        UpdateError: the files have been changed since, so a person has to look.
    """
    folder = root / FOLDER
    if not (folder / JOURNAL).exists():
        return None
    swap.recover(root / GENERATED)
    now, old, new = map(snapshot, (root, folder / OLD, folder / NEW))
    foreign = [name for name in _differing(now, old) if now.get(name) != new.get(name)]
    if foreign:
        raise UpdateError(
            f"an earlier update was killed while it replaced files, and since then "
            f"{_some(foreign)} changed.",
            [
                f"{FOLDER}/{OLD} has all files as they were, {FOLDER}/{NEW} as wanted.",
                f"Put right what is wrong, then delete {FOLDER}.",
            ],
        )
    if now == new:
        told = "an earlier update was killed when all its files were in place already"
    else:
        _replace(folder / OLD, root)
        told = (
            "an earlier update was killed while it replaced files; "
            "the old ones were put back"
        )
    (folder / JOURNAL).unlink()
    return told


def _replace(given: Path, root: Path) -> None:
    """Replace each file, or the folder, in one step; what is given stays."""
    file, folder = root / FOLDER / "file", root / FOLDER / "folder"
    for name in REWRITTEN:
        target = root / name
        if (given / name).is_dir():
            swap.recover(target)
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(given / name, folder)
            swap.replace_folder(folder, target)
        else:
            shutil.copy2(given / name, file)
            with file.open("rb") as copied:
                os.fsync(copied.fileno())
            file.replace(target)


def _within(name: str) -> Callable[[str], bool]:
    """Tell for files whether they are the one of that name, or below it."""
    return lambda file: file == name or file.startswith(f"{name}/")


def _differing(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    return sorted(name for name in one | other if one.get(name) != other.get(name))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
