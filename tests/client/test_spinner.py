"""The progress line on a terminal."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client, RunTimeout
from assistants_client._progress import Spinner, spinner
from assistants_server import LocalServer, Turn, Wait
from tests.client.both import mocked
from tests.client.lagging import Lagging
from tests.client.live_objects import KEY
from tests.client.test_waiting import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    """A terminal, and what was written to it."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._spoken = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._spoken

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """Return what stood in the line, one after the other."""
        return self.getvalue().split(CLEAR)[1:]


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Terminal]:
    def begin() -> Terminal:
        # Not before the test itself begins: pytest has its own stderr until then.
        terminal = Terminal()
        monkeypatch.setattr(sys, "stderr", terminal)
        return terminal

    return begin


def test_progress_is_shown_while_time_passes() -> None:
    world = World(["queued", "in_progress", "completed"], terminal=True)
    world.wait(interval=0.24, shows_progress=True)
    assert world.slept == pytest.approx([0.1, 0.1, 0.04] * 2)
    assert world.shown == [
        *(("queued", 0.0), ("queued", 0.1), ("queued", 0.2)),
        *(("in_progress", 0.24), ("in_progress", 0.34), ("in_progress", 0.44)),
    ]


def test_nobody_is_woken_where_nothing_can_be_shown() -> None:
    world = World(["queued", "completed"])
    world.wait(interval=0.24, shows_progress=True)
    assert world.slept == [0.24]


def test_the_line_goes_away_at_the_deadline(
    on_terminal: Callable[[], Terminal],
) -> None:
    terminal = on_terminal()
    going_on = Lagging().run("in_progress")
    http = mocked(Client, lambda _: httpx.Response(200, json=going_on))
    with Client(base_url="http://x/v1", api_key=KEY, http_client=http) as client:
        run = client.threads.runs.retrieve("run_1", thread_id="thread_1")
        with pytest.raises(RunTimeout):
            run.wait(poll_interval_ms=5, timeout=0.2, spinner=True)
    assert len(terminal.lines()) > 1
    assert terminal.getvalue().endswith(f"s{CLEAR}")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "", "no such thing"])
def test_a_plain_terminal_gets_plain_pictures(encoding: str) -> None:
    terminal = Terminal(encoding)
    Spinner(terminal).show("queued", 1.25)
    assert terminal.lines() == ["| queued 1.2 s"]


def test_a_status_can_do_nothing_to_the_terminal(
    on_terminal: Callable[[], Terminal],
) -> None:
    terminal = on_terminal()
    shown = spinner()
    assert shown is not None
    shown.show("\x1b[2Jgone\n" * 100, 0.0)
    (line,) = terminal.lines()
    assert line.startswith(r"⠋ '\x1b[2Jgone\n")
    assert line.isprintable()
    assert len(line) < 80


def test_where_there_is_no_terminal_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert spinner() is None
    monkeypatch.setattr(sys, "stderr", None)
    assert spinner() is None


def test_it_is_asked_for_by_a_keyword(
    on_terminal: Callable[[], Terminal],
) -> None:
    terminal = on_terminal()

    def engine(_: Turn) -> Iterator[Any]:
        """Take until somebody is seen to wait."""
        while not terminal.lines():
            yield Wait(0.01)
        yield "Good morning."

    with (
        LocalServer(engine=engine) as server,
        Client(base_url=server.url, api_key=KEY) as client,
    ):
        assistant = client.assistants.create(model="m")
        assistant.start_thread("Hello").wait(poll_interval_ms=5, spinner=True)
        *shown, last = terminal.lines()
        assert shown[0].startswith("⠋ ")
        assert last == ""
        before = terminal.getvalue()
        assistant.start_thread("Hello").wait(poll_interval_ms=5)
    assert terminal.getvalue() == before
