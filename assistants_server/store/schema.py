"""The tables of the store: made, recognised, and upgraded from earlier versions."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, suppress
from functools import cache
from typing import TYPE_CHECKING

from .interface import StoreError
from .sqlite_text import NO_DATABASE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

# "asst" in ASCII: the number by which SQLite's header tells whose file it is.
_APPLICATION = 0x61737374
# What a file of SQLite begins with.
_MAGIC = b"SQLite format 3\0"
# What each version added to the one before, so that the files of all are opened.
# Deleted objects keep their position, so that a cursor that names one goes on working.
_STEPS = (
    """
create table objects (
    place integer primary key,
    id text not null unique,
    kind text not null,
    thread text,
    run text,
    active integer not null default 0,
    body text,
    notes text
);
create index by_kind on objects (kind, thread, run, place);
create index by_activity on objects (active, thread) where active;
""",
    """
alter table objects add column expires integer;
create index by_expiry on objects (expires) where expires is not null;
create table vector_store_files (
    place integer primary key,
    vector_store text not null,
    file text not null,
    attempts integer not null default 0,
    body text,
    status text as (json_extract(body, '$.status')),
    usage integer as (json_extract(body, '$.usage_bytes')),
    unique (vector_store, file)
);
create index by_store on vector_store_files (vector_store, place);
create index by_status on vector_store_files (vector_store, status, usage);
create index by_file on vector_store_files (file);
create table batch_files (
    batch text not null,
    file text not null,
    primary key (batch, file)
) without rowid;
create index waiting on vector_store_files (place) where status = 'in_progress';
""",
    """
alter table objects add column label text;
update objects set label = json_extract(body, '$.run_id') where kind = 'message';
update objects set label = json_extract(body, '$.purpose') where kind = 'file';
create index by_thread on objects (thread)
    where body is not null and thread is not null;
create index by_label on objects (kind, thread, label, place)
    where label is not null;
create index by_status_and_place on vector_store_files (vector_store, status, place);
create table deltas (
    place integer primary key,
    message text not null,
    part text not null
);
create index deltas_by_message on deltas (message, place);
""",
    # To add many files at once quickly: no JSON is read for it, and one index less is
    # kept, as that for lists of a status also has what is counted.
    """
drop index by_status;
drop index by_status_and_place;
drop index waiting;
alter table vector_store_files drop column status;
alter table vector_store_files drop column usage;
alter table vector_store_files add column status text;
alter table vector_store_files add column usage integer;
update vector_store_files set status = json_extract(body, '$.status'),
    usage = json_extract(body, '$.usage_bytes');
create index waiting on vector_store_files (place) where status = 'in_progress';
create index by_status on vector_store_files (vector_store, status, place, usage);
""",
    # Everything belongs to a project.
    """
alter table objects add column project text not null default 'default';
drop index by_kind;
create index by_kind on objects (kind, thread, run, project, place);
drop index by_label;
create index by_label on objects (kind, thread, label, project, place)
    where label is not null;
alter table vector_store_files add column project text not null default 'default';
""",
    # When it was used, which nobody knows of what was there before: until now.
    """
alter table objects add column used_at integer not null default {now};
create index by_absence on objects (used_at) where body is null;
""",
)
# Files of earlier versions may lack it, or have it without what finds the deleted, or
# without projects.
_RESPONSES = """
create table if not exists answers (
    place integer primary key,
    project text not null,
    key text not null,
    request text not null,
    answer text not null,
    kept_at real not null,
    object text,
    thread text,
    unique (project, key)
);
create index if not exists answers_by_project on answers (project, place);
create index if not exists answers_by_age on answers (kept_at);
create index if not exists answers_by_object on answers (object);
create index if not exists answers_by_thread on answers (thread)
"""
_FINDING = """
alter table answers add column object text;
alter table answers add column thread text;
update answers set object = json_extract(answer, '$.body.id'),
    thread = json_extract(answer, '$.body.thread_id')
"""
_SET_ASIDE = """
drop index if exists answers_by_age;
drop index if exists answers_by_object;
drop index if exists answers_by_thread;
alter table answers rename to earlier_answers
"""
_TAKEN_OVER = """
insert into answers
    select place, 'default', key, request, answer, kept_at, object, thread
    from earlier_answers;
