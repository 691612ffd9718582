"""A database that is away for a while, or for one of the servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.store import StoreAwayError, UncertainChangeError
from tests.postgres_store import cluster
from tests.processes.several import Asked, servers
from tests.server.api import until
from tests.server.inside import scheduler_of, tasks_of
from tests.server.streams import names, run_in, same_as_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistants_server import LocalServer


@pytest.fixture
def asked() -> Iterator[Asked]:
    made = Asked()
    yield made
    made.go.set()


def test_a_stream_goes_on_when_the_database_is_back(asked: Asked) -> None:
    """The turn is taken again, as after a crash; its client notices nothing."""
    with servers(asked, count=1) as ((server,), (api,)):
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("It is ")
            run = run_in(stream.seen)
            cluster().stop()
            try:
                asked.go.set()
                until(lambda: not tasks_of(server), "the task to give up")
            finally:
                cluster().start()
            events = stream.rest()
        assert names(events)[-2:] == ["thread.run.completed", "done"]
        same_as_kept(api, events)
        told = [name for name, _ in events]
        assert told.count("thread.run.in_progress") == 1
        assert api.answers(run) == ["It is so"]
        assert asked.turns == [(run["id"], 0), (run["id"], 0)]


def test_who_is_cut_off_lets_go(asked: Asked) -> None:
    """Its streams go on with what the other server writes."""
    with servers(asked) as ((one, _), (api, other)):
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("It is ")
            run = run_in(stream.seen)
            with cut_off(one):
                until(lambda: not tasks_of(one), "the server to let go")
                until(lambda: len(asked.turns) == 2, "the takeover")
                asked.go.set()
                other.wait(run, "completed")
            events = stream.rest()
        assert names(events)[-2:] == ["thread.run.completed", "done"]
        same_as_kept(other, events)
        assert other.answers(run) == ["It is so"]


def test_who_takes_over_may_be_cut_off_too(asked: Asked) -> None:
    """It takes up the run a second time; whoever listens elsewhere misses nothing."""
    with servers(asked) as ((one, two), (api, other)):
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("It is ")
            run = run_in(stream.seen)
            with cut_off(one):
                until(lambda: len(asked.turns) == 2, "the takeover")
                with cut_off(two):
                    until(lambda: not tasks_of(two), "the server to let go")
                until(lambda: len(asked.turns) == 3, "the second one")
                asked.go.set()
                other.wait(run, "completed")
            events = stream.rest()
        assert names(events)[-2:] == ["thread.run.completed", "done"]
        same_as_kept(other, events)
        assert other.answers(run) == ["It is so"]


def test_a_stream_ends_where_nobody_knows_what_was_stored(asked: Asked) -> None:
    """What it would go on with may lack a piece; its client looks that up instead."""
    with servers(asked, count=1) as ((server,), (api,)):
        body = {"assistant_id": api.assistant()}
        with api.stream("/threads/runs", body) as stream:
            stream.until_text("It is ")
            run = run_in(stream.seen)
            store: Any = vars(scheduler_of(server))["_store"]
            perform = store.perform

            async def lose(work: Any) -> None:
                del store.perform

                def silently() -> None:
                    work()
                    vars(store)["_sessions"]._threads.effects.clear()

                await perform(silently)
                raise UncertainChangeError("the answer was lost")

            asked.go.set()
            store.perform = lose
            with pytest.raises(AssertionError, match="the stream ended after"):
                stream.rest()
        api.wait(run, "completed")
        assert api.answers(run) == ["It is so"]


class cut_off:  # noqa: N801 - a context
    """Let a server not reach its database."""

    def __init__(self, server: LocalServer) -> None:
        self._store: Any = vars(scheduler_of(server))["_store"]

    def __enter__(self) -> None:
        async def fail(work: Any) -> None:
            raise StoreAwayError("it is cut off")

        self._store.perform = fail

    def __exit__(self, *_: object) -> None:
        del self._store.perform
