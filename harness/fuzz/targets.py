"""The targets by their names."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from harness.fuzz.bench import Bench
from harness.fuzz.headers import Heads
from harness.fuzz.responses import Answers
from harness.fuzz.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.fuzz.runner import Target


@contextlib.contextmanager
def targets() -> Iterator[dict[str, Target]]:
    with Bench() as bench, Heads() as heads:
        known: list[Target] = [Answers(bench), Streams(bench), heads]
        yield {each.name: each for each in known}