drop table earlier_answers
"""


def refuse_other_files(path: Path | None) -> None:
    """Refuse what SQLite would take for an empty file: a few bytes, or a device.

    Raises:
        StoreError: it is such a file, or one that was emptied.
    """
    with suppress(OSError):
        if path and path.exists() and not path.is_file() and not path.is_dir():
            raise StoreError(f"{path}: {NO_DATABASE}")
        if path and path.is_file():
            with path.open("rb") as file:
                start = file.read(len(_MAGIC))
            if start and start != _MAGIC:
                raise StoreError(f"{path}: {NO_DATABASE}")
            if not start and (rest := _rest_of(path)):
                raise StoreError(
                    f"{path}: is empty, but what belongs to it is there: {rest}; "
                    "restore the file from a copy, or move that away to begin anew"
                )


def _rest_of(path: Path) -> Path | None:
    """Return what is left of a store whose file is empty; None for nothing.

    SQLite would throw its log away, and the server the contents that no file has.
    """
    log, folder = (path.with_name(f"{path.name}{end}") for end in ("-wal", ".files"))
    if log.is_file() and log.stat().st_size:
        return log
    return folder if folder.is_dir() and any(folder.iterdir()) else None


def make_private(path: Path | None) -> None:
    """Make a file that only its owner can read, if there is none yet.

    SQLite would let the others of the machine read it.
    """
    with suppress(OSError):
        if path:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def keep_private(path: Path | None) -> None:
    """Let nobody but its owner read a file that is there, and its log.

    The log may be there already, with the mode that the file had; what comes gets the
    same as the file. Where that is somebody else's, they know.
    """
    if path:
        for each in (path, path.with_name(f"{path.name}-wal")):
            with suppress(OSError):
                each.chmod(0o600)


def open_schema(
    sql: sqlite3.Connection,
    path: Path | None,
    changes: Callable[[], AbstractContextManager[None]],
) -> None:
    """Make the tables that are missing, all of them or, after an error, none.

    Args:
        sql: the database.
        path: its file, for errors.
        changes: begins and ends a transaction.

    Raises:
        StoreError: it is the file of something else, or of a later version.
    """
    # A second server on the same file would carry on the same runs.
    sql.execute("pragma locking_mode = exclusive")
    # Before anything is changed: it may be somebody else's.
    version = _version(sql, path)
    keep_private(path)
    sql.execute("pragma journal_mode = wal")
    # Its log is emptied when there is time for it.
    sql.execute("pragma wal_autocheckpoint = 0")
    # What is deleted is overwritten, not only forgotten.
    sql.execute("pragma secure_delete = on")
    sql.execute("pragma synchronous = normal")
    with changes():
        if version == 0:
            for statement in _all_at_once():
                sql.execute(statement)
        else:
            _upgrade(sql, version)
        sql.execute(f"pragma application_id = {_APPLICATION}")
        sql.execute(f"pragma user_version = {len(_STEPS)}")
        sql.execute("select id from objects where active").fetchone()


@cache
def _all_at_once() -> list[str]:
    """Return what makes at once what the steps make one after the other.

    That takes a quarter of the time, and tests open many stores.
    """
    with closing(sqlite3.connect(":memory:")) as sql:
        _upgrade(sql, 0)
        made = "select sql from sqlite_master where sql is not null order by rowid"
        return [statement for (statement,) in sql.execute(made)]


def _upgrade(sql: sqlite3.Connection, version: int) -> None:
    for step in _STEPS[version:]:
        _run(sql, step)
    _open_responses(sql)


def _open_responses(sql: sqlite3.Connection) -> None:
    columns = {row[1] for row in sql.execute("pragma table_xinfo(answers)")}
    is_earlier = columns and "project" not in columns
    if is_earlier:
        if "object" not in columns:
            _run(sql, _FINDING)
        _run(sql, _SET_ASIDE)
    _run(sql, _RESPONSES)
    if is_earlier:
        _run(sql, _TAKEN_OVER)


def _run(sql: sqlite3.Connection, statements: str) -> None:
    now = str(int(time.time()))
    for statement in statements.replace("{now}", now).split(";"):
        sql.execute(statement)


def _version(sql: sqlite3.Connection, path: Path | None) -> int:
    """Return which version wrote the file; 0 for an empty one."""
    (application,) = sql.execute("pragma application_id").fetchone()
    (version,) = sql.execute("pragma user_version").fetchone()
    (tables,) = sql.execute("select count(*) from sqlite_master").fetchone()
    if application == _APPLICATION:
        if 1 <= version <= len(_STEPS):
            return int(version)
        what = f"was written by another version of this server ({version})"
    elif tables or application or version:
        what = "is a database of something else"
    else:
        return 0
    raise StoreError(f"{path}: {what}; name another file")
