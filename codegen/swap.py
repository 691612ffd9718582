"""Put new files in the place of old ones, all or none."""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that at any moment there is the old one or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def replace_folder(new: Path, target: Path) -> None:
    """Put a folder in the place of another one, which is deleted.

    After a kill between the two renames there is no target: `recover` puts the old one
    back, and comes first in every command that reads or writes it.
    """
    with _alone(target.parent):
        old = _aside(target)
        shutil.rmtree(old, ignore_errors=True)
        try:
            if target.exists():
                target.rename(old)
            new.rename(target)
        finally:
            _put_back(target)
            if old.exists():
                # Where the caller cleans up, whatever interrupts the next line.
                old.rename(new)
    shutil.rmtree(new, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back a folder that an interrupted `replace_folder` had set aside."""
    if _aside(target).exists():
        with _alone(target.parent):
            _put_back(target)


def _put_back(target: Path) -> None:
    old = _aside(target)
    if old.exists() and not target.exists():
        old.rename(target)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time replace what is in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def scratch_folder(target: Path, beside: Path) -> Iterator[Path]:
    """Make a folder to prepare a new `target` in, which is deleted afterwards.

    An interruption at any moment leaves none; what killed builds left is deleted.
    """
    prefix = f".{target.name}.building-"
    own = f"{prefix}{os.getpid()}-"
    folder: Path | None = None
    try:
        for left in beside.glob(f"{glob.escape(prefix)}*"):
            owner = left.name.removeprefix(prefix).split("-")[0]
            if owner.isdecimal() and not _is_alive(int(owner)):
                shutil.rmtree(left, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=own, dir=beside))
        folder.chmod(0o755)
        yield folder
    finally:
        # An interruption may have come before the folder had its name here.
        named = [folder] if folder is not None else None
        for each in named or [*beside.glob(f"{glob.escape(own)}*")]:
            _remove(each)


def _remove(folder: Path) -> None:
    """Delete a folder, also if the first try is interrupted."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
