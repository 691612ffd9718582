"""The store in SQL, as far as it is the same in every database."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

from ..compact_json import all_from_json, from_json, to_json
from .database import marks
from .deltas import Deltas
from .failures import Failures
from .interface import Page, Stored
from .stored_responses import StoredResponses
from .uses import Uses
from .vector_store_files import VectorStoreFiles
from .whose import Whose

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from .database import Database
    from .processes import Processes

JSON = dict[str, Any]
# By what else than where they belong lists are filtered.
_LABELS = {"message": "run_id", "file": "purpose"}
# Who adds one of them waits for others who do, so that a list is in the order of the
# changes, and who has read it to its end finds what is new behind that. Threads are
# added too often for it, and what is in a thread waits for that.
_IN_ORDER = ("assistant", "file", "vector_store")
# How many objects are deleted, or looked for, at once.
_PORTION = 500
_EMPTY = (
    "update objects set body = null, notes = '{}', active = false, expires = null,"
    " used_at = ?"
)


class SQLStore(Failures):
    """All objects of all projects, each as the JSON of the API, in order of creation.

    What happens within `changes` is one change to every client. Besides its JSON an
    object has notes: what the server needs to know of it and no response shows. Every
    object is of a kind ("assistant", "thread", "message", "run", "step", "file",
    "vector_store", "file_batch"), and may belong to a thread, or a vector store, and a
    run.

    Attributes:
        vector_store_files: the files of vector stores.
        deltas: the text of messages that are being written.
        responses: the responses to requests with an idempotency key.
        uses: when objects were used last.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        whose: Whose = Whose(),  # noqa: B008 - it is frozen
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._whose = whose
        self.vector_store_files = VectorStoreFiles(
            database, whose, on_delete=self._purge_after
        )
        self.deltas = Deltas(database)
        self.responses = StoredResponses(database, clock, whose)
        self.uses = Uses(database, clock, whose)

    @property
    @abstractmethod
    def processes(self) -> Processes:
        """Return this process among those that share the store."""

    @property
    def database(self) -> Database:
        """Return what carries out the SQL of a change, for other tables in there."""
        return self._database

    @abstractmethod
    def of(self, project: str) -> SQLStore:
        """Return the store as a project sees it: what is not its own isn't there."""

    def project_of(self, id: str) -> str:
        """Return the project that an object belongs to, deleted or not.

        Raises:
            LookupError: there never was one with this id.
        """
        row = self._database.execute(
            f"select project from objects where {self._whose}id = ?",
            (*self._whose.values, id),
        ).fetchone()
        if row is None:
            raise LookupError(id)
        project: str = row[0]
        return project

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
    ) -> None:
        """Add an object at the end of its list; `active` is for active runs.

        What `expires` is found by `expired` from that second on, and by all else until
        it is deleted.
        """
        if thread is None and kind in _IN_ORDER:
            # No key has a line break.
            self.lock_key(f"\n{kind}")
        self._database.execute(
            "insert into objects"
            " (project, id, kind, thread, run, active, body, notes, expires, used_at,"
            f" label) values ({marks(11)})",
            (
                *(self._whose.owner, body["id"], kind, thread, run, active),
                *(to_json(body), to_json(notes or {}), expires, self.uses.now()),
                body.get(_LABELS[kind]) if kind in _LABELS else None,
            ),
        )

    def expire_at(self, id: str, expires: int | None) -> None:
        """Set when an object expires, in seconds since 1970; None for never."""
        self._database.execute(
            f"update objects set expires = ? where {self._whose}id = ?"
            " and body is not null",
            (expires, *self._whose.values, id),
        )

    def expired(self, kind: str, now: int) -> list[JSON]:
        """Return the objects of a kind whose time is over, the longest first.

        Without those that another change is at work on, which sees to them.
        """
        rows = self._database.execute(
            "select body from objects indexed by by_expiry"
            f" where {self._whose}expires <= ? and kind = ? and body is not null"
            " order by expires /* for update skip locked */",
            (*self._whose.values, now, kind),
        )
        return [from_json(body) for (body,) in rows]

    def get(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> JSON | None:
        """Return the object of this kind, thread and run; None if there is none."""
        row = self._database.execute(
            "select kind, thread, run, body from objects"
            f" where {self._whose}id = ? and body is not null",
            (*self._whose.values, id),
        ).fetchone()
        if row is None or tuple(row[:3]) != (kind, thread, run):
            return None
        body: JSON = from_json(row[3])
        return body

    def stored(self, id: str) -> Stored | None:
        """Return what is known of an id, whatever has it or had it."""
        row = self._database.execute(
            "select kind, thread, run, body, notes from objects"
            f" where {self._whose}id = ?",
            (*self._whose.values, id),
        ).fetchone()
        if row is None:
            return None
        kind, thread, run, body, notes = row
        return Stored(kind, thread, run, body and from_json(body), from_json(notes))

    def existing(self, kind: str, ids: Iterable[str]) -> set[str]:
        """Return those of some ids that objects of a kind have."""
        found: set[str] = set()
        asked = [*dict.fromkeys(ids)]
        for start in range(0, len(asked), _PORTION):
            some = asked[start : start + _PORTION]
            rows = self._database.execute(
                # As an expression, so that not all objects of the kind are looked at.
                f"select id from objects where {self._whose}id in ({marks(len(some))})"
                " and kind || '' = ? and body is not null",
                (*self._whose.values, *some, kind),
            )
            found.update(id for (id,) in rows)  # noqa: A001 - of a row
        return found

    def notes(self, id: str) -> JSON:
        """Return the notes on an object."""
        row = self._database.execute(
            f"select notes from objects where {self._whose}id = ?",
            (*self._whose.values, id),
        ).fetchone()
        notes: JSON = from_json(row[0])
        return notes

    def put(self, body: JSON, *, active: bool = False) -> None:
        """Replace the JSON of an object, and set whether it is an active run."""
        self._database.execute(
            f"update objects set body = ?, active = ?, used_at = ? where {self._whose}"
            "id = ? and body is not null",
            (
                *(to_json(body), active, self.uses.now()),
                *(*self._whose.values, body["id"]),
            ),
        )

    def put_notes(self, id: str, notes: JSON) -> None:
        """Replace the notes on an object."""
        self._database.execute(
            f"update objects set notes = ? where {self._whose}id = ?"
            " and body is not null",
            (to_json(notes), *self._whose.values, id),
        )

    def delete(self, id: str) -> None:
        """Delete an object; its position stays known, for cursors."""
        gone = self._database.execute(
            f"{_EMPTY} where {self._whose}id = ?",
            (self.uses.now(), *self._whose.values, id),
        )
        if gone.rowcount:
            self.deltas.delete(id)
            self.responses.forget(id)
            self._purge_after()

    def delete_thread(self, id: str) -> None:
        """Delete a thread, or a vector store, and most of what is in it.

        Where it is more than can go at once, `delete_rest` takes the rest.
        """
        self.delete(id)
        # What is active goes first: nothing may carry it on.
        self._database.execute(
            f"{_EMPTY} where {self._whose}active and thread = ?",
            (self.uses.now(), *self._whose.values, id),
        )
        self._delete_some(id)

    def delete_rest(self, id: str) -> bool:
        """Delete some of what is left of a thread; return whether there is more."""
        with self.changes():
            more = self._delete_some(id)
            if not more:
                self._purge_after()
        return more

    def _purge_after(self) -> None:
        """Get rid of what a change deletes, when it is made."""
        self.after(self._purge)

    def leftovers(self) -> list[str]:
        """Return the threads and vector stores that are deleted, but for a rest."""
        rows = self._database.execute(
            f"select id from objects as gone where {self._whose}body is null"
            " and kind in ('thread', 'vector_store') and exists (select 1 from objects"
            " where thread = gone.id and body is not null)",
            self._whose.values,
        )
        return [id for (id,) in rows]  # noqa: A001 - of a row

    def _delete_some(self, id: str) -> bool:
        rows = self._database.execute(
            f"select place, id from objects where {self._whose}thread = ?"
            " and body is not null limit ?",
            (*self._whose.values, id, _PORTION),
        ).fetchall()
        now = self.uses.now()
        self._database.executemany(
            _EMPTY + " where place = ?", ((now, place) for place, _ in rows)
        )
        self._database.executemany(
            "delete from deltas where message = ?", ((each,) for _, each in rows)
        )
        return len(rows) == _PORTION

    def all(
        self, kind: str, *, thread: str | None = None, run: str | None = None
    ) -> list[JSON]:
        """Return all objects of a kind, thread and run, oldest first."""
        where, values = _belonging(kind, thread, run)
        rows = self._database.execute(
            f"select body from objects where {self._whose}{where}"
            " and body is not null order by place",
            (*self._whose.values, *values),
        )
        return [from_json(body) for (body,) in rows]

    def active_run(self, thread: str) -> str | None:
        """Return the id of the run that locks a thread; None if it isn't locked."""
        row = self._database.execute(
            f"select id from objects where {self._whose}active and thread = ?",
            (*self._whose.values, thread),
        ).fetchone()
        return row[0] if row else None

    def active_runs(self, *, besides: Container[str] = ()) -> list[JSON]:
        """Return all active runs, oldest first.

        Args:
            besides: ids of runs to leave out.
        """
        rows = self._database.execute(
            "select id, body from objects indexed by by_activity"
            f" where {self._whose}active order by place",
            self._whose.values,
        )
        return [from_json(body) for run, body in rows if run not in besides]

    def position(
        self, kind: str, id: str, *, thread: str | None = None, run: str | None = None
    ) -> int | None:
        """Return the position of an object in order of creation, deleted or not."""
        row = self._database.execute(
            f"select place, kind, thread, run from objects where {self._whose}id = ?",
            (*self._whose.values, id),
        ).fetchone()
        if row is None or tuple(row[1:]) != (kind, thread, run):
            return None
        place: int = row[0]
        return place

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
            label: only messages that this run wrote, or files for this purpose.
        """
        way = "desc" if newest_first != from_the_end else "asc"
        # What is in a thread is ordered by the run, too, which is the same for all:
        # where the condition is "run is null", PostgreSQL doesn't see otherwise that an
        # index has them in order.
        order = f"place {way}" if thread is None else f"run {way}, place {way}"
        where, values = _belonging(kind, thread, run)
        rows = self._database.execute(
            f"select body from objects where {self._whose}{where}"
            " and place > ? and place < ? and body is not null"
            f"{'' if label is None else ' and label = ?'}"
            f" order by {order} limit ?",
            (
                *(*self._whose.values, *values),
                *(above, 2**62 if below is None else below),
                *(() if label is None else (label,)),
                limit + 1,
            ),
        ).fetchall()
        objects = all_from_json(body for (body,) in rows[:limit])
        if from_the_end:
            objects.reverse()
        return Page(objects, has_more=len(rows) > limit)


def _belonging(
    kind: str, thread: str | None, run: str | None
) -> tuple[str, tuple[str, ...]]:
    """Return a condition for objects, and its values."""
    # No word for "is the same as, or both are null" uses an index in every database.
    owners = ("thread", thread), ("run", run)
    names = [f"{name} {'is null' if who is None else '= ?'}" for name, who in owners]
    values = (kind, *(who for _, who in owners if who is not None))
    return " and ".join(["kind = ?", *names]), values
