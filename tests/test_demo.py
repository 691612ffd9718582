"""The demo works, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from assistants_client import Client, ToolSet, tool
from assistants_server import LocalServer
from harness.contract.document import OPERATIONS, OTHER_OPERATIONS
from scripts import _demo_build
from scripts import _demo_story as story
from scripts._demo_run import calendar

ROOT = Path(__file__).resolve().parent.parent
# Other tests import from there meanwhile, and so write into these.
CACHES = shutil.ignore_patterns("__pycache__")
DEMO = ROOT / "scripts" / "_demo.py"
TIMEOUT = 60.0
"""Seconds after which a test that waits for something has failed."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the demo as someone who pipes it does, and return its output."""
    folder = tmp_path_factory.mktemp("elsewhere")
    before = _trace(ROOT / "generated")
    # The demo is the same for everybody, and nothing of it leaves the machine.
    settings = {
        "http_proxy": "http://127.0.0.1:9",
        "OPENAI_ORG_ID": "org-of-the-user",
        "ASSISTANTS_VERBOSITY": "2",
    }
    done = subprocess.run(
        [sys.executable, str(DEMO)],
        cwd=folder,
        env={**_plain_environment(), **settings, "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert list(folder.iterdir()) == []
    assert _trace(ROOT / "generated") == before
    return done.stdout


def test_demo_regenerates_and_drops_nothing(shown: str) -> None:
    count = len([*OPERATIONS, *OTHER_OPERATIONS])
    assert re.search(rf"^{count} operations, \d+ models, 0 dropped", shown, re.M)
    assert re.search(r"^runs +7 +create_thread_and_run, list_runs", shown, re.M)
    assert re.search(r"^class +\d+ +AssistantObject, RunObject", shown, re.MULTILINE)


def test_demo_shows_the_code_that_it_runs(shown: str) -> None:
    code = (ROOT / "scripts" / "_demo_story.py").read_text(encoding="utf-8")
    for name in ("days_between", "make_assistant", "ask"):
        found = re.search(rf"^(@tool\n)?def {name}\(.*?^(?=\S)", code, re.S | re.M)
        assert found is not None
        assert f"\n\n{found[0].rstrip()}\n\n" in shown


def test_demo_calls_the_function_in_the_middle_of_the_answer(shown: str) -> None:
    _, _, part = shown.partition("3. A question, and its answer as it comes\n\n")
    part, _, _ = part.partition("\n\n4. ")
    *lines, usage = part.splitlines()
    assert lines == [
        f"      you | {story.QUESTION}",
        "assistant | Let me count.",
        '    calls | days_between({"first": "2026-08-26", "last": "2027-03-31"})',
        "  outputs | 217",
        "assistant | There are 217 days, which makes 31 weeks.",
        "   step 1 | message_creation  completed   32 tokens",
        "   step 2 | tool_calls        completed   15 tokens",
        "   step 3 | message_creation  completed   46 tokens",
    ]
    assert usage == "    usage | 61 tokens read, 32 written; run completed"


def test_demo_shows_the_wire_around_the_same_answer(shown: str) -> None:
    _, _, part = shown.partition("4. The same once more, within verbosity(1)\n\n")
    part, _, _ = part.partition("\n\n")
    # Each head as a whole: by its first line, without its headers.
    marks = re.sub(r"(?m)^(->|<-) [\w-]+: .*\n", "", part)
    assert re.sub(r"(thread|run)_\w{10,}", r"\1_", marks).splitlines() == [
        "-> POST /v1/threads/runs",
        "<- HTTP/1.1 200 OK",
        "assistant | Let me count.",
        '    calls | days_between({"first": "2026-08-26", "last": "2027-03-31"})',
        "-> POST /v1/threads/thread_/runs/run_/submit_tool_outputs",
        "<- HTTP/1.1 200 OK",
        "  outputs | 217",
        "assistant | There are 217 days, which makes 31 weeks.",
    ]
    assert part.count("-> authorization: <REDACTED>\n") == 2
    assert "sk-demo" not in shown
    assert "org-of-the-user" not in shown


def test_model_tells_what_the_function_gave() -> None:
    question = "From 2024-02-28 to 2024-03-01?"

    @tool
    def days_between(first: str, last: str) -> int:
        """Count wrongly, so that nothing else can be the result."""
        assert (first, last) == ("2024-02-28", "2024-03-01")
        return 4711

    with (
        LocalServer(engine=calendar) as server,
        Client(base_url=server.url, api_key="key-of-the-test") as client,
    ):
        run = client.threads.create_and_run_poll(
            assistant_id=client.assistants.create(model="gpt-4o-mini"),
            thread={"messages": [{"role": "user", "content": question}]},
            tools=ToolSet([days_between]),
        )
        assert "There are 4711 days" in run.messages().data[0].text


def test_demo_is_plain_where_it_is_piped(shown: str) -> None:
    assert shown.isascii()
    assert "\x1b" not in shown
    # What goes over the wire is left as it is, however long.
    ours = [line for line in shown.splitlines() if not line.startswith("-> POST")]
    assert max(map(len, ours)) <= 80


@pytest.mark.parametrize("moment", ["1.", "    calls |"])
def test_interrupted_demo_says_so_and_leaves_nothing(
    tmp_path: Path, moment: str
) -> None:
    demo = subprocess.Popen(
        [sys.executable, str(DEMO)],
        env={**_plain_environment(), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with demo:
        assert demo.stdout is not None
        assert any(line.startswith(moment) for line in demo.stdout)
        # Like Ctrl-C: the build that it has started is interrupted as well.
        os.killpg(demo.pid, signal.SIGINT)
        _, errors = demo.communicate(timeout=TIMEOUT)
    assert demo.returncode == 130
    assert errors.endswith("\ndemo: interrupted; nothing is left behind\n")
    # Where a tool is running just then, the client names the run that waits for it.
    left = [line for line in errors.splitlines()[:-1] if line]
    # vacuous: there is mostly none
    assert all(line.startswith("interrupted: run_") for line in left)
    assert list(tmp_path.iterdir()) == []


def test_stale_and_dropped_code_are_errors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def build(target: Path, _scratch: Path) -> None:
        shutil.copytree(ROOT / "generated", target, ignore=CACHES)

    monkeypatch.setattr(_demo_build, "_build", build)
    with monkeypatch.context() as stale:
        stale.setattr(_demo_build, "GENERATED", tmp_path)
        with pytest.raises(_demo_build.DemoError, match="scripts/regen writes it"):
            _demo_build.rebuild(_silent())
    other = tmp_path / "openapi.yaml"
    other.write_text(
        "paths: {/lost: {get: {}}}\ncomponents: {schemas: {LostObject: {}}}\n"
    )
    monkeypatch.setattr(_demo_build, "PINNED", other)
    with pytest.raises(_demo_build.DemoError, match="GET /lost, LostObject"):
        _demo_build.rebuild(_silent())


def test_taken_port_is_an_error_in_words() -> None:
    with LocalServer() as server:
        done = subprocess.run(
            [sys.executable, str(DEMO), "--serve", str(server.port)],
            env=_plain_environment(),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    assert done.returncode == 1
    assert f"can't listen on 127.0.0.1:{server.port}: " in done.stderr


def _trace(folder: Path) -> tuple[int, int]:
    """Return what changes where a folder is replaced or something in it is."""
    return folder.stat().st_ino, folder.stat().st_mtime_ns


def _silent() -> Console:
    return Console(file=io.StringIO())


def _plain_environment() -> dict[str, str]:
    """Return the environment without what makes rich wider, narrower or colourful."""
    shaping = {"COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {name: value for name, value in os.environ.items() if name not in shaping}
