"""Whether the server lives and is ready, as an orchestrator asks for it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

import pytest

from assistants_server import LocalServer, StoreError
from assistants_server.telemetry import health
from assistants_server.telemetry.health import Readiness
from tests.server.api import TIMEOUT, Gate, talking
from tests.server.inside import inside, sql_of, stopping, store_of
from tests.telemetry.scraped import asked

KEY = "sk-of-the-admin"


def never() -> bool:
    return False


def test_both_need_no_key_and_are_no_part_of_the_api() -> None:
    with LocalServer(key=KEY, faults=["503"]) as server:
        own = server.url.removesuffix("/v1")
        for path in ("/healthz", "/readyz"):
            for headers in ({}, {"host": "10.0.0.7:8000"}):
                got = asked(f"{own}{path}", headers)
                assert (got.status_code, got.json()) == (200, {"status": "ok"})
                assert got.headers["cache-control"] == "no-store"
            assert asked(f"{own}{path}", method="POST").status_code == 401
        # Those that were refused.
        assert [seen.method for seen in server.exchanges] == ["POST", "POST"]


def test_a_store_that_cannot_be_used_is_no_readiness_but_life(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with LocalServer() as server:
        own = server.url.removesuffix("/v1")

        def broken(*_: object) -> None:
            raise StoreError("postgresql://ada:secret@db: connection refused")

        monkeypatch.setattr(type(store_of(server)), "existing", broken)
        with caplog.at_level(logging.ERROR):
            got = asked(f"{own}/readyz")
        assert got.status_code == 503
        assert got.json() == {
            "status": "unavailable",
            "problems": ["the store can't be used; the server's log says why"],
        }
        assert "connection refused" in caplog.text
        assert asked(f"{own}/healthz").status_code == 200


@pytest.mark.sqlite("a pragma plays the full disk; tests/store has outages")
@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("query_only = on", "query_only = off"),
        ("max_page_count = 1", "max_page_count = 4294967294"),
    ],
)
def test_a_store_that_can_only_be_read_is_no_readiness_until_it_can_be_changed(
    broken: str, mended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What was found holds for a second otherwise.
    monkeypatch.setattr(health, "_HOLDS", 0.0)
    with LocalServer() as server, talking(server) as api:
        own = server.url.removesuffix("/v1")

        def is_ready() -> bool:
            return asked(f"{own}/readyz").status_code == 200

        def set_to(pragma: str) -> None:
            inside(server, lambda: sql_of(server).execute(f"pragma {pragma}"))

        large = {"model": "m", "instructions": "i" * 200_000}
        set_to(broken)
        api.post("/assistants", large, status=507)
        for _ in range(2):
            assert not is_ready()
        set_to(mended)
        # Nobody has changed anything meanwhile.
        assert is_ready()
        left = "select count(*) from deltas"
        assert inside(server, lambda: sql_of(server).execute(left).fetchone()) == (0,)
        api.post("/assistants", large)


def test_a_server_that_stops_is_not_ready_and_says_so_meanwhile() -> None:
    gate = Gate("So far")
    with LocalServer(engine=gate, drain=TIMEOUT) as server, talking(server) as api:
        own = server.url.removesuffix("/v1")
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("So far")
            with stopping(server):
                got = asked(f"{own}/readyz")
                assert got.status_code == 503
                assert got.json()["problems"] == ["the server is stopping"]
                assert asked(f"{own}/healthz").status_code == 200
                gate.open()
                stream.rest()


def test_a_store_that_does_not_answer_is_not_waited_for() -> None:
    probes = 0
    now = 100.0

    async def probe() -> None:
        # As a store does whose change goes on in a thread.
        nonlocal probes
        probes += 1
        while not released.is_set():
            with suppress(asyncio.CancelledError):
                await released.wait()
        raise StoreError("away")

    async def main() -> None:
        nonlocal now
        readiness = Readiness(probe, never, patience=0, clock=lambda: now)
        for _ in range(3):
            found = await asyncio.wait_for(readiness.problems(), TIMEOUT)
            assert found == ["the store did not answer within 0 s"]
            now += 2
        assert probes == 1
        released.set()
        await asyncio.sleep(0)

    released = asyncio.Event()
    asyncio.run(main())


def test_the_store_is_looked_at_once_a_second_however_many_ask() -> None:
    looks = 0
    now = 100.0

    async def probe() -> None:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0)
        if looks == 2:
            raise StoreError("away")

    async def asks() -> None:
        nonlocal now
        readiness = Readiness(probe, never, clock=lambda: now)
        several = (readiness.problems() for _ in range(50))
        assert await asyncio.gather(*several) == [[]] * 50
        now += 0.9
        assert (await readiness.problems(), looks) == ([], 1)
        now += 0.2
        found = await readiness.problems()
        assert (len(found), looks) == (1, 2)
        # Whoever goes away takes nothing from the others.
        now += 2
        first = asyncio.create_task(readiness.problems())
        second = asyncio.create_task(readiness.problems())
        await asyncio.sleep(0)
        first.cancel()
        assert (await second, looks) == ([], 3)

    asyncio.run(asks())
