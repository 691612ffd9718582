"""Locks that no process that was forked, and no interrupted thread, leaves taken."""

from __future__ import annotations

import os
import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

_OWNERS: WeakKeyDictionary[Any, str] = WeakKeyDictionary()


def lock_of(owner: object, name: str = "_lock") -> threading.RLock:
    """Return a lock for an attribute, which a forked process has anew.

    Whoever holds it may not exist there.
    """
    _OWNERS[owner] = name
    return threading.RLock()


def locked(method: Callable[Concatenate[S, P], T]) -> Callable[Concatenate[S, P], T]:
    """Have one thread at a time run a method, by `_lock` of its object, an RLock.

    Not by `with`: behind its beginning, Python 3.14 lets a thread be interrupted before
    anything would release the lock. So it is released whether or not it was taken; of
    this kind, nobody but its owner can release one.
    """

    @wraps(method)
    def alone(owner: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        lock: threading.RLock = owner._lock  # type: ignore[attr-defined]
        try:
            lock.acquire()
            return method(owner, *args, **kwargs)
        finally:
            # Written here: a function that did it could be interrupted as it begins.
            try:  # noqa: SIM105 - likewise
                lock.release()
            except RuntimeError:  # interrupted before it was taken
                pass

    return alone


def _after_fork() -> None:
    for owner, name in [*_OWNERS.items()]:
        setattr(owner, name, threading.RLock())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
