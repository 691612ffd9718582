"""What a process holds: descriptors, threads, tasks, memory, objects."""

from __future__ import annotations

import asyncio
import gc
import importlib
import pkgutil
import threading
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from resource import getpagesize
from typing import Any, Final

import assistants_api
import assistants_client
from assistants_client._transport.library import chosen_library

OURS: Final = (
    "assistants_api",
    "assistants_client",
    "anyio",
    "h11",
    "httpcore",
    "httpx",
)
"""The packages whose objects are counted by kind."""
OBJECTS: Final = 6000
"""How many more objects may be there at the end: what the interpreter and the standard
library keep for later, such as compiled patterns and what threads leave in caches."""
OF_A_KIND: Final = 20
"""How many more objects of one class: what is made once, when it is first needed."""
MEBIBYTES: Final = 24.0
"""How much more memory the process may have: what the allocator keeps between what is
still used, what the accounts take, and the tables of `Tracing`."""
TRACED: Final = 256 * 1024
"""How many bytes that a package of `OURS` has allocated since may be left: what it
keeps for later, such as addresses that it has read, and what the interpreter does."""
_SETTLING: Final = 5.0


@dataclass(frozen=True)
class Levels:
    """How much there is of each.

    Attributes:
        tasks: the tasks of asyncio that are not done, of whatever loop.
        rss: the memory of the process, in mebibytes.
        objects: how many objects the collector of garbage knows.
        kinds: how many of them there are of each class of `OURS`.
    """

    descriptors: int
    threads: int
    tasks: int
    rss: float
    objects: int
    kinds: Counter[str] = field(repr=False)

    def leaks(self, before: Levels) -> list[str]:
        found = []
        for name in ("descriptors", "threads", "tasks"):
            more = getattr(self, name) - getattr(before, name)
            if more > 0:
                found.append(f"{more} more {name} than before")
        if self.objects > before.objects + OBJECTS:
            found.append(f"{self.objects - before.objects} more objects than before")
        if self.rss > before.rss + MEBIBYTES:
            found.append(f"{self.rss - before.rss:.1f} MiB more than before")
        more_of = self.kinds - before.kinds
        found += [
            f"{number} more {kind}"
            for kind, number in more_of.items()
            if number > OF_A_KIND
        ]
        return found


def load_everything() -> None:
    """Import and keep what would be when it is first needed, and be no leak."""
    for package in (assistants_api, assistants_client):
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not each.name.startswith("assistants_server"):
                importlib.import_module(each.name)
    # So many addresses are kept that were read, and callers have ever new ones.
    read: Any = chosen_library().url
    for number in range(read.cache_parameters()["maxsize"]):
        read(f"http://127.0.0.1/{number}")


def measure(threads: int, before: Levels | None = None) -> Levels:
    """Measure, as soon as what ends by itself has ended, or when it should have.

    Args:
        threads: how many there are then.
        before: an earlier measurement, which this one should come down to.
    """
    deadline = time.monotonic() + _SETTLING
    while True:
        gc.collect()
        now = _measured()
        there = threading.active_count()
        calm = there <= threads if before is None else not now.leaks(before)
        if calm or time.monotonic() > deadline:
            return now
        time.sleep(0.02)


def _measured() -> Levels:
    kinds: Counter[str] = Counter()
    objects = gc.get_objects()
    tasks = 0
    for each in objects:
        kind = type(each)
        if issubclass(kind, asyncio.Task):
            tasks += not each.done()
        module = getattr(kind, "__module__", None)
        if isinstance(module, str) and module.partition(".")[0] in OURS:
            kinds[f"{module}.{kind.__qualname__}"] += 1
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return Levels(
        descriptors=len([*Path("/proc/self/fd").iterdir()]),
        threads=threading.active_count(),
        tasks=tasks,
        rss=pages * getpagesize() / 2**20,
        objects=len(objects),
        kinds=kinds,
    )


class Tracing:
    """Trace what is allocated from now on, to where that was."""

    def __init__(self) -> None:
        tracemalloc.start()

    def stop(self) -> dict[str, int]:
        """Return the bytes that are still there, by package or module; most first."""
        gc.collect()
        snapshot = tracemalloc.take_snapshot()
        tracemalloc.stop()
        sizes: Counter[str] = Counter()
        for each in snapshot.statistics("filename"):
            sizes[_package(each.traceback[0].filename)] += each.size
        return dict(sizes.most_common())


def traced_leaks(traced: dict[str, int]) -> list[str]:
    """Return where more is left than may be."""
    return [
        f"{traced[name]} bytes that {name} has allocated are left"
        for name in OURS
        if traced.get(name, 0) > TRACED
    ]


def _package(name: str) -> str:
    parts = Path(name).parts
    for each in ("tests", "harness", *OURS):
        if each in parts:
            return each
    return "others"
