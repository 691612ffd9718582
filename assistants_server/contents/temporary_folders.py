"""Temporary folders that go with their process, however it ends."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

_PREFIX = "assistants-server-"
_LOCK = "lock"


class TemporaryFolder:
    """A folder that only this process and its user may enter.

    What a process that was killed left is deleted by the next one. Whether a process
    lives is told by a lock on a file, since a number of a process may be another's, or
    that of one in another container.

    Attributes:
        path: where it is.
    """

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Locked before it has its name: the sweep of another process looks for that.
        new = self.path / f"{_LOCK}.new"
        self._lock = new.open("wb")
        if _try_to_lock(self._lock.fileno()):
            new.rename(self.path / _LOCK)

    def close(self) -> None:
        """Delete it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def _sweep() -> None:
    """Delete folders of processes that don't live any more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # Those of others can't be opened, and need not be there any longer.
        with suppress(OSError), (folder / _LOCK).open("rb") as lock:
            if _try_to_lock(lock.fileno()):
                shutil.rmtree(folder, ignore_errors=True)


def _try_to_lock(file: int) -> bool:
    """Return whether a file is locked by this process now, and was by no other."""
    if os.name == "nt":
        return False
    fcntl: Any = importlib.import_module("fcntl")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
