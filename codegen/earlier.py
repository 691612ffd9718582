"""Take files over from the build that is replaced, where they would come out the same.

Its lock ties each file to what it was before it was formatted. Formatting makes the
same of the same, so that such a file can be linked, and needn't be written anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from codegen.errors import BuildError
from codegen.lock import FORMATTED, LOCK, hash_of, read_lock, tie


class Earlier:
    """A build that is to be replaced, and may be damaged.

    Args:
        folder: where it is; None stands for none.
        formatting: what decides, besides its text, what becomes of a file, as the lock
            has it.
    """

    def __init__(self, folder: Path | None, formatting: Mapping[str, Any]) -> None:
        self._folder = folder
        self._ties: dict[str, object] = {}
        if folder is None or not (folder / LOCK).is_file():
            return
        with suppress(BuildError, OSError):
            lock = read_lock(folder)
            ties = lock.get(FORMATTED)
            if isinstance(ties, dict) and formatting.items() <= lock.items():
                self._ties = ties

    def hands_over(
        self, name: str, raw: str, to: Path, like: os.stat_result
    ) -> str | None:
        """Link a file to its new place, if it would be written there; return its hash.

        Args:
            name: what it is called within the build.
            raw: the hash of what is to be formatted.
            to: its new place, where nothing is yet.
            like: what a file is like that was just written.
        """
        if self._folder is None or name not in self._ties:
            return None
        try:
            os.link(self._folder / name, to, follow_symlinks=False)
        except OSError:
            # It is gone, or the file system has no links.
            return None
        # It is looked at in its new place, as another build may replace the old one.
        if _is_alike(to.lstat(), like):
            found = hash_of(to.read_bytes())
            if self._ties[name] == tie(raw, found):
                return found
        to.unlink()
        return None


NOTHING = Earlier(None, {})


def _is_alike(found: os.stat_result, like: os.stat_result) -> bool:
    """Return whether a file, which now has two places, is as one that is written."""
    wanted = (like.st_mode, like.st_uid, like.st_gid, 2)
    return (found.st_mode, found.st_uid, found.st_gid, found.st_nlink) == wanted
