"""A database that is away is said to be so, and used again as soon as it is back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from assistants_server import LocalServer
from assistants_server.keys.opened import open_keys
from assistants_server.store import DatabaseURL, StoreAwayError, StoreError
from assistants_server.store.postgres import PostgresStore, sessions
from tests.postgres_store import cluster, database
from tests.server.api import TIMEOUT, talking, until
from tests.server.keyed import unstored

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.api import Api

pytestmark = pytest.mark.postgres


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Don't wait for a database that is restarted on purpose."""
    monkeypatch.setattr(sessions, "_PATIENCE", 0.2)


@contextmanager
def away() -> Iterator[None]:
    cluster().stop(at_once=True)
    try:
        yield
    finally:
        cluster().start()


def test_changes_fail_while_it_is_away_and_no_longer() -> None:
    url = database()
    with closing(PostgresStore(url)) as store:

        async def add(number: int) -> None:
            body = {"id": f"asst_{number}"}
            await store.perform(lambda: store.add("assistant", body))

        asyncio.run(add(1))
        with away():
            for _ in range(3):
                with pytest.raises(StoreAwayError, match=r"can't be (reached|used)"):
                    asyncio.run(add(2))
            with pytest.raises(StoreError, match="is it running"):
                PostgresStore(url)

        def is_back() -> bool:
            try:
                asyncio.run(add(3))
            except StoreAwayError:
                return False
            return True

        until(is_back, "the database to be used again")
        with store.changes():
            ids = [each["id"] for each in store.all("assistant")]
        assert ids == ["asst_1", "asst_3"]


def test_a_restart_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All connections are broken by it, which nobody knows before they are used."""
    monkeypatch.setattr(sessions, "_PATIENCE", 60)
    with closing(PostgresStore(database(), connections=4)) as store:

        async def add(number: int) -> None:
            body = {"id": f"asst_{number}"}
            await store.perform(lambda: store.add("assistant", body))

        async def add_some(first: int) -> None:
            await asyncio.gather(*(add(first + n) for n in range(20)))

        asyncio.run(add_some(0))
        cluster().restart(at_once=True)
        asyncio.run(add_some(20))
        with store.changes():
            assert len(store.all("assistant")) == 40


def test_a_database_that_takes_no_changes_for_a_while(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As a replica, or one that is full: a session begins so, and stays so."""
    with cluster().connect("postgres") as superuser:
        superuser.execute("create database shut_for_a_while")
        url = DatabaseURL(cluster().url("shut_for_a_while"))
        shut = "alter database shut_for_a_while set default_transaction_read_only = on"
        with LocalServer(store=url) as server, talking(server) as api:
            made = api.assistant()
            superuser.execute(shut)
            superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = 'shut_for_a_while'"
            )
            for method, path, body in (
                ("POST", "/assistants", {"model": "m"}),
                ("DELETE", f"/assistants/{made}", None),
            ):
                refused = api.http.request(method, path, json=body)
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "1"
            file = {"file": ("a.txt", b"The Danube.")}
            form = {"purpose": "assistants"}
            refused = api.http.post("/files", files=file, data=form)
            assert refused.status_code == 503
            assert api.get(f"/assistants/{made}")["id"] == made
            ready = f"{server.url.removesuffix('/v1')}/readyz"
            assert api.http.get(ready).status_code == 503
            superuser.execute(shut.replace("= on", "= off"))
            # Whichever session a change gets.
            until(lambda: _can_be_changed(api, 20), "the database to take changes")
            until(lambda: api.http.get(ready).status_code == 200, "it to be ready")
        cluster().drop("shut_for_a_while")
    assert "can only be read; is it a replica?" in caplog.text


def _can_be_changed(api: Api, times: int) -> bool:
    answers = [api.http.post("/threads", json={}) for _ in range(times)]
    return all(each.status_code == 200 for each in answers)


def test_clients_are_asked_to_come_again(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        LocalServer(store=database().secret) as server,
        talking(server) as api,
    ):
        made = api.assistant()
        with away():
            for method, path, body in (
                ("GET", "/assistants", None),
                ("POST", "/assistants", {"model": "m"}),
                ("DELETE", f"/assistants/{made}", None),
                ("POST", "/threads/runs", {"assistant_id": made, "stream": True}),
            ):
                refused = api.http.request(method, path, json=body)
                assert refused.status_code == 503
                assert refused.headers["retry-after"] == "1"
                error = refused.json()["error"]
                assert error["code"] == "storage_unavailable"
                assert cluster().password not in refused.text
        until(
            lambda: api.http.get("/assistants").status_code == 200,
            "the database to be used again",
        )
        assert [each["id"] for each in api.get("/assistants")["data"]] == [made]
        run = api.run(api.thread("Hi"), made)
        assert run["status"] == "completed"
    assert "can't be reached; is it running?" in caplog.text
    assert cluster().password not in caplog.text


def test_the_server_is_watched_while_the_database_is_away() -> None:
    """By the key of an admin, which the database has."""
    url = database()
    token, key = unstored(scope="admin")
    with closing(open_keys(url.secret)) as keys:
        keys.add(key)
    headers = {"authorization": f"Bearer {token}"}
    with LocalServer(store=url) as server:
        root = httpx.URL(server.url).copy_with(path="/")
        with httpx.Client(base_url=root, headers=headers, timeout=TIMEOUT) as http:
            assert http.get("/metrics").status_code == 200
            with away():
                assert "assistants_requests_total" in http.get("/metrics").text
                assert http.get("/healthz").status_code == 200
                assert http.get("/readyz").status_code == 503
                refused = http.get("/v1/assistants")
                assert refused.status_code == 503
                # And nobody else gets in meanwhile.
                other = {"authorization": f"Bearer {token}x"}
                assert http.get("/metrics", headers=other).status_code == 401
