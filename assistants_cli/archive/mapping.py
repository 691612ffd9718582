"""Which thread became which conversation: a file beside the archive.

Each change is a line on the disk before anything else is sent, so that an import goes
on where an earlier one ended, and a second one doubles nothing.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from assistants_archive import ArchiveError

if TYPE_CHECKING:
    from typing import Self

_LONGEST = 1024 * 1024


class Mapped(msgspec.Struct, omit_defaults=True):
    """How far the import of a thread is.

    Attributes:
        server: where it goes.
        thread: the id of the thread.
        state: "creating" until the id of the conversation is known, or it is refused.
        conversation: the id of the conversation.
        items: how many items it has, as far as is known.
        lost: what could not be carried, by the names in `LOSSES`.
    """

    server: str
    thread: str
    state: Literal["creating", "refused", "open", "done"]
    conversation: str | None = None
    items: int = 0
    lost: dict[str, int] = {}


class Mapping:
    """The file, opened; one import at a time has it.

    Attributes:
        path: where it is.
    """

    def __init__(self, archive: Path) -> None:
        """Open the mapping of an archive, which is made if there is none.

        Raises:
            ArchiveError: a line of it is none, or another import has it.
            OSError: it can't be read or written.
        """
        folder = archive.resolve()
        self.path = folder.with_name(f"{folder.name}.conversations.ndjson")
        self._known: dict[tuple[str, str], Mapped] = {}
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        self._file = os.fdopen(handle, "r+b")
        try:
            self._lock()
            self._read()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def get(self, server: str, thread: str) -> Mapped | None:
        """Return how far a thread is; None if nothing was sent of it."""
        return self._known.get((server, thread))

    def put(self, mapped: Mapped) -> None:
        """Write down how far a thread is."""
        self._file.write(msgspec.json.encode(mapped) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._known[mapped.server, mapped.thread] = mapped

    def _lock(self) -> None:
        with suppress(ImportError):  # on Windows
            import fcntl

            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ArchiveError(f"another import has {self.path} open") from None

    def _read(self) -> None:
        end = 0
        while line := self._file.readline(_LONGEST):
            if not line.endswith(b"\n"):
                # It was cut short by an interruption.
                break
            try:
                mapped = msgspec.json.decode(line, type=Mapped)
            except (msgspec.MsgspecError, RecursionError) as error:
                raise ArchiveError(
                    f"{self.path}: a line can't be read: {error}"
                ) from None
            self._known[mapped.server, mapped.thread] = mapped
            end += len(line)
        self._file.seek(end)
        self._file.truncate()
