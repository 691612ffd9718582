"""Contents that somebody has as files on the disk, for as long as a turn takes."""

from __future__ import annotations

import errno
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .interface import Contents


class Loans:
    """What is fetched when it is first asked for, and returned at the end."""

    def __init__(self, contents: Contents) -> None:
        """Fetch nothing yet.

        Args:
            contents: all contents.
        """
        self._contents = contents
        self._stack = ExitStack()
        self._paths: dict[str, Path] = {}
        self._lock = threading.Lock()
        self._ended = False

    @property
    def are_out(self) -> bool:
        """Return whether there is anything to be returned."""
        return bool(self._paths)

    def path(self, id: str) -> Path:
        """Return where a content is until the end; in a thread, as it may be fetched.

        Raises:
            OSError: it isn't there, can't be reached, or the turn has ended.
        """
        with self._lock:
            if self._ended:
                raise FileNotFoundError(errno.ENOENT, "the turn has ended")
            if id not in self._paths:
                lent = self._contents.lent(id)
                self._paths[id] = self._stack.enter_context(lent)
            return self._paths[id]

    def close(self) -> None:
        """Return everything; in a thread, as copies are deleted."""
        with self._lock:
            self._ended = True
            self._stack.close()
