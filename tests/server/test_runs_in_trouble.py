"""Runs in a world that fails: the disk, the clock, the task that carries them."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import (
    LocalServer,
    Turn,
    deterministic,
)
from assistants_server.contract import objects
from assistants_server.engines import Usage
from assistants_server.store.sql import SQLStore
from harness.store_audit import audit
from tests.server.api import TIMEOUT, Api, function, path_of, talking, until
from tests.server.inside import (
    inside,
    let_pass,
    problems,
    scheduler_of,
    sql_of,
    tasks_of,
)
from tests.store.stores import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from assistants_server import Engine

    Let = Callable[[Engine], None]

JSON = dict[str, Any]
CALL = [[{"call": "add", "arguments": {}}], ["done"]]


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("add")])


async def never(turn: Turn) -> AsyncIterator[str]:
    yield "It is"
    await asyncio.sleep(3600)


@pytest.mark.parametrize("years", [-30, 30])
def test_a_clock_that_jumps(monkeypatch: pytest.MonkeyPatch, years: int) -> None:
    """The deadline of a run goes by what has passed, not by what the clock says."""
    real, set_off = time.time, threading.Event()
    offset = years * 365 * 86400

    def clock() -> float:
        return real() + (offset if set_off.is_set() else 0)

    monkeypatch.setattr(time, "time", clock)
    with (
        LocalServer(engine=never, expires_after=0.2) as server,
        talking(server) as api,
    ):
        run = api.start(api.thread("Hi"), api.assistant())
        set_off.set()
        again = api.start(api.thread("Hi"), api.assistant())
        assert api.wait(run)["status"] == "expired"
        assert api.wait(again)["status"] == "expired"
        assert problems(server) == []


def test_a_clock_that_was_set_back_while_the_server_was_away(tmp_path: Path) -> None:
    store, real = tmp_path / "state.db", time.time
    with LocalServer(engine=never, store=store) as server, talking(server) as api:
        run = api.start(api.thread("Hi"), api.assistant())
        until(lambda: api.steps(run), "a step")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() - 10**6)
        with (
            LocalServer(engine=never, store=store, expires_after=0.05) as server,
            talking(server) as api,
        ):
            assert api.wait(run)["status"] == "expired"


def orphaned(server: LocalServer, run: JSON) -> None:
    """Take the task of a run away, as nothing should."""

    def take() -> None:
        task = tasks_of(server).pop(run["id"])
        vars(task)["_left"] = True
        vars(task)["_task"].cancel()

    inside(server, take)


def test_cancelling_works_without_a_task(
    server: LocalServer, api: Api, assistant: str, use_engine: Let
) -> None:
    use_engine(never)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    orphaned(server, run)
    assert api.cancel(run)["status"] == "cancelled"
    assert api.answers(run) == ["It is"]
    assert problems(server) == []


def test_submitting_works_without_a_task(
    server: LocalServer, api: Api, assistant: str
) -> None:
    run = api.run(api.thread("Hi"), assistant, script=CALL)
    orphaned(server, run)
    api.submit(run, "1")
    run = api.wait(run, "completed")
    assert api.answers(run) == ["done"]
    assert problems(server) == []


def test_expiry_works_without_a_task() -> None:
    with LocalServer(engine=never, expires_after=10) as server, talking(server) as api:
        run = api.start(api.thread("Hi"), api.assistant())
        until(lambda: api.steps(run), "a step")
        orphaned(server, run)
        # The server looks for such runs now and then.
        let_pass(server, 10)
        until(lambda: run["id"] in tasks_of(server), "another task")
        let_pass(server, 10)
        assert api.wait(run)["status"] == "expired"
        assert problems(server) == []


def full(server: LocalServer, *, on: bool) -> None:
    """Let the disk be full: nothing can be written."""
    inside(server, lambda: sql_of(server).execute(f"pragma query_only = {on:d}"))


@pytest.mark.sqlite("a pragma plays the full disk; tests/processes has outages")
@pytest.mark.parametrize("ends", [True, False])
def test_a_disk_that_is_full_for_a_while(
    server: LocalServer,
    api: Api,
    assistant: str,
    use_engine: Let,
    caplog: pytest.LogCaptureFixture,
    *,
    ends: bool,
) -> None:
    go_on = threading.Event()

    async def held(turn: Turn) -> AsyncIterator[str]:
        yield "It is"
        while not go_on.is_set():
            await asyncio.sleep(0.001)
        if not ends:
            yield " so"
        yield Usage(1, 1)  # type: ignore[misc]

    use_engine(held)
    run = api.start(api.thread("Hi"), assistant)
    until(lambda: api.steps(run), "a step")
    full(server, on=True)
    go_on.set()
    refused = api.post(f"{path_of(run)}/cancel", status=507)["error"]
    assert refused["code"] == "storage_error"
    assert api.again(run)["status"] == "in_progress"
    until(lambda: f"{run['id']} can't be ended yet" in caplog.text, "a try to end it")
    full(server, on=False)
    run = api.wait(run)
    assert run["status"] == "failed"
    assert "engine" not in run["last_error"]["message"]
    assert api.answers(run) == ["It is"]
    assert problems(server) == []
    use_engine(deterministic)
    assert api.run(run["thread_id"], assistant, script=[["x"]])["status"] == "completed"


@pytest.mark.sqlite("an authorizer of SQLite refuses the commit")
def test_a_run_whose_commit_fails_never_began(
    server: LocalServer, api: Api, assistant: str
) -> None:
    def deny(action: int, what: str | None, *_: object) -> int:
        denied = (action, what) == (sqlite3.SQLITE_TRANSACTION, "COMMIT")
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    thread = api.thread("Hi")
    waiting = api.run(api.thread("Hi"), assistant, script=CALL)
    sql = sql_of(server)
    inside(server, lambda: sql.set_authorizer(deny))
    try:
        body = {"assistant_id": assistant}
        api.post(f"/threads/{thread}/runs", body, status=507)
        api.post(f"/threads/{thread}/runs", {**body, "stream": True}, status=507)
        api.post(f"{path_of(waiting)}/cancel", status=507)
    finally:
        inside(server, lambda: sql.set_authorizer(None))
    assert api.get(f"/threads/{thread}/runs")["data"] == []
    assert len(tasks_of(server)) == 1
    assert problems(server) == []
    # What was taken back is no part of the next change.
    run = api.run(thread, assistant, script=[["x"]])
    assert run["status"] == "completed"
    assert api.again(waiting)["status"] == "requires_action"
    api.submit(waiting, "1")
    assert api.wait(waiting)["status"] == "completed"


def test_runs_that_begin_while_the_server_stops(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They are for the next server; nothing is written to a store that is closed."""
    store = tmp_path / "state.db"
    stopped = threading.Event()

    def work(url: str) -> None:
        import httpx

        with httpx.Client(base_url=url, verify=False, timeout=TIMEOUT) as http:
            assistant = http.post("/assistants", json={"model": "m"}).json()["id"]
            try:
                while not stopped.is_set():
                    http.post("/threads/runs", json={"assistant_id": assistant})
            except httpx.HTTPError:
                return

    with LocalServer(store=store) as server:
        threads = [threading.Thread(target=work, args=(server.url,)) for _ in range(3)]
        for each in threads:
            each.start()
        until(lambda: len(server.exchanges) > 20, "some runs")
    stopped.set()
    for each in threads:
        each.join(TIMEOUT)
    assert caplog.records == []
    with opened(store) as left, left.changes():
        assert audit(left._database) == []


