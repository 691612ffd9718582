"""The demo works, leaves nothing behind, and its server answers by the document."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from rich.console import Console

from assistants_api import check
from scripts import _demo_build
from scripts._answers import ANSWER
from scripts._server import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

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
        "  got    run_0003: queued\n",
        "  got    in_progress, then completed\n",
        "  got    DocumentedError, status 404: No run found with id 'run_of_nobody'.",
        "create_run.asyncio, three at once",
        "list_runs.asyncio\n  asked  GET /threads/thread_0002/runs?limit=20\n",
        f"  got    {ANSWER}\n         23 events: ThreadRunCreatedEvent, ",
    ],
)
def test_demo_shows_its_calls(shown: str, said: str) -> None:
    assert said in shown


def test_demo_streams_sync_and_async(shown: str) -> None:
    assert shown.count(ANSWER) == 2
    assert "create_run.stream\n" in shown
    assert "create_run.stream_async\n" in shown


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


def test_stale_code_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(_demo_build, "GENERATED", tmp_path)
    with pytest.raises(_demo_build.OffError, match="scripts/regen writes it"):
        _demo_build.rebuild(_silent())


def test_what_is_dropped_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "openapi.yaml"
    other.write_text(
        "paths: {/lost: {get: {}}}\ncomponents: {schemas: {LostObject: {}}}\n"
    )
    monkeypatch.setattr(_demo_build, "PINNED", other)
    with pytest.raises(_demo_build.OffError, match="GET /lost, LostObject"):
        _demo_build.rebuild(_silent())


def test_taken_port_is_an_error_in_words() -> None:
    with Server() as server:
        port = server.url.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, str(DEMO), "--serve", port],
            env=_plain_environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith(f"demo: can't listen on 127.0.0.1:{port}: ")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with (
        Server() as server,
        httpx.Client(base_url=server.url, timeout=PATIENCE) as http,
    ):
        yield http


def test_server_answers_by_the_document(http: httpx.Client) -> None:
    assistant = _answer(http, "AssistantObject", "POST", "/assistants", model="m")
    thread = _answer(http, "ThreadObject", "POST", "/threads")
    runs = f"/threads/{thread['id']}/runs"
    empty = _answer(http, "ListRunsResponse", "GET", runs)
    assert empty["data"] == []
    run = _answer(http, "RunObject", "POST", runs, assistant_id=assistant["id"])
    seen = [run["status"]]
    for _ in range(3):
        run = _answer(http, "RunObject", "GET", f"{runs}/{run['id']}")
        seen.append(run["status"])
    assert seen == ["queued", "in_progress", "completed", "completed"]
    page = _answer(http, "ListRunsResponse", "GET", runs)
    assert page["data"] == [run]


def test_server_streams_by_the_document(http: httpx.Client) -> None:
    assistant = http.post("/assistants", json={"model": "m"}).json()["id"]
    thread = http.post("/threads").json()["id"]
    answer = http.post(
        f"/threads/{thread}/runs", json={"assistant_id": assistant, "stream": True}
    )
    assert answer.headers["content-type"] == "text/event-stream"
    frames = answer.text.split("\n\n")
    assert frames.pop() == ""
    events = [re.fullmatch(r"event: (.+)\ndata: (.+)", frame) for frame in frames]
    assert all(events)
    kinds = []
    for event in filter(None, events):
        name, data = event.groups()
        value = data if data == "[DONE]" else httpx.Response(200, text=data).json()
        assert check({"event": name, "data": value}, "AssistantStreamEvent") == []
        kinds.append(name)
    assert kinds[0] == "thread.run.created"
    assert kinds[-2:] == ["thread.run.completed", "done"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "message"),
    [
        ("GET", "/threads/x/runs", None, 404, "No thread found with id 'x'."),
        ("GET", "/models", None, 404, "The demo's server has no GET /models."),
        ("POST", "/assistants", b"{", 400, "The body is not JSON: "),
        ("POST", "/assistants", b"{}", 400, "Invalid body: $.model is required"),
        ("POST", "/assistants", b"", 400, "Invalid body: $ expected object"),
    ],
)
def test_server_refuses_by_the_document(
    http: httpx.Client,
    method: str,
    path: str,
    body: bytes | None,
    status: int,
    message: str,
) -> None:
    answer = http.request(method, path, content=body)
    assert answer.status_code == status
    assert check(answer.json(), "ErrorResponse") == []
    assert answer.json()["error"]["message"].startswith(message)


def _answer(
    http: httpx.Client, schema: str, method: str, path: str, **body: object
) -> Any:
    """Make a call and give the answer, which must be what the document says."""
    answer = http.request(method, path, json=body or None)
    assert answer.status_code == 200, answer.text
    assert check(answer.json(), schema) == []
    return answer.json()


def _trace(folder: Path) -> tuple[int, int]:
    """Give what changes where a folder is replaced or something in it is."""
    return folder.stat().st_ino, folder.stat().st_mtime_ns


def _silent() -> Console:
    return Console(file=io.StringIO())


def _plain_environment() -> dict[str, str]:
    """Give the environment without what makes rich wider, narrower or colourful."""
    shaping = {"COLUMNS", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"}
    return {name: value for name, value in os.environ.items() if name not in shaping}
