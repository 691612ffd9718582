"""The targets by their names."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.fuzz.answers import Answers
from tests.fuzz.bench import Bench
from tests.fuzz.headers import Heads
from tests.fuzz.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fuzz.running import Target


@contextlib.contextmanager
def targets() -> Iterator[dict[str, Target]]:
    """Give the targets, ready."""
    with Bench() as bench, Heads() as heads:
        known: list[Target] = [Answers(bench), Streams(bench), heads]
        yield {each.name: each for each in known}
