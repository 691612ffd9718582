"""Servers that share a store, without sockets, threads or another machine.

Each has a scheduler and a store of its own, but all stores have the same database in
memory, and what they agree about is in it, too, as in PostgreSQL.
"""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any

from assistants_server.contract.operations import operations
from assistants_server.execution.scheduler import Scheduler
from assistants_server.http.validation import ValidRequest
from assistants_server.library.library import Library
from assistants_server.operations.projects import Projects
from assistants_server.settings import Settings
from assistants_server.store import SQLiteStore, StoreAwayError
from assistants_server.store.processes import OnlyProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Self

    from assistants_server import Engine
    from assistants_server.http.events import Listener
    from assistants_server.http.results import Result
    from assistants_server.store.processes import Carrier, Change
    from tests.server.conformance import Event

JSON = dict[str, Any]
_SCHEMA = (
    "create table carriers (run text primary key, process text)",
    "create table events (place integer primary key, run text, frame text)",
)
# How many turns of the event loop are more than enough for anything.
_MOST = 5000


class Fleet:
    """Servers over one database.

    Attributes:
        members: the servers.
        changes: how many changes servers made to runs that they carried on.
        cuts: those that have not come.
        late: the server that was cut off.
        heir: who takes up its runs.
    """

    def __init__(self, engine: Engine, count: int) -> None:
        """Prepare so many servers."""
        self.sql = SQLiteStore()
        for each in _SCHEMA:
            self.sql.database.execute(each)
        self.members = [Member(self, engine, str(number)) for number in range(count)]
        self.begin(())

    def begin(self, cuts: Sequence[tuple[int, int]]) -> None:
        """Begin to count changes.

        Args:
            cuts: after how many changes of runs the server that is about to make the
                next one is cut off, and which one takes up its runs then.
        """
        self.cuts = [*cuts]
        self.changes = 0
        self.late: str | None = None
        self.heir: str | None = None

    async def __aenter__(self) -> Self:
        for each in self.members:
            await each.scheduler.resume()
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self.members:
            await each.scheduler.close()
        self.sql.close()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let all servers go on until something is so."""
        for turn in range(_MOST):
            if is_so():
                return
            # Not in every turn, as looking costs more than what there is to see.
            for each in self.members if turn % 6 == 5 else ():
                each.scheduler._hear(None)
            await asyncio.sleep(0)
        raise AssertionError("it never came to that")

    async def read(self, listener: Listener | None) -> list[Event]:
        """Return the events of a stream, to its end."""
        frames = vars(listener)["_frames"]
        got: list[bytes | None] = []

        def has_ended() -> bool:
            while not frames.empty():
                got.append(frames.get_nowait())
            return None in got

        await self.until(has_ended)
        found = [_event(each) for each in got if each]
        assert found[-1][0] == "done", found[-3:]
        return found

    def may_change(self, member: Member) -> None:
        """Count a change of a run, or cut the server off that would make it.

        Raises:
            StoreAwayError: it is cut off. It comes back at once, but somebody else has
                its runs then.
        """
        if self.cuts and self.changes >= self.cuts[0][0]:
            self.late, self.heir = member.name, str(self.cuts.pop(0)[1])
            asyncio.get_running_loop().call_soon(member.let_go)
            raise StoreAwayError("it is cut off")
        self.changes += 1


class Member:
    """One of the servers."""

    def __init__(self, fleet: Fleet, engine: Engine, name: str) -> None:
        self.name = name
        nothing: Any = None
        self.store = _Store(fleet, self)
        library = Library(self.store, nothing, nothing, nothing)
        settings = Settings(pace=0)
        searcher: Any = _Nobody()
        self.scheduler = Scheduler(self.store, settings, engine, searcher, nothing)
        projects = Projects(self.store, self.scheduler, library, 0)
        self._project = projects.named("default")

    @property
    def is_at_work(self) -> bool:
        """Return whether it carries on any run."""
        return bool(vars(self.scheduler)["_run_tasks"])

    def let_go(self) -> None:
        """Leave all runs to others."""
        self.scheduler._let_go()

    async def ask(self, name: str, body: JSON, **path: str) -> Result:
        """Return what an operation returns."""
        request = _request(name, body, path)
        act = self._project.acts[request.operation.id]
        return await self.store.perform(lambda: act(request))

    async def ask_again(
        self, name: str, body: JSON, reported: JSON, **path: str
    ) -> Listener:
        """Return the stream of an operation that was asked for before.

        Args:
            name: the operation.
            body: the body of the request.
            reported: the run as it was then.
            path: what the path of the request names.
        """
        replay = partial(self._project.runs.replay, _request(name, body, path))
        return await self.store.perform(lambda: replay(reported))


def _request(name: str, body: JSON, path: dict[str, str]) -> ValidRequest:
    operation = next(each for each in operations() if each.name == name)
    return ValidRequest(operation, path, {}, body, {})


class _Nobody:
    """Searches for no project."""

    def of(self, store: object) -> Any:
        return self


class _Store(SQLiteStore):
    """The store of one server."""

    def __init__(self, fleet: Fleet, member: Member) -> None:
        super().__init__()
        self.close()
        self._sql: Any = fleet.sql.database
        super(SQLiteStore, self).__init__(self._sql, self._clock)
        self._processes = _Process(fleet, member, self._sql)
        self._fleet, self._member = fleet, member

    def hold(self, run: str, *, ending: bool = False) -> bool:
        self._fleet.may_change(self._member)
        found = self.stored(run)
        assert found
        assert found.body
        is_active = self.active_run(str(found.thread)) == run
        is_cancelled = found.body["status"] == "cancelling" and not ending
        mine = self.processes.carrier(run) == "here"
        return is_active and mine and not is_cancelled


class _Process(OnlyProcess):
    """A server among those that share the database."""

    def __init__(self, fleet: Fleet, member: Member, database: Any) -> None:
        super().__init__(database)
        self.id = member.name
        self._fleet = fleet

    def _name(self, run: str) -> str | None:
        rows = self._database.execute(
            "select process from carriers where run = ?", (run,)
        ).fetchone()
        return rows[0] if rows else None

    def take(self, run: str) -> bool:
        had = self._name(run) == self.id
        self._database.execute(
            "insert or replace into carriers values (?, ?)", (run, self.id)
        )
        return had

    def release(self, run: str) -> None:
        self._database.execute("delete from carriers where run = ?", (run,))

    def carrier(self, run: str) -> Carrier:
        name = self._name(run)
        if name == self.id:
            return "here"
        return "nobody" if name in (None, self._fleet.late) else "elsewhere"

    def unattended(self, *, besides: Collection[str] = ()) -> dict[str, Carrier]:
        found: dict[str, Carrier] = {}
        for run in super().unattended():
            name = self._name(run)
            if name == self._fleet.late and name is not None:
                if self._fleet.heir == self.id and run not in besides:
                    found[run] = "here" if name == self.id else "elsewhere"
            elif name is None or (name == self.id and run not in besides):
                found[run] = "nobody" if name is None else "here"
        return found

    def claim(self, run: str) -> Carrier | None:
        whose = self.unattended().get(run)
        if whose:
            self.take(run)
            self._fleet.late = self._fleet.heir = None
        return whose

    def changes(self, runs: Collection[str]) -> dict[str, Change]:
        return {run: "taken" for run in runs if self._name(run) != self.id}

    def add_event(self, run: str, frame: str | None) -> int:
        made = self._database.execute(
            "insert into events (run, frame) values (?, ?) returning place",
            (run, frame),
        )
        (place,) = made.fetchone()
        return int(place)

    def events(self, run: str, *, after: int) -> list[tuple[int, str | None]]:
        rows = self._database.execute(
            "select place, frame from events where run = ? and place > ?"
            " order by place",
            (run, after),
        )
        return [*rows]


def _event(frame: bytes) -> Event:
    name, _, data = frame.decode().strip().partition("\ndata: ")
    said = data if data == "[DONE]" else json.loads(data)
    return name.removeprefix("event: "), said
