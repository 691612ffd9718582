"""A watchdog of a server's event loop: how long its longest step took."""

from __future__ import annotations

import asyncio
import gc
import mmap
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from assistants_server.compact_json import to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 0.05
"""Seconds that a step may take, where the usual piece of work takes `_USUAL`."""
_USUAL = 0.012
# However slow a machine is: what takes longer than that holds others up there, too.
_SLOWEST = 3.0
_SERVER = "local-server"


class Steps:
    """The longest step so far, in seconds of the processor, and what it was.

    Not in seconds of the clock: other programs of the machine run in between. What the
    garbage collector takes is the tests' own, whose process is large.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self.what = ""

    def check(self) -> None:
        """Assert that no step took too long, as machines go."""
        if self.longest >= LONGEST:
            limit = LONGEST * slowness()
            assert self.longest < limit, f"{self.longest:.3f} s: {self.what}"


def slowness() -> float:
    """Return how many times as long as usual a piece of work takes now, from 1 to 3.

    It is of the kind that the largest requests make: much text that is written as JSON
    into memory that is new, and some Python. What shares caches and memory with those
    slows it down as much.
    """

    def seconds() -> float:
        begun = time.thread_time()
        text = to_json("x" * 8 * 1024 * 1024).encode()
        with mmap.mmap(-1, len(text)) as memory:
            memory.write(text)
        for _ in range(100_000):
            pass
        return time.thread_time() - begun

    slowest = max(seconds() for _ in range(3)) / _USUAL
    return min(max(1.0, slowest), _SLOWEST)


@contextmanager
def watched() -> Iterator[Steps]:
    """Provide the longest step that the loop of a server takes meanwhile."""
    steps, run, collected = Steps(), asyncio.Handle._run, [0.0, 0.0]

    def collect(phase: str, _: Any) -> None:
        if phase == "start":
            collected[0] = time.thread_time()
        else:
            collected[1] += time.thread_time() - collected[0]

    def measured(handle: asyncio.Handle) -> None:
        if threading.current_thread().name != _SERVER:
            run(handle)
            return
        before, begun = collected[1], time.thread_time()
        run(handle)
        took = time.thread_time() - begun - (collected[1] - before)
        if took > steps.longest:
            steps.longest, steps.what = took, repr(handle)[:300]

    gc.callbacks.append(collect)
    setattr(asyncio.Handle, "_run", measured)  # noqa: B010 - what it is typed as
    try:
        yield steps
    finally:
        setattr(asyncio.Handle, "_run", run)  # noqa: B010
        gc.callbacks.remove(collect)
