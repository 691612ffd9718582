"""A unit that is being read: an object with what belongs to it, in one file."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from assistants_archive import Entry, line_of, unit_path
from assistants_archive.folder import Draft
from assistants_archive.manifest import Problem, Stored
from assistants_client import APIConnectionError, APIError, AuthenticationError

from .references import references
from .source import Source, UnreadableError, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from assistants_archive import Folder

    from .source import Item

_LONGEST_MESSAGE = 2000


def problem_of(entry: Entry, what: str, error: Exception) -> Problem:
    """Return the record of something that could not be had."""
    return Problem(
        unit=entry.unit,
        id=entry.id,
        what=what,
        error=type(error).__name__,
        message=str(error)[:_LONGEST_MESSAGE].encode("utf-8", "replace").decode(),
        status=status_of(error),
    )


class Unit:
    """A unit that is being read, from a server into the file that it will be.

    In a `with` statement: the file is there when it ends, or none if nothing came.

    Attributes:
        entry: what the index will say of it.
        source: the server.
        folder: the archive.
    """

    def __init__(self, source: Source, folder: Folder, kind: str, id: str) -> None:
        self.entry = Entry(kind, id)
        self.source = source
        self.folder = folder
        self._counts: Counter[str] = Counter()
        self._refers: dict[str, dict[str, None]] = {}

    def __enter__(self) -> Self:
        path = unit_path(self.entry.unit, self.entry.id)
        self._draft = Draft(self.folder, path)
        return self

    def __exit__(self, *raised: object) -> None:
        entry = self.entry
        with self._draft as draft:
            if raised[0] is None and draft.size:
                draft.keep()
                entry.lines = Stored(draft.path, draft.size, draft.digest)
        entry.counts = dict(sorted(self._counts.items()))
        entry.refers = {kind: [*ids] for kind, ids in self._refers.items()}

    def add(self, kind: str, item: Item, **places: str) -> None:
        """Write an object down, with the ids of what it belongs to."""
        self.add_raw(kind, item.raw, **places)
        self.refer(item.value)

    def add_raw(self, kind: str, raw: bytes, **places: str) -> None:
        """Write JSON down, whatever it is."""
        self._draft.write(line_of(kind, raw, **places))
        self._counts[kind] += 1

    def refer(self, value: object) -> None:
        """Note what an object names."""
        for kind, id in references(value):  # noqa: A001 - of what is named
            self.refer_to(kind, id)

    def refer_to(self, kind: str, id: str) -> None:
        """Note that the unit names something."""
        self._refers.setdefault(kind, {})[id] = None

    def add_all(self, kind: str, *path: str, **places: str) -> Iterator[Item]:
        """Write a list down, and yield its items that have an id.

        What can't be had of it is noted; what came is kept.
        """
        with self.noting(f"{kind}s"):
            for item in self.source.items(*path):
                self.add(kind, item, **places)
                if item.id:
                    yield item
                else:
                    error = UnreadableError("an item has no id that is text")
                    self.note(f"{kind}s", error)

    @contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Note what can't be had, and go on.

        Raises:
            APIConnectionError: the server can't be reached any more.
            AuthenticationError: the key is not accepted any more.
        """
        try:
            yield
        except (APIConnectionError, AuthenticationError):
            raise
        except (APIError, UnreadableError) as error:
            self.note(what, error)

    def note(self, what: str, error: Exception) -> None:
        """Note that something could not be had."""
        self.entry.problems.append(problem_of(self.entry, what, error))