def test_a_server_that_is_closing_begins_no_run(tmp_path: Path) -> None:
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        thread, assistant = api.thread("Hi"), api.assistant()
        waiting = api.run(thread, api.assistant(tools=[function("add")]), script=CALL)
        closed = threading.Event()

        def close() -> None:
            closing = asyncio.ensure_future(scheduler_of(server).close())
            closing.add_done_callback(lambda _: closed.set())

        inside(server, close)
        assert closed.wait(TIMEOUT)
        run = api.start(api.thread("Hi"), assistant)
        assert tasks_of(server) == {}
        assert api.again(run)["status"] == "queued"
        assert api.again(waiting)["status"] == "requires_action"
    with LocalServer(store=tmp_path / "state.db") as server, talking(server) as api:
        assert api.wait(run)["status"] == "completed"


def test_what_two_requests_make_at_once_is_a_conflict(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where both find that it isn't there; the second one changes nothing."""
    with monkeypatch.context() as patch:
        patch.setattr(objects, "new_id", lambda kind: f"{kind}_1")
        api.post("/threads", {"metadata": {"a": "first"}})
        error = api.post("/threads", {"metadata": {"a": "second"}}, status=409)["error"]
    assert error["code"] == "conflict"
    assert api.get("/threads/thread_1")["metadata"] == {"a": "first"}


@pytest.mark.postgres
def test_a_second_active_run_is_a_conflict(
    api: Api, assistant: str, monkeypatch: pytest.MonkeyPatch, use_engine: Let
) -> None:
    """Which our client repeats, and learns of the first one then."""
    use_engine(never)
    run = api.start(api.thread("Hi"), assistant)
    path, body = f"/threads/{run['thread_id']}/runs", {"assistant_id": assistant}
    with monkeypatch.context() as patch:
        patch.setattr(SQLStore, "active_run", lambda *_: None)
        error = api.post(path, body, status=409)["error"]
    assert error["code"] == "conflict"
    assert api.post(path, body, status=400)["error"]["message"] == (
        f"Thread {run['thread_id']} already has an active run {run['id']}."
    )
    assert [each["id"] for each in api.get(path)["data"]] == [run["id"]]
    api.cancel(run)
