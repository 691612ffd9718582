"""A store with many threads and messages, made by SQL in the database itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_PORTION = 250_000
# What a message is like; its id and its thread's come where they belong.
_MESSAGE = (
    '{"id":"ID","object":"thread.message","created_at":1700000000,"assistant_id":null,'
    '"thread_id":"THREAD","run_id":null,"role":"user","status":"completed",'
    '"incomplete_details":null,"completed_at":null,"incomplete_at":null,"content":'
    '[{"type":"text","text":{"value":"What does the report say?","annotations":[]}}],'
    '"attachments":[],"metadata":{}}'
)
_THREAD = (
    '{"id":"ID","object":"thread","created_at":1700000000,"tool_resources":{},'
    '"metadata":{}}'
)
_RUN = '{"id":"ID","object":"thread.run","thread_id":"THREAD","status":"completed"}'
_STEP = (
    '{"id":"ID","object":"thread.run.step","thread_id":"THREAD","status":"completed"}'
)
_FILE = (
    '{"id":"ID","object":"file","bytes":1,"created_at":1700000000,"expires_at":null,'
    '"filename":"a.txt","purpose":"assistants","status":"processed"}'
)
_STORE = (
    '{"id":"ID","object":"vector_store","created_at":1700000000,"name":null,'
    '"status":"completed","expires_after":null,"expires_at":null,'
    '"last_active_at":1700000000,"metadata":{}}'
)
_ENTRY = (
    '{"id":"ID","object":"vector_store.file","usage_bytes":1,"created_at":1700000000,'
    '"vector_store_id":"THREAD","status":"failed","last_error":null,'
    '"chunking_strategy":{"type":"static"},"attributes":{}}'
)
_COLUMNS = "project, id, kind, thread, run, label, body, notes, used_at"


@dataclass(frozen=True)
class Size:
    """How large a store is.

    Attributes:
        threads: how many threads it has.
        messages: how many messages they have together.
    """

    threads: int = 100_000
    messages: int = 5_000_000


def fill(execute: Callable[[str], object], size: Size, *, series: str) -> None:
    """Fill the tables of a store.

    Messages come in turn from all threads, as they do where many clients write.

    Args:
        execute: carries out a statement.
        size: how large it is to be.
        series: a query for `n` from {first} to {last}, as the database has it.
    """

    def each(count: int, insert: str) -> None:
        for first in range(1, count + 1, _PORTION):
            last = min(first + _PORTION - 1, count)
            execute(insert.replace("SERIES", series.format(first=first, last=last)))

    thread = f"'thread_' || (n * 7919 % {size.threads} + 1)"
    every = {
        "thread": (size.threads, "'thread_' || n", "null", "null", "null", _THREAD),
        "message": (size.messages, "'msg_' || n", thread, "null", "null", _MESSAGE),
        "run": (size.messages // 20, "'run_' || n", thread, "null", "null", _RUN),
        "step": (
            *(size.messages // 20, "'step_' || n", thread, "'run_' || n", "null"),
            _STEP,
        ),
        "assistant": (1000, "'asst_' || n", "null", "null", "null", _THREAD),
        "file": (
            size.threads // 5,
            "'file-' || n",
            "null",
            "null",
            "'assistants'",
            _FILE,
        ),
        "vector_store": (
            size.threads // 20,
            "'vs_' || n",
            "null",
            "null",
            "null",
            _STORE,
        ),
    }
    for kind, (count, id, owner, run, label, body) in every.items():  # noqa: A001
        made = f"replace(replace('{body}', 'ID', {id}), 'THREAD', {owner})"
        if owner == "null":
            made = f"replace('{body}', 'ID', {id})"
        # One message in ten was written by a run.
        said = "case when n % 10 = 0 then 'run_' || (n / 10) end"
        label = said if kind == "message" else label
        # Of two projects, and one in a hundred is deleted.
        project = "case when n % 3 = 0 then 'other' else 'default' end"
        body = f"case when n % 100 = 99 then null else {made} end"
        each(
            count,
            f"insert into objects ({_COLUMNS}) select {project}, {id}, '{kind}', "
            f"{owner}, {run}, {label}, {body}, '{{}}', 1700000000 from SERIES",
        )
    stores = size.threads // 20
    file, store = f"'file-' || (n % {stores} + 1)", f"'vs_' || (n / {stores} + 1)"
    each(
        size.threads,
        "insert into vector_store_files (vector_store, file, body, status, usage)"
        f" select {store}, {file}, replace(replace('{_ENTRY}', 'ID', {file}),"
        f" 'THREAD', {store}), 'failed', 1 from SERIES",
    )
