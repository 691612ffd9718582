"""A store that is opened for a while, and what is put into it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from assistants_server.store import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Iterator


JSON = dict[str, Any]


TEXTS = st.text(max_size=20)


# Few of each, so that many objects are in the same list.
KINDS = st.sampled_from(["message", "step"])


OWNERS = st.sampled_from(["thread_a", "thread_b", None])


RUNS = st.sampled_from([None, "run_a"])


@dataclass
class _Entry:
    kind: str
    thread: str | None
    run: str | None
    active: bool
    body: JSON | None
    notes: JSON = field(default_factory=dict)
    id: str = ""

    def is_in(self, kind: str, thread: str | None, run: str | None) -> bool:
        return (self.kind, self.thread, self.run) == (kind, thread, run)


class BrokenError(Exception):
    """What goes wrong in the middle of a change."""


@contextlib.contextmanager
def opened(path: Path | None = None) -> Iterator[SQLiteStore]:
    store = SQLiteStore(path)
    try:
        yield store
    finally:
        store.close()
