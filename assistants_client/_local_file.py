"""Local files that are written aside, so that nobody ever sees half of one."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ._errors import ConfigurationError
from ._file_errors import FileError

if TYPE_CHECKING:
    from typing import Self


class LocalFile:
    """A file that takes its place when it is whole, at the end of `with`.

    Until then, what was there before stays there. A device or a pipe is written to at
    once, as nothing can take its place.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Take the path, and see that a file can be there.

        Raises:
            ConfigurationError: it can't.
        """
        given: object = path
        if not isinstance(given, str | os.PathLike):
            kind = type(given).__name__
            raise ConfigurationError(f"a file to write must be a path, not {kind}")
        try:
            # Through a link: the link itself stays.
            self._path = Path(os.fsdecode(path)).resolve()
            self._mode = _mode(self._path)
            is_there = self._path.parent.is_dir()
        except (OSError, ValueError, RuntimeError) as error:
            what = f"{os.fsdecode(path)!r} is no path of a file: {error}"
            raise ConfigurationError(what) from error
        if not is_there:
            raise ConfigurationError(f"there is no folder {str(self._path.parent)!r}")
        if self._mode is not None and stat.S_ISDIR(self._mode):
            raise ConfigurationError(f"{str(self._path)!r} is a folder, not a file")
        self._is_aside = self._mode is None or stat.S_ISREG(self._mode)
        self._aside = self._path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        try:
            if self._is_aside:
                name = f".{os.urandom(8).hex()}.part"
                self._aside = self._path.with_name(name)
                self._file = self._aside.open("xb")
            else:
                self._file = self._aside.open("wb")
        except OSError as error:
            raise self._failed(error) from error
        return self

    def write(self, piece: bytes) -> None:
        """Write what comes next.

        Raises:
            FileError: it can't be written.
        """
        assert self._file is not None, "it is written within `with`"
        try:
            self._file.write(piece)
        except OSError as error:
            raise self._failed(error) from error

    def __exit__(self, kind: Any, *_: object) -> None:
        assert self._file is not None
        try:
            self._file.close()
            if kind is None and self._is_aside:
                if self._mode is not None:
                    self._aside.chmod(stat.S_IMODE(self._mode))
                self._aside.replace(self._path)
        except OSError as error:
            if kind is None:
                self._discard()
                raise self._failed(error) from error
        finally:
            if kind is not None:
                self._discard()

    def _discard(self) -> None:
        if self._is_aside:
            with suppress(OSError):
                self._aside.unlink()

    def _failed(self, error: OSError) -> FileError:
        why = error.strerror or str(error)
        return FileError(f"{str(self._path)!r} can't be written: {why}")


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None
