"""The files of a code base, however it is built."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SKIPPED: Final = frozenset(
    {
        *(".git", ".hg", ".svn", ".venv", "venv", "node_modules", "__pycache__"),
        *(".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".cache"),
        *(
            "site-packages",
            "bower_components",
            ".next",
            ".nuxt",
            ".gradle",
            ".terraform",
        ),
        *(".ipynb_checkpoints", ".eggs"),
    }
)
"""Folders that hold what others wrote, or what was made of the code."""
_LARGEST: Final = 5_000_000


class Unread(Exception):  # noqa: N818 - it is noted, and the others are read
    """A file that can't be read, and why."""


def files_of(root: Path, unread: list[tuple[Path, str]]) -> Iterator[Path]:
    """Return the files below a folder, or the file itself, in order.

    Links within it are not followed, so that nothing is read twice or from elsewhere.

    Args:
        root: the folder or file.
        unread: takes folders that can't be listed, and why.
    """
    if not root.is_dir():
        yield root
        return
    pending = [root]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            unread.append((folder, error.strerror or "can't be listed"))
            continue
        inner = []
        for entry in entries:
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED and not _is_environment(path):
                    inner.append(path)
            elif entry.is_file(follow_symlinks=False):
                yield path
        pending += reversed(inner)


def text_in(path: Path) -> str | None:
    """Return the text of a file; None for one that holds none.

    Raises:
        Unread: it can't be read, or is too large to be code.
    """
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise Unread("it is not a file")
        if found.st_size > _LARGEST:
            raise Unread(f"it is larger than {_LARGEST // 1_000_000} MB")
        with path.open("rb") as file:
            # It may have grown since.
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise Unread(error.strerror or type(error).__name__) from error
    return _decoded(content)


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    if b"\0" in content[:8192]:
        return None
    # What a file says of its own encoding is not looked at: names and paths are ASCII.
    return content.decode("utf-8-sig", "replace")


def _is_environment(folder: Path) -> bool:
    """Return whether a folder is a virtual environment, whatever it is called."""
    return (folder / "pyvenv.cfg").is_file()
