"""Servers that die, hang or are stopped while others have the same database."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from assistants_client import Client
from harness.processes import ROOT
from tests.postgres_store import database
from tests.processes.front import Front
from tests.server.api import function, until
from tests.server.program import Program
from tests.server.streams import names, run_in, same_as_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

# Seconds. What is waited for has to be much shorter than what tests allow for it.
LEASE = 1.5


class Fleet:
    """Servers over one database, and what they asked their engine.

    Attributes:
        programs: the servers.
    """

    def __init__(self, folder: Path) -> None:
        self._asked, self._go = folder / "asked", folder / "go"
        self._stack = ExitStack()
        self._url = database().secret
        self.programs: list[Program] = []

    def start(self, *options: str) -> Program:
        """Start another one."""
        given = ("--store", self._url, "--lease", str(LEASE), "--poll-after", "5")
        engine = ("--engine", "tests.processes.engine:engine", "--no-page")
        paths = {"ASKED": str(self._asked), "GO": str(self._go)}
        program = Program(*given, *engine, *options, cwd=ROOT, env=paths)
        self.programs.append(self._stack.enter_context(program))
        return program

    def go(self) -> None:
        """Let the engine go on."""
        self._go.touch()

    def asked(self) -> list[tuple[int, int]]:
        """Return the turns that the engine was asked for, and which server asked."""
        lines = [line.split() for line in self._asked.read_text().splitlines()]
        pids = [each.pid for each in self.programs]
        return [(int(turn), pids.index(int(pid))) for turn, pid in lines]

    def close(self) -> None:
        """End all servers."""
        self.go()
        self._stack.close()


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path)
    yield made
    made.close()


def test_a_run_is_taken_over(fleet: Fleet) -> None:
    """What it said before is there once: the message that was broken off goes on."""
    one, other = fleet.start(), fleet.start()
    run = one.api.start(one.api.thread("Hi"), one.api.assistant())
    until(lambda: other.api.steps(run), "a step")
    one.kill()
    killed = time.monotonic()
    until(lambda: fleet.asked() == [(0, 0), (0, 1)], "the takeover")
    # Of a lease, and of a machine that has other things to do.
    assert time.monotonic() - killed < LEASE + 5
    fleet.go()
    assert other.api.wait(run)["status"] == "completed"
    assert other.api.answers(run) == ["It is so"]


def test_a_complete_turn_is_not_asked_for_again(fleet: Fleet) -> None:
    one, other = fleet.start(), fleet.start()
    fleet.go()
    assistant = one.api.assistant(tools=[function("add")])
    run = one.api.run(one.api.thread("call"), assistant)
    one.kill()
    other.api.submit(run, "1")
    assert other.api.wait(run)["status"] == "completed"
    assert other.api.answers(run) == ["It is so"]
    assert fleet.asked() == [(0, 0), (1, 1)]


def test_a_run_of_the_dead_is_cancelled(fleet: Fleet) -> None:
    one, other = fleet.start(), fleet.start()
    run = one.api.start(one.api.thread("Hi"), one.api.assistant())
    until(lambda: other.api.steps(run), "a step")
    one.kill()
    # As long as it may be alive it is told, and then it isn't waited for.
    assert other.api.cancel(run)["status"] == "cancelling"
    assert other.api.wait(run)["status"] == "cancelled"
    assert fleet.asked() == [(0, 0)]


def test_who_comes_back_late_writes_nothing_but_its_stream(fleet: Fleet) -> None:
    """Its client reads on, although another server carries on the run."""
    one, other = fleet.start(), fleet.start()
    body = {"assistant_id": one.api.assistant()}
    with one.api.stream("/threads/runs", body) as stream:
        stream.until_text("It is ")
        os.kill(one.pid, signal.SIGSTOP)
        try:
            until(lambda: fleet.asked() == [(0, 0), (0, 1)], "the takeover")
            fleet.go()
            run = other.api.wait(run_in(stream.seen), "completed")
        finally:
            os.kill(one.pid, signal.SIGCONT)
        events = stream.rest()
    assert names(events)[-2:] == ["thread.run.completed", "done"]
    same_as_kept(one.api, events)
    assert other.api.answers(run) == ["It is so"]
    assert fleet.asked() == [(0, 0), (0, 1)]


def test_a_stopped_server_hands_its_runs_over(fleet: Fleet) -> None:
    one, other = fleet.start(), fleet.start()
    waiting = one.api.run(
        one.api.thread("call"), one.api.assistant(tools=[function("add")])
    )
    run = one.api.start(one.api.thread("Hi"), one.api.assistant())
    until(lambda: other.api.steps(run), "a step")
    code, _, complained = one.send(signal.SIGTERM)
    assert (code, complained) == (-signal.SIGTERM, "")
    until(lambda: fleet.asked() == [(0, 0), (0, 0), (0, 1)], "the takeover")
    fleet.go()
    assert other.api.wait(run)["status"] == "completed"
    other.api.submit(waiting, "1")
    assert other.api.wait(waiting)["status"] == "completed"


@pytest.mark.parametrize("drain", ["0", "20"])
def test_a_client_goes_on_where_its_server_is_stopped(fleet: Fleet, drain: str) -> None:
    """Each word comes once; with time to drain, the turn ends where it began."""
    one, other = fleet.start("--drain", drain), fleet.start()
    received: list[str] = []
    with (
        Front([one.url, other.url]) as front,
        Client(base_url=front.url, api_key="any") as client,
    ):
        thread = client.threads.create()
        thread.add_message("Hi")
        assistant = client.assistants.create(model="m")
        with thread.stream(assistant, resume=True, poll_interval_ms=5) as stream:
            for text in stream.text_deltas:
                received.append(text)
                if len(received) == 1:
                    os.kill(one.pid, signal.SIGTERM)
                    if drain == "0":
                        until(lambda: len(fleet.asked()) == 2, "the takeover")
                    fleet.go()
            run = stream.get_final_run()
        assert run.status == "completed"
        assert "".join(received) == "It is so"
    assert fleet.asked() == [(0, 0), (0, 1)] if drain == "0" else [(0, 0)]
