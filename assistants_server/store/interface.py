"""What the server needs of a store, whatever keeps the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from contextlib import AbstractContextManager

    from .deltas import Deltas
    from .key_table import KeyTable
    from .processes import Processes
    from .rates import Rates
    from .stored_responses import StoredResponses
    from .uses import Uses
    from .vector_store_files import VectorStoreFiles
    from .whose import Whose

JSON = dict[str, Any]
_T = TypeVar("_T")


class StoreError(Exception):
    """The store can't be used; the text says why and what to do."""

    explains_itself = True


class DamagedStoreError(StoreError):
    """What the store has is damaged, and will be until somebody restores it."""


class StoreAwayError(StoreError):
    """The store can't be used now, but soon, and without a restart."""


class UncertainChangeError(StoreAwayError):
    """The store went away while a change was made: it may have been made, or not."""


class ConflictError(StoreError):
    """Something has been added that is there already, such as an id."""


def is_from(error: BaseException | None, kind: type[StoreError]) -> bool:
    """Return whether an error of the store is behind another one."""
    while error and not isinstance(error, kind):
        error = error.__cause__
    return error is not None


@dataclass(frozen=True)
class Page:
    """Part of a list: the objects, and whether there are more beyond it."""

    objects: list[JSON]
    has_more: bool


@dataclass(frozen=True)
class StoredResponse:
    """The response to a request with an idempotency key.

    Attributes:
        fingerprint: identifies the request, so that another one is recognised.
        body: the body; of a stream, the run that it reported.
        headers: the headers that belong to the operation.
        streamed: whether the response was a stream.
        deleted: whether what it had in it was deleted since.
    """

    fingerprint: str
    body: JSON
    headers: dict[str, str]
    streamed: bool
    deleted: bool = False


class Stored(NamedTuple):
    """What a store knows of an id.

    Attributes:
        kind: what has it.
        thread: the thread, or vector store, that it belongs to.
        run: the run that it belongs to.
        body: its JSON; None for what was deleted.
        notes: the notes on it.
    """

    kind: str
    thread: str | None
    run: str | None
    body: JSON | None
    notes: JSON


class Store(Protocol):
    """All objects and stored responses; `SQLiteStore` describes the methods.

    They are called within `changes`; on an event loop within `perform`, since some
    stores wait for another machine. What is performed may be in a thread of its own, at
    the same time as what others perform: it reaches what belongs to the loop only
    through `after`, and locks what it reads in order to change it.
    """

    # ruff: noqa: D102 - see there
    @property
    def vector_store_files(self) -> VectorStoreFiles: ...

    @property
    def deltas(self) -> Deltas: ...

    @property
    def rates(self) -> Rates: ...

    @property
    def keys(self) -> KeyTable | None: ...

    @property
    def uses(self) -> Uses: ...

    @property
    def responses(self) -> StoredResponses: ...

    @property
    def processes(self) -> Processes: ...

    def of(self, project: str) -> Store: ...

    def project_of(self, id: str) -> str: ...

    def close(self) -> None: ...

    def check(self) -> None: ...

    async def perform(self, work: Callable[[], _T]) -> _T: ...

    def changes(self) -> AbstractContextManager[None]: ...

    def after(self, effect: Callable[[], None]) -> None: ...

    def errors_explained(self) -> AbstractContextManager[None]: ...

    def lock(self, *ids: str, whose: Whose | None = None) -> None: ...

    def lock_key(self, key: str) -> None: ...

    def hold(self, run: str, *, ending: bool = False) -> bool: ...

    def add(
        self,
        kind: str,
        body: JSON,
        *,
        thread: str | None = None,
        run: str | None = None,
        active: bool = False,
        notes: JSON | None = None,
        expires: int | None = None,
    ) -> None: ...

    def expire_at(self, id: str, expires: int | None) -> None: ...

    def expired(self, kind: str, now: int) -> list[JSON]: ...

    def get(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON | None: ...

    def stored(self, id: str) -> Stored | None: ...

    def existing(self, kind: str, ids: Iterable[str]) -> set[str]: ...

    def put(self, body: JSON, *, active: bool = False) -> None: ...

    def notes(self, id: str) -> JSON: ...

    def put_notes(self, id: str, notes: JSON) -> None: ...

    def delete(self, id: str) -> None: ...

    def delete_thread(self, id: str) -> None: ...

    def delete_rest(self, id: str) -> bool: ...

    def leftovers(self) -> list[str]: ...

    def all(
        self, kind: str, *, thread: str | None = None, run: str | None = None
    ) -> list[JSON]: ...

    def active_run(self, thread: str) -> str | None: ...

    def active_runs(self, *, besides: Container[str] = ()) -> list[JSON]: ...

    def position(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> int | None: ...

    def page(
        self,
        kind: str,
        *,
        thread: str | None = None,
        run: str | None = None,
        above: int = -1,
        below: int | None = None,
        newest_first: bool = False,
        from_the_end: bool = False,
        limit: int,
        label: str | None = None,
    ) -> Page: ...
