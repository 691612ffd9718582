"""Put new files in the place of old ones, all or none."""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import sys
import tempfile
from pathlib import Path

# From the headers of Linux: AT_FDCWD and RENAME_EXCHANGE.
_HERE = -100
_RENAME_EXCHANGE = 2


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

    Where the system can exchange two folders in one step, there is no moment without a
    whole one; elsewhere `recover` mends what an interruption between two steps left.
    """
    if not target.exists():
        new.rename(target)
        return
    if _exchange(new, target):
        shutil.rmtree(new, ignore_errors=True)
        return
    old = _set_aside(target)
    shutil.rmtree(old, ignore_errors=True)
    try:
        target.rename(old)
        new.rename(target)
    except BaseException:
        recover(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def recover(target: Path) -> None:
    """Put back a folder that an interrupted `replace_folder` had set aside."""
    old = _set_aside(target)
    if old.exists() and not target.exists():
        old.rename(target)


def scratch_folder(target: Path, beside: Path) -> Path:
    """Make a folder to prepare a new `target` in; what killed builds left is deleted.

    Args:
        target: the folder that is to be replaced.
        beside: where to make it: on the same file system as `target`.
    """
    prefix = f".{target.name}.building-"
    for left in beside.glob(f"{glob.escape(prefix)}*"):
        owner = left.name.removeprefix(prefix).split("-")[0]
        if owner.isdecimal() and not _is_alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=beside))
    folder.chmod(0o755)
    return folder


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _set_aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two folders in one step; tell whether the system could."""
    library = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if library is None or not hasattr(library, "renameat2"):
        return False
    done: int = library.renameat2(
        _HERE, os.fsencode(first), _HERE, os.fsencode(second), _RENAME_EXCHANGE
    )
    return done == 0
