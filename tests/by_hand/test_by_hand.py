"""What a person adds to openapi.yaml by hand is there after a build.

In a copy of the repository: the document is edited as text, the generator's command is
run, and programs of its users are type-checked, and run against a server that sends
what is new.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.scripted_server import Response, ScriptedServer
from tests.by_hand import document, programs, shells
from tests.by_hand.editing import apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.scripted_server import Request

ROOT = Path(__file__).resolve().parents[2]
# It is kept, since most of the time is that of reading what the programs import.
CACHE = ROOT / ".mypy_cache" / "by_hand"
FOLDERS = ("assistants_client", "codegen", "generated")

THREAD = {"object": "thread", "created_at": 1, "metadata": {}, "tool_resources": None}
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "paused",
    "paused_until": 1_700_000_000,
}
# The name of an event need not be that of the run's status.
EVENTS = [
    ("thread.run.created", {**RUN, "status": "queued"}),
    ("thread.run.paused", RUN),
    ("thread.run.paused", {**RUN, "status": "in_progress"}),
    ("thread.run.completed", {**RUN, "status": "completed"}),
    ("done", "[DONE]"),
]


def thread(number: int) -> dict[str, Any]:
    return {**THREAD, "id": f"thread_{number}"}


def answer(seen: Request) -> Response:
    """Response as a server would that knows what is new."""
    asked = json.loads(seen.body) if seen.body else {}
    match seen.method, seen.path:
        case "POST", "/threads/thread_1/runs" if asked.get("stream"):
            told = [
                f"event: {name}\ndata: {data if name == 'done' else json.dumps(data)}"
                for name, data in EVENTS
            ]
            body = "".join(f"{each}\n\n" for each in told).encode()
            return Response(body=body, content_type="text/event-stream")
        case "POST", "/threads/thread_1/runs":
            return Response.of(RUN)
        case ("POST", "/threads/thread_1/archive") | ("GET", "/threads/thread_1"):
            return Response.of(thread(1))
        case "GET", "/threads":
            first = ("after", "thread_2") not in seen.query
            found = [thread(1), thread(2)] if first else [thread(3)]
            page = {"object": "list", "data": found, "has_more": first}
            ends = {"first_id": found[0]["id"], "last_id": found[-1]["id"]}
            return Response.of({**page, **ends})
    return Response.of({"error": {"message": f"no {seen.method} {seen.path}"}}, 404)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer(answer) as server:
        yield server


class Copy:
    """A copy of what the repository builds from, and builds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in FOLDERS:
            # What was compiled comes along: what is not edited stays compiled.
            shutil.copytree(ROOT / name, root / name)
        for name in ("openapi.yaml", "pyproject.toml"):
            shutil.copy2(ROOT / name, root)

    def run(self, *command: str) -> str:
        """Run Python in the copy, with nothing but the copy to import."""
        paths = os.pathsep.join(map(str, (self.root, self.root / "generated")))
        done = subprocess.run(
            [sys.executable, *command],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def write(self, name: str, program: str) -> str:
        (self.root / name).write_text(program, encoding="utf-8")
        return name

    def hand_written(self) -> dict[str, bytes]:
        """Return all that the generator doesn't write."""
        files = (self.root / "assistants_client").rglob("*.py")
        return {str(path): path.read_bytes() for path in files}


def test_what_was_added_to_the_document_is_in_the_typed_client(
    tmp_path: Path, server: ScriptedServer
) -> None:
    copy = Copy(tmp_path)
    before = copy.hand_written()
    added = (document.EVENT, document.STATUS, document.PROPERTIES, document.OPERATIONS)
    for edits in added:
        apply(edits, copy.root)
    told = copy.run("-m", "codegen", "build")
    assert "built 49 operations" in told
    assert "0 dropped" in told

    untouched = copy.write("untouched.py", programs.UNTOUCHED)
    assert copy.run(untouched, server.url) == "all is there\n"
    assert copy.hand_written() == before
    bodies = [json.loads(each.body) for each in server.requests if each.body]
    assert [each["urgency"] for each in bodies if "urgency" in each] == [
        *("high", "low", "high")
    ]
    assert {"reason": "old"} in bodies

    apply((*shells.NAMES, *shells.METHODS, *shells.ANSWERS), copy.root)
    methods = copy.write("methods.py", programs.METHODS)
    assert copy.run(methods, server.url) == "all is there\n"

    copy.run("-m", "mypy", "--cache-dir", str(CACHE), untouched, methods)
