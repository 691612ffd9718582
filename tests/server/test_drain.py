"""A server that is stopped, and gives turns that go on some time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, ToolCall
from tests.server.api import TIMEOUT, Api, Gate, function, talking
from tests.server.inside import stopping, tasks_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG = 60.0
CALL = [[{"call": "add", "arguments": {"a": 1}}], ["done"]]


@pytest.fixture
def gate() -> Iterator[Gate]:
    made = Gate("So far", after=(" so good",))
    yield made
    made.open()


def test_a_turn_that_goes_on_may_end(gate: Gate, tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with (
        LocalServer(engine=gate, store=file, drain=LONG) as server,
        talking(server) as api,
    ):
        thread, assistant = api.thread("Hi"), api.assistant()
        with api.stream("/threads/runs", {"assistant_id": assistant}) as stream:
            stream.until_text("So far")
            with stopping(server):
                # It is there for clients; but what begins now is for the next one.
                later = api.start(thread, assistant)
                assert api.again(later)["status"] == "queued"
                assert len(tasks_of(server)) == 1
                gate.open()
                names = [name for name, _ in stream.rest()]
    assert names[-2:] == ["thread.run.completed", "done"]
    with LocalServer(store=file) as server, talking(server) as api:
        assert api.wait(later)["status"] == "completed"


def test_a_new_stream_ends_at_once(gate: Gate, tmp_path: Path) -> None:
    with (
        LocalServer(engine=gate, store=tmp_path / "state.db", drain=LONG) as server,
        talking(server) as api,
    ):
        body = {"assistant_id": api.assistant()}
        api.post("/threads/runs", body)
        assert gate.reached.wait(TIMEOUT)
        with stopping(server):
            with (
                api.stream("/threads/runs", body) as stream,
                pytest.raises(AssertionError, match="the stream ended after"),
            ):
                stream.rest()
            assert [name for name, _ in stream.seen][-1] == "thread.run.queued"
            gate.open()


def test_a_turn_that_takes_too_long_goes_on_later(gate: Gate, tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with (
        LocalServer(engine=gate, store=file, drain=0.01) as server,
        talking(server) as api,
    ):
        run = api.start(api.thread("Hi"), api.assistant())
        assert gate.reached.wait(TIMEOUT)
    gate.open()
    with LocalServer(engine=gate, store=file) as server, talking(server) as api:
        assert api.wait(run)["status"] == "completed"
        assert api.answers(run) == ["So far so good"]


def test_what_waits_for_its_client_is_not_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with LocalServer(store=file, drain=3600) as server, talking(server) as api:
        tools: Any = [function("add")]
        run = api.run(api.thread("Hi"), api.assistant(tools=tools), script=CALL)
        with stopping(server):
            pass
    with LocalServer(store=file) as server, talking(server) as api:
        submitted(api, run)


def test_a_turn_may_end_with_calls(tmp_path: Path) -> None:
    file, gate = tmp_path / "state.db", Gate(after=(ToolCall("add", {"a": 1}),))
    with (
        LocalServer(engine=gate, store=file, drain=LONG) as server,
        talking(server) as api,
    ):
        tools: Any = [function("add")]
        run = api.start(api.thread("Hi"), api.assistant(tools=tools))
        assert gate.reached.wait(TIMEOUT)
        with stopping(server):
            gate.open()
    with LocalServer(store=file) as server, talking(server) as api:
        submitted(api, api.again(run))


def submitted(api: Api, run: Any) -> None:
    """Submit the outputs of a run, and see it complete."""
    api.submit(run, "1")
    assert api.wait(run)["status"] == "completed"
