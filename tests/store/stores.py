"""A store that is opened for a while, and what is put into it."""

from __future__ import annotations

import contextlib
import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistants_server.store.sql import SQLStore


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
def opened(path: Path | None = None, **options: Any) -> Iterator[SQLStore]:
    """Open the store that the servers of the tests have, with each call a change."""
    store = opener()(path, **options)
    try:
        yield cast("SQLStore", _Each(store, store))
    finally:
        store.close()


def opener() -> Callable[..., SQLStore]:
    """Return what opens the stores of the servers: `pytest --store` says which."""
    server = importlib.import_module("assistants_server.server")
    found: Callable[..., SQLStore] = vars(server)["open_store"]
    return found


class _Each:
    """A store, or a part of it, each of whose methods is a change of its own."""

    _AS_THEY_ARE = ("after", "changes", "close", "errors_explained", "perform")

    def __init__(self, store: SQLStore, part: Any) -> None:
        self._store = store
        self._part = part

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if name in self._AS_THEY_ARE:
            return found
        if name.startswith("_"):
            return found
        if name == "of":
            return lambda project: _Each(self._store, found(project))
        if not callable(found):
            return _Each(self._store, found)

        def change(*args: Any, **options: Any) -> Any:
            with self._store.changes():
                return found(*args, **options)

        return change
