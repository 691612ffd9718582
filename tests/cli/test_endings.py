"""How runs and servers that fail end the command."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from assistants_cli.command import _guarded
from assistants_cli.exit_codes import ExitCode
from assistants_cli.session import Session
from assistants_cli.settings import Settings
from assistants_client import Client
from assistants_server import LocalServer
from assistants_server.engines.scripted import parse_script, scripted
from tests.cases import each_case
from tests.cli.invocation import run


def server_of(*turns: list[object], **options: object) -> LocalServer:
    engine = scripted(*parse_script(json.dumps(turns)))
    return LocalServer(engine=engine, poll_after=2, **options)  # type: ignore[arg-type]


@each_case(
    "turn, code, says",
    [
        ([{"fail": "no more"}], 3, "is failed: no more"),
        ([{"incomplete": "max_completion_tokens"}], 3, "incomplete: max_completion"),
        (["words"], 0, ""),
    ],
)
def test_the_run_decides_the_exit_code(
    turn: list[object], code: int, says: str
) -> None:
    with server_of(turn) as server:
        done = run("ask", "--model", "any", "Good day!", url=server.url)
        assert done.code == code
        assert says in done.err


def test_a_run_that_takes_too_long_goes_on() -> None:
    with server_of([{"wait": 60}]) as server:
        done = run("ask", "--model", "m", "--max-wait", "1", "?", url=server.url)
        assert done.code == ExitCode.TIMEOUT
        assert "it goes on: `assistants runs watch thread_" in done.err
        # It is needed for the run.
        assert "is left for the run that goes on" in done.err
        with Client(base_url=server.url, api_key="none") as client:
            (left,) = client.assistants.list()
            assert left.name == "made by the command assistants"


@each_case(
    "fault, code, says",
    [
        ("401", 1, "OPENAI_API_KEY or --api-key-file has the key"),
        ("429", 1, "status 429"),
        ("html=502", 1, "status 502"),
        ("malformed", 1, "the response is not JSON"),
        ("close=before-headers", 1, "is the server there? --base-url says where"),
        ("delay=9", 5, "--timeout waits longer"),
    ],
)
def test_a_server_that_fails_is_one_line(fault: str, code: int, says: str) -> None:
    with LocalServer(faults=[f"{fault} on=createAssistant"]) as server:
        words = ("ask", "--model", "m", "--max-retries", "0", "--timeout", "0.2", "?")
        done = run(*words, url=server.url)
        assert done.code == code, done
        assert says in done.err
        assert done.err.count("\n") == 1
        assert done.err.startswith("assistants: assistants.create: ")


@each_case("fault", ["400 on=createRun", "error-event=4 on=createRun"])
def test_who_was_made_for_a_run_that_never_was_is_gone(fault: str) -> None:
    with LocalServer(faults=[fault]) as server:
        done = run("ask", "--model", "m", "--max-retries", "0", "?", url=server.url)
        assert done.code == 1
        assert done.err.count("\n") == 1
        with Client(base_url=server.url, api_key="none") as client:
            assert client.assistants.list().data == []


def test_tracebacks_are_for_those_who_look_for_the_cause() -> None:
    words = ("assistants", "show", "")
    quiet, loud = (
        run(*words, *more, url="http://127.0.0.1:9/v1")
        for more in ((), ("--verbosity", "debug"))
    )
    assert quiet.err.count("\n") == 1
    assert "Traceback (most recent call last):" in loud.err
    assert loud.err.endswith(quiet.err)
    assert quiet.code == loud.code == ExitCode.WRONG_USE


def test_a_stream_that_is_cut_is_followed_on() -> None:
    with LocalServer(faults=["cut-stream=6 on=createRun"], poll_after=2) as server:
        done = run("ask", "--model", "any", "Good day!", url=server.url)
        assert (done.code, done.out) == (0, "You said: Good day!\n")


# vacuous: it is for other systems
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full")
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ValueError("no"), ExitCode.ERROR),
        (BrokenPipeError(), ExitCode.PIPE_CLOSED),
        (None, ExitCode.ERROR),
    ],
    ids=repr,
)
def test_what_can_not_be_written_leaves_the_exit_code(
    error: BaseException | None, code: ExitCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python tries once more at its end; where that fails, it ends with 120."""

    def perform() -> None:
        sys.stdout.write("what is written when there is time for it\n")
        if error is not None:
            raise error

    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert _guarded(Session(Settings()), perform) == code
        full.flush()
