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

from assistants_client.local import LocalServer
from scripts import _demo_build

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "scripts" / "_demo.py"
PATIENCE = 60.0
"""Seconds after which a test that waits for something has failed."""


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the demo as someone does who pipes it, and give what it prints."""
    folder = tmp_path_factory.mktemp("elsewhere")
    before = _trace(ROOT / "generated")
    done = subprocess.run(
        [sys.executable, str(DEMO)],
        cwd=folder,
        env={**_plain_environment(), "TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert list(folder.iterdir()) == []
    assert _trace(ROOT / "generated") == before
    return done.stdout


def test_demo_regenerates_and_drops_nothing(shown: str) -> None:
    assert re.search(r"^23 operations, \d+ models, 0 dropped", shown, re.MULTILINE)
    assert re.search(r"^runs +create_thread_and_run +POST +RunObject", shown, re.M)
    assert re.search(r"^class +\d+ +AssistantObject, RunObject", shown, re.MULTILINE)


@pytest.mark.parametrize(
    "said",
    [
        "create_assistant.sync\n  asked  POST /assistants {",
        "         tool: the function multiply(a, b)\n",
        'got    requires_action: multiply({"a": 6, "b": 7})\n',
        "         then completed, ",
        "You said: What is six times seven? The functions gave: multiply: 42\n",
        "  got    DocumentedError, status 404: No run found with id 'run_of_nobody'.",
        "create_thread_and_run.asyncio, three at once",
        "  got    1 run: run_",
        " events: ThreadRunCreatedEvent, ",
    ],
)
def test_demo_shows_its_calls(shown: str, said: str) -> None:
    assert said in shown


def test_demo_streams_sync_and_async(shown: str) -> None:
    for function in ("create_run.stream", "create_run.stream_async"):
        assert f"\n{function}\n" in shown
    _, _, streams = shown.partition("3. Streams")
    assert streams.count("  got    You said: What is six times seven?") == 2
    assert streams.count("multiply: 42") == 1


def test_demo_is_plain_where_it_is_piped(shown: str) -> None:
    assert shown.isascii()
    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_interrupted_demo_says_so_and_leaves_nothing(tmp_path: Path) -> None:
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
        assert demo.stdout.readline().startswith("1.")
        # Like Ctrl-C: the build that it has started is interrupted as well.
        os.killpg(demo.pid, signal.SIGINT)
        _, errors = demo.communicate(timeout=PATIENCE)
    assert demo.returncode == 130
    assert errors == "\ndemo: interrupted; nothing is left behind\n"
    assert list(tmp_path.iterdir()) == []


def test_stale_and_dropped_code_are_errors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def build(target: Path, _scratch: Path) -> None:
        shutil.copytree(ROOT / "generated", target)

    monkeypatch.setattr(_demo_build, "_build", build)
    with monkeypatch.context() as stale:
        stale.setattr(_demo_build, "GENERATED", tmp_path)
        with pytest.raises(_demo_build.OffError, match="scripts/regen writes it"):
            _demo_build.rebuild(_silent())
    other = tmp_path / "openapi.yaml"
    other.write_text(
        "paths: {/lost: {get: {}}}\ncomponents: {schemas: {LostObject: {}}}\n"
    )
    monkeypatch.setattr(_demo_build, "PINNED", other)
    with pytest.raises(_demo_build.OffError, match="GET /lost, LostObject"):
        _demo_build.rebuild(_silent())


def test_taken_port_is_an_error_in_words() -> None:
    with LocalServer() as server:
        done = subprocess.run(
            [sys.executable, str(DEMO), "--serve", str(server.port)],
            env=_plain_environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 1
    assert f"can't listen on 127.0.0.1:{server.port}: " in done.stderr


def _trace(folder: Path) -> tuple[int, int]:
    """Give what changes where a folder is replaced or something in it is."""
    return folder.stat().st_ino, folder.stat().st_mtime_ns


def _silent() -> Console:
    return Console(file=io.StringIO())


def _plain_environment() -> dict[str, str]:
    """Give the environment without what makes rich wider, narrower or colourful."""
    shaping = {"COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {name: value for name, value in os.environ.items() if name not in shaping}
