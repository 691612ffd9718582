"""What the server needs of a store, whatever keeps the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

JSON = dict[str, Any]


class StoreError(Exception):
    """The store can't be used; the text says why and what to do."""


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
    """

    fingerprint: str
    body: JSON
    headers: dict[str, str]
    streamed: bool


class Store(Protocol):
    """All objects, each as the JSON of the API, in order of creation.

    Only one thread may use it, so what happens within `changes` is one change to every
    client. Besides its JSON an object has notes: what the server needs to know of it
    and no response shows. Everything below is one of a kind ("assistant", "thread",
    "message", "run", "step"), and may belong to a thread and a run.
    """

    def close(self) -> None:
        """Close the store; what was changed is in it."""

    def changes(self) -> AbstractContextManager[None]:
        """Make several changes or, after an exception, none of them."""
        ...

    def errors_explained(self) -> AbstractContextManager[None]:
        """Turn errors of the database into a `StoreError` that says what to do."""
        ...

    def add(
        self,
        kind: str,
        body: JSON,
        *,
        thread: str | None = None,
        run: str | None = None,
        active: bool = False,
        notes: JSON | None = None,
    ) -> None:
        """Add an object at the end of its list.

        Args:
            kind: its kind.
            body: its JSON, with its id.
            thread: the id of the thread that it belongs to.
            run: the id of the run that it belongs to.
            active: whether it is an active run.
            notes: what no response shows.
        """

    def get(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON | None:
        """Return the object of this kind, thread and run; None if there is none."""
        ...

    def put(self, body: JSON, *, active: bool = False) -> None:
        """Replace the JSON of an object, and set whether it is an active run."""

    def notes(self, id: str) -> JSON:
        """Return the notes on an object."""
        ...

    def put_notes(self, id: str, notes: JSON) -> None:
        """Replace the notes on an object."""

    def delete(self, id: str) -> None:
        """Delete an object; its position stays known, for cursors."""

    def delete_thread(self, id: str) -> None:
        """Delete a thread and all that is in it."""

    def all(
        self, kind: str, *, thread: str | None = None, run: str | None = None
    ) -> list[JSON]:
        """Return all objects of a kind, thread and run, oldest first."""
        ...

    def active_run(self, thread: str) -> str | None:
        """Return the id of the run that locks a thread; None if it isn't locked."""
        ...

    def active_runs(self) -> list[JSON]:
        """Return all active runs, oldest first."""
        ...

    def position(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> int | None:
        """Return the position of an object in order of creation, deleted or not."""
        ...

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
        run_id: str | None = None,
    ) -> Page:
        """Return part of a list.

        Args:
            kind: what to list.
            thread: the thread that the objects belong to.
            run: the run that they belong to.
            above: only what was created after this position,
            below: and before that one.
            newest_first: the order of the list.
            from_the_end: take the last objects between the positions, not the first.
            limit: how many objects at most.
            run_id: only messages that this run wrote.
        """
        ...

    def response(self, key: str) -> StoredResponse | None:
        """Return the response stored for an idempotency key, if it is still known."""
        ...

    def store_response(self, key: str, response: StoredResponse) -> None:
        """Store the response for an idempotency key, and forget the oldest ones.

        It is part of the same change as what was done, so a restart finds both or
        neither.
        """
