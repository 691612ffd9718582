"""How the command of the server ends: by a signal, or as nobody reads what it says."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server.__main__ import main
from assistants_server.store import SQLiteStore
from tests.server.api import TIMEOUT, until
from tests.server.program import Program, command, plain_environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.server.api import Api, Stream

pytestmark = pytest.mark.storeless

WAITING: list[list[Any]] = [["Well, ", {"wait": 3600}]]
ENGINES = """
import asyncio, time

def blocked(turn):
    yield "I think "
    time.sleep(3600)

async def stubborn(turn):
    yield "I think "
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(3600)
"""
# As an interrupt while that module is imported.
IMPORTING = """
import sys

class Interrupting:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "assistants_server.server":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting)
from assistants_server.__main__ import main
sys.exit(main(["--port", "0"]))
"""


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a folder with engines that take long, one of them to be imported."""
    folder = tmp_path_factory.mktemp("engines")
    (folder / "engines.py").write_text(ENGINES)
    (folder / "slow.py").write_text(
        "import time\nprint('so it begins', flush=True)\n"
        # Not in one sleep: Python enters it after a signal that came just before.
        "while True: time.sleep(0.05)\n"
    )
    return folder


@pytest.mark.parametrize("engine", [None, "blocked", "stubborn"])
def test_interrupt_ends_it_with_one_line(engines: Path, engine: str | None) -> None:
    options = ["--engine", f"engines:{engine}"] if engine else []
    with (
        Program(*options, cwd=engines, typed=True) as program,
        writing(program.api, script=engine is None),
        _open(program),
    ):
        code, printed, complained = program.send(signal.SIGINT)
    assert complained.split("\n") == ["", "stopped", ""]
    assert (code, printed) == (0, "")


def test_a_second_interrupt_ends_it_now_with_one_line() -> None:
    """What is being answered then is no error, and neither is the run."""
    with (
        Program("--drain", "3600", typed=True) as program,
        writing(program.api),
        writing(program.api),
    ):
        os.kill(program.pid, signal.SIGINT)
        ready = httpx.URL(program.url).copy_with(path="/readyz")
        until(lambda: program.http.get(ready).status_code == 503, "it to be stopping")
        code, printed, complained = program.send(signal.SIGINT)
    assert complained.split("\n") == ["", "stopped", ""]
    assert (code, printed) == (0, "")


@contextlib.contextmanager
def _open(program: Program) -> Iterator[None]:
    """Keep connections open, to see that they don't hold up the end."""
    huge = {"model": "m", "instructions": "x" * 250_000}
    # As many as a page has.
    for _ in range(20):
        program.http.post("/assistants", json=huge).raise_for_status()
    get = "GET /v1/assistants HTTP/1.1\r\nhost: localhost\r\n"
    head = "POST /v1/assistants HTTP/1.1\r\nhost: localhost\r\n"
    beginnings = [
        "",
        head,
        f'{head}content-length: 99\r\n\r\n{{"model": ',
        f"{get}X-Local-Fault: delay=3600\r\n\r\n",
        # More than anything takes in at once, and nobody reads it.
        f"{get}\r\n",
    ]
    with contextlib.ExitStack() as stack:
        for beginning in beginnings:
            connection = stack.enter_context(program.connect())
            connection.sendall(beginning.encode())
        # So that all this has arrived when the signal does.
        program.http.get("/assistants").raise_for_status()
        yield


def test_interrupt_ends_it_before_it_serves(engines: Path) -> None:
    process = subprocess.Popen(
        [*command(), "--port", "0", "--engine", "slow:parrot"],
        cwd=engines,
        env=plain_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "so it begins\n"
            process.send_signal(signal.SIGINT)
            _, complained = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
    assert "Traceback" not in complained
    assert len(complained.split()) <= 1


def test_termination_ends_it_and_keeps_the_state(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with (
        Program("--store", str(file), typed=True) as program,
        writing(program.api) as stream,
    ):
        code, printed, complained = program.send(signal.SIGTERM)
        # Its events are over, but not as if the run were.
        with pytest.raises(AssertionError, match="the stream ended after"):
            stream.rest()
    assert code in (0, -signal.SIGTERM)
    assert (printed, complained.strip()) in [("", ""), ("", "stopped")]
    store = SQLiteStore(file)
    (run,) = store.active_runs()
    assert run["status"] == "in_progress"
    store.close()


def test_interrupt_ends_it_while_it_is_imported(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING],
        cwd=tmp_path,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@contextlib.contextmanager
def writing(api: Api, *, script: bool = True) -> Iterator[Stream]:
    """Begin a run that streams, and return its stream when some text has come."""
    body = {"assistant_id": api.assistant()}
    how = WAITING if script else None
    with api.stream("/threads/runs", body, script=how) as stream:
        stream.until("thread.message.delta")
        yield stream


# vacuous: it is for other systems
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full")
@pytest.mark.parametrize(
    "words", [["--show-config"], ["keys", "--help"]], ids=lambda words: words[0]
)
def test_what_can_not_be_written_is_an_error_in_a_line(
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(words) == 1
        # As Python does at its end, which fails no more.
        full.flush()
    said = capsys.readouterr().err
    assert said == "assistants_server: the output: No space left on device\n"


def test_what_nobody_reads_ends_the_command_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as unread:
        monkeypatch.setattr(sys, "stdout", unread)
        assert main(["--show-config"]) == 141
    assert capsys.readouterr().err == ""


def test_it_needs_no_stdout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["keys", "create", "--store", str(tmp_path / "state.db")]) == 0
    sys.stdout.close()
