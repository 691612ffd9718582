"""The processes that share a database of PostgreSQL."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import TYPE_CHECKING, Final

import psycopg

from ...quiet_log import QuietLog
from ..processes import DEAD, LEASE
from .errors import explained

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ..database import Database
    from ..database_url import DatabaseURL
    from ..processes import Carrier, Change

_CHANNEL: Final = "assistants"
# What notifications begin with that are for everybody, and those of events.
_ALL, _EVENTS = "*", "events"
# Seconds between two tries to listen, and two signs of life of who says nothing.
_PAUSE = 1.0
# By which run is nobody's: of no process, of one that is dead, or without its task.
_UNATTENDED = """
active and (carrier is null
    or carrier = ? and not id = any(?)
    or carrier <> ? and not exists (select 1 from processes
        where processes.id = carrier and seen_at > now() - make_interval(secs => ?)))
"""
# What a run that is being cancelled has in it. It may stand elsewhere, too; but no JSON
# with a NUL in it can be read by PostgreSQL.
_IS_MENTIONED = """body like '%"status":"cancelling"%'"""


class DatabaseProcesses:
    """This process among those on the same database; `Processes` describes it."""

    # ruff: noqa: D102 - see there
    def __init__(self, database: Database, information: str, url: DatabaseURL) -> None:
        """Be nobody yet.

        Args:
            database: what carries out statements.
            information: how to connect for listening.
            url: the database, for errors.
        """
        self.id = secrets.token_hex(8)
        self.lease = LEASE
        self.alone = False
        self._database = database
        self._information = information
        self._url = url
        self._quiet = QuietLog()

    def beat(self) -> None:
        self._database.execute(
            "insert into processes (id) values (?)"
            " on conflict (id) do update set seen_at = now()",
            (self.id,),
        )
        self._database.execute(
            "delete from processes where seen_at < now() - interval '1 hour'"
        )
        self._database.execute(
            "delete from events where made_at < now() - interval '10 minutes'"
            " or exists (select 1 from objects where objects.id = events.run and gone)"
        )

    def leave(self) -> None:
        self._database.execute(
            "update objects set carrier = null where active and carrier = ?", (self.id,)
        )
        self._database.execute("delete from processes where id = ?", (self.id,))
        self._notify(_ALL)

    def take(self, run: str) -> bool:
        taken = self._database.execute(
            "update objects set carrier = ?"
            " where id = ? and carrier is distinct from ?",
            (self.id, run, self.id),
        )
        return taken.rowcount == 0

    def release(self, run: str) -> None:
        self._database.execute("update objects set carrier = null where id = ?", (run,))
        self._notify(_ALL)

    def carrier(self, run: str) -> Carrier:
        found = self._database.execute(
            "select carrier from objects left join processes"
            " on processes.id = carrier and seen_at > now() - make_interval(secs => ?)"
            " where objects.id = ? and (carrier = ? or processes.id is not null)",
            (self.lease * DEAD, run, self.id),
        ).fetchone()
        if found is None:
            return "nobody"
        return "here" if found[0] == self.id else "elsewhere"

    def unattended(self, *, besides: Collection[str] = ()) -> dict[str, Carrier]:
        rows = self._database.execute(
            f"select id, carrier from objects where {_UNATTENDED} order by place",
            (self.id, [*besides], self.id, self.lease * DEAD),
        )
        return {run: self._whose(carrier) for run, carrier in rows}

    def claim(self, run: str) -> Carrier | None:
        found = self._database.execute(
            f"select carrier from objects where id = ? and {_UNATTENDED}"
            " for update of objects skip locked",
            (run, self.id, [], self.id, self.lease * DEAD),
        ).fetchone()
        if found is None:
            return None
        self.take(run)
        return self._whose(found[0])

    def changes(self, runs: Collection[str]) -> dict[str, Change]:
        if not runs:
            return {}
        rows = self._database.execute(
            "select id, gone, carrier is distinct from ?,"
            f" case when active and {_IS_MENTIONED} then body end"
            " from objects where id = any(?)"
            f" and (gone or carrier is distinct from ? or active and {_IS_MENTIONED})",
            (self.id, [*runs], self.id),
        )
        return {
            run: "gone" if gone else "taken" if taken else "cancelling"
            for run, gone, taken, body in rows
            if gone or taken or _is_cancelling(body)
        }

    def holds(self, run: str, *, ending: bool) -> bool:
        """Lock a run, and return whether this process still has to carry it on."""
        found = self._database.execute(
            f"select case when {_IS_MENTIONED} then body end from objects"
            " where id = ? and active and carrier = ? for update",
            (run, self.id),
        ).fetchone()
        return found is not None and (ending or not _is_cancelling(found[0]))

    def tell(self, run: str) -> None:
        found = self._database.execute(
            "select carrier from objects where id = ? and carrier <> ?", (run, self.id)
        ).fetchone()
        if found:
            self._notify(f"{found[0]} {run}")

    def add_event(self, run: str, frame: str | None) -> int:
        (place,) = self._database.execute(
            "insert into events (run, frame) values (?, ?) returning place",
            (run, frame or ""),
        ).fetchone()
        self._notify(f"{_EVENTS} {run}")
        return int(place)

    def events(self, run: str, *, after: int) -> list[tuple[int, str | None]]:
        rows = self._database.execute(
            "select place, frame from events where run = ? and place > ?"
            " order by place",
            (run, after),
        )
        return [(place, frame or None) for place, frame in rows]

    async def listen(self, heard: Callable[[str | None], None]) -> None:
        while True:
            try:
                await self._listen(heard)
            except psycopg.InterfaceError:
                # Such as an event loop that can't watch its socket, as on Windows. The
                # store is looked at once a second anyhow.
                return
            except psycopg.Error as error:
                why = explained(error, self._url)
                self._quiet.error("other servers aren't heard", why, traceback=False)
            await asyncio.sleep(_PAUSE)

    async def _listen(self, heard: Callable[[str | None], None]) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._information, autocommit=True
        )
        try:
            await connection.execute(f"listen {_CHANNEL}")
            # What was said before isn't said again.
            heard(None)
            async for notify in connection.notifies():
                whom, _, run = notify.payload.partition(" ")
                if whom == _EVENTS:
                    heard(run)
                elif whom in (_ALL, self.id):
                    heard(None)
        finally:
            # Nothing is to be rolled back first, which could be cancelled in turn.
            await connection.close()

    def _notify(self, text: str) -> None:
        self._database.execute("select pg_notify(?, ?)", (_CHANNEL, text))

    def _whose(self, carrier: str | None) -> Carrier:
        if carrier is None:
            return "nobody"
        return "here" if carrier == self.id else "elsewhere"


def _is_cancelling(body: str | None) -> bool:
    return body is not None and json.loads(body)["status"] == "cancelling"
