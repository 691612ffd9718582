"""Runs that another process takes from the task that carries them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from assistants_server.execution import scheduler
from assistants_server.store import StoreAwayError
from tests.server.api import Gate, talking, until
from tests.server.inside import problems, store_of, tasks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for runs of nobody all the time."""
    monkeypatch.setattr(scheduler, "_LOOK", 0.01)


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate("So far", after=(" so good",))
    yield made
    made.open()


def test_a_run_that_was_taken_away_is_not_cancelled(gate: Gate) -> None:
    """Its task lets go of it, and whoever finds it goes on."""
    with LocalServer(engine=gate) as server, talking(server) as api:
        store: Any = store_of(server)
        run = api.start(api.thread("Hi"), api.assistant())
        until(lambda: api.steps(run), "a step")
        (first,) = tasks_of(server).values()
        # As in PostgreSQL, where another process had it for a moment.
        store.hold = lambda run, *, ending=False: ending
        gate.open()
        until(lambda: first not in tasks_of(server).values(), "the task to let go")
        del store.hold
        assert api.wait(run)["status"] == "completed"
        assert api.answers(run) == ["So far so good"]
        assert problems(server) == []


def test_a_run_whose_store_was_away_is_taken_up_again(gate: Gate) -> None:
    """Its client listens on, and each word comes once."""
    with LocalServer(engine=gate) as server, talking(server) as api:
        store: Any = store_of(server)
        away = threading.Event()
        perform = store.perform

        async def perform_or_not(work: Callable[[], Any]) -> Any:
            if away.is_set():
                raise StoreAwayError("away")
            return await perform(work)

        store.perform = perform_or_not
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("So far")
            away.set()
            gate.open()
            until(lambda: not tasks_of(server), "the task to let go")
            away.clear()
            events = stream.rest()
        assert [name for name, _ in events][-2:] == ["thread.run.completed", "done"]
        assert [name for name, _ in events].count("thread.message.delta") == 2
        assert problems(server) == []
