"""What takes long to find out, and is the same as long as nothing changes, on disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

_KEPT: Final = Path(__file__).resolve().parents[1] / ".pytest_cache" / "kept"


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
    with contextlib.suppress(OSError):
        found = pickle.loads(path.read_bytes())
        return found
    found = make()
    _KEPT.mkdir(parents=True, exist_ok=True)
    # Several processes may come to it at once.
    handle, unfinished = tempfile.mkstemp(dir=_KEPT)
    with os.fdopen(handle, "wb") as file:
        pickle.dump(found, file)
    Path(unfinished).replace(path)
    return found
