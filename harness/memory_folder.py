"""Temporary files in memory, for tests that write thousands and sync many of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")
_ENOUGH: Final = 4 * 1024**3
"""Bytes that have to be free: more than all tests write at a time."""


def keep_temporary_files_in_memory() -> None:
    """Let this process and its children do so, where there is room enough.

    Whoever sets TMPDIR says where they are. Linux has a file system in memory;
    containers often have a small one, or one from which nothing can be run.
    """
    if "TMPDIR" in os.environ or not _is_fit(_MEMORY):
        return
    os.environ["TMPDIR"] = str(_MEMORY)
    # Somebody may have asked for it before.
    tempfile.tempdir = None


def _is_fit(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    runs_programs = not os.statvfs(folder).f_flag & os.ST_NOEXEC
    return runs_programs and shutil.disk_usage(folder).free > _ENOUGH
