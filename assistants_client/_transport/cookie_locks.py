"""Locks of jars of cookies, of which the standard library doesn't take enough care."""

from __future__ import annotations

import threading
from typing import Any


def unlock(jar: Any) -> None:
    """Let go of the lock of a jar, which this thread may hold without knowing it.

    The standard library takes it, and only then begins with what lets it go: a thread
    that is interrupted in between would have all others wait for ever.
    """
    lock = getattr(jar, "_cookies_lock", None)
    while lock is not None and lock._is_owned():
        lock.release()


def renew_lock(jar: Any) -> None:
    """Have a lock of its own in a process that was forked: a thread may hold it."""
    jar._cookies_lock = threading.RLock()
