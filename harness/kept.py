"""What takes long to find out, and is the same as long as nothing changes, on disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
import time
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_KEPT: Final = Path(__file__).resolve().parents[1] / ".pytest_cache" / "kept"
# In seconds: after so long unused, it is of code that nobody has any more.
_LONG: Final = 14 * 24 * 3600


def kept(inputs: Iterable[bytes], make: Callable[[], T]) -> T:
    """Return what a function made of some inputs, now or in an earlier run of tests.

    Args:
        inputs: all that has a say in it; what makes it, too.
        make: makes it; each caller gets new objects.
    """
    digest = hashlib.sha256()
    for each in inputs:
        digest.update(b"%d:" % len(each))
        digest.update(each)
    path = _KEPT / digest.hexdigest()[:40]
    found: T
    # It may be damaged, or name what another revision has, by any error of pickle's.
    with contextlib.suppress(Exception):
        found = pickle.loads(path.read_bytes())
        with contextlib.suppress(OSError):
            os.utime(path)
        return found
    found = make()
    # What can't be kept is made once more.
    with contextlib.suppress(OSError):
        _KEPT.mkdir(parents=True, exist_ok=True)
        # Several processes may come to it at once.
        handle, unfinished = tempfile.mkstemp(dir=_KEPT)
        with os.fdopen(handle, "wb") as file:
            pickle.dump(found, file)
        Path(unfinished).replace(path)
        _remove_unused(_KEPT)
    return found


@cache
def _remove_unused(folder: Path) -> None:
    """Remove what wasn't used for long, once in each process.

    Another process may do the same, or want what is removed: then it is made anew.
    """
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if each.stat().st_mtime < time.time() - _LONG:
                each.unlink()


def contents(*paths: Path) -> Iterator[bytes]:
    """Iterate over the names and the contents of files, and of those below folders.

    What Python has compiled of them is no input.
    """
    for path in paths:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for each in found:
            if each.is_file() and each.parent.name != "__pycache__":
                yield str(each.relative_to(path.parent)).encode()
                yield each.read_bytes()


@cache
def installed() -> bytes:
    """Return which Python this is, and which distributions it has, of which version."""
    found = sorted(f"{each.name} {each.version}" for each in distributions())
    return "\n".join([sys.version, *found]).encode()
