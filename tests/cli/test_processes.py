"""The command as a process: what arrives when, and how signals end it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from assistants_client import Client
from assistants_server import LocalServer
from tests.cases import some
from tests.cli.held_engine import held_server
from tests.cli.terminal import COMMAND, Terminal, surroundings


def begun(url: str, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings(url),
    )


def test_text_goes_through_a_pipe_before_the_answer_ends() -> None:
    engine, server = held_server()
    with server, begun(server.url, "ask", "--model", "m", "?") as process:
        assert process.stdout is not None
        assert process.stdout.read(6) == b"first "
        engine.released.set()
        out, err = process.communicate(timeout=60)
        assert (out, err, process.returncode) == (b"second\n", b"", 0)


def test_sigterm_ends_it_as_ctrl_c_does() -> None:
    engine, server = held_server()
    words = ("ask", "--model", "m", "--cancel-on-interrupt", "?")
    with (
        server,
        Client(base_url=server.url, api_key="none") as client,
        begun(server.url, *words) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.read(6) == b"first "
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert err.startswith(b"cancelled run_")
        assert err.count(b"\n") == 1
        assert client.assistants.list().data == []
        engine.released.set()


def test_a_pipe_that_nobody_reads_ends_it_quietly() -> None:
    _, server = held_server(talks=True)
    with server, begun(server.url, "ask", "--model", "m", "--json", "?") as process:
        assert process.stdout is not None
        run = json.loads(process.stdout.readline())["data"]
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(60) == 141
        with Client(base_url=server.url, api_key="none") as client:
            assert client.assistants.list().data == []
            # Nobody else knew of it.
            ended = client.threads.runs.poll(
                run["id"], thread_id=run["thread_id"], max_wait=20
            )
            assert ended.status == "cancelled"


def test_the_answer_streams_at_a_terminal_and_ctrl_c_leaves_the_run() -> None:
    engine, server = held_server()
    with server, Client(base_url=server.url, api_key="none") as client:
        with Terminal(server.url, "ask", "--model", "m", "?") as terminal:
            terminal.expect("first ")
            terminal.type("\x03")
            said = terminal.expect("cancels it")
            assert terminal.code() == 130
        assert "the run goes on: `assistants runs watch thread_" in said
        thread, run = said.partition("runs watch ")[2].partition("`")[0].split()
        assert client.threads.runs.retrieve(run, thread_id=thread).has_ended is False
        engine.released.set()
        found = client.threads.runs.poll(run, thread_id=thread)
        assert found.status == "completed"


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'typer' else find(name)\n"
        "from assistants_cli.__main__ import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert 'pip install "assistants-client[cli]"' in done.stderr
    assert len(some(done.stderr.splitlines())) == 1


def test_a_full_disk_is_said_and_leaves_nothing_behind() -> None:
    with LocalServer() as server:
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [*COMMAND, "ask", "--model", "m", "hi"],
                stdin=subprocess.DEVNULL,
                stdout=full,
                stderr=subprocess.PIPE,
                env=surroundings(server.url),
                check=False,
            )
        assert done.returncode == 1
        assert done.stderr == b"assistants: the output: No space left on device\n"
        with Client(base_url=server.url, api_key="none") as client:
            assert client.assistants.list().data == []
