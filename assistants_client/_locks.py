"""Locks that a forked process has anew: whoever holds one there may not exist here."""

from __future__ import annotations

import os
import threading
from typing import Any
from weakref import WeakKeyDictionary

_OWNERS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def lock_of(owner: object, name: str = "_lock") -> threading.Lock:
    """Return a lock for an attribute of an object, or of a module."""
    _OWNERS[owner] = name
    return threading.Lock()


def _after_fork() -> None:
    for owner, name in [*_OWNERS.items()]:
        setattr(owner, name, threading.Lock())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
