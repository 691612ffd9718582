"""The fixture for pytest, as it serves the tests of somebody else."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistants_server.fixtures import local_server

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.storeless

TIMEOUT = 60.0
NAMED = 'pytest_plugins = ["assistants_server.fixtures"]\n'
TESTS = """
import httpx
import pytest
from assistants_server import LocalServer, scripted

urls = []

def ask(server):
    return httpx.Client(base_url=server.url, verify=False, trust_env=False)

def test_own_state(local_server: LocalServer) -> None:
    assert isinstance(local_server, LocalServer)
    urls.append(local_server.url)
    with ask(local_server) as http:
        http.post("/assistants", json={"model": "m"}).raise_for_status()
        assert len(http.get("/assistants").json()["data"]) == 1

def test_nothing_of_the_test_before(local_server: LocalServer) -> None:
    (before,) = urls
    with pytest.raises(httpx.ConnectError):
        httpx.get(before, verify=False, trust_env=False)
    with ask(local_server) as http:
        assert http.get("/assistants").json()["data"] == []

def test_all_that_a_server_can(local_server: LocalServer) -> None:
    local_server.engine = scripted("At your service.")
    local_server.faults.add("503 times=1 on=createAssistant")
    with ask(local_server) as http:
        assert http.post("/assistants", json={"model": "m"}).status_code == 503
        made = http.post("/assistants", json={"model": "m"}).json()
        body = {"assistant_id": made["id"], "stream": True}
        assert "At your service." in http.post("/threads/runs", json=body).text
    asked = [exchange.operation for exchange in local_server.exchanges]
    assert asked == ["createAssistant"] * 2 + ["createThreadAndRun"]

def test_that_fails(local_server: LocalServer) -> None:
    raise LookupError("stopped all the same")

async def use_async(server: LocalServer) -> int:
    async with httpx.AsyncClient(base_url=server.url, verify=False) as http:
        return (await http.get("/assistants")).status_code

def test_async_clients(local_server: LocalServer) -> None:
    import asyncio
    assert asyncio.run(use_async(local_server)) == 200
"""


def test_fixture_serves_the_tests_of_others(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(NAMED + TESTS)
    # Warnings are errors here, of what is left open above all.
    done = _pytest(tmp_path, "-W", "error")
    assert done.stderr == ""
    assert done.returncode == 1, done.stdout
    failed = re.findall(r"^FAILED \S+::(\w+)", done.stdout, re.MULTILINE)
    assert failed == ["test_that_fails"], done.stdout
    assert "1 failed, 4 passed in " in done.stdout


def test_fixture_says_what_it_is() -> None:
    """As `pytest --fixtures` has it, which shows its documentation."""
    said = inspect.getdoc(local_server) or ""
    assert re.match(r"\w.*server", said)


def _pytest(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest, with no other plugin, as somebody else does."""
    ours = {name for name in os.environ if name.startswith("PYTEST_")}
    return subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider"),
            *("--disable-plugin-autoload", "--rootdir", str(folder), "-rf"),
            *options,
        ],
        cwd=folder,
        env={name: os.environ[name] for name in os.environ.keys() - ours},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
