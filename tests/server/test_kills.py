"""A server that is killed at any moment: what it leaves, and who was listening."""

from __future__ import annotations

import json
import random
import sqlite3
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_client import Client, ToolSet
from harness.store_audit import audit
from tests.server.api import ENDED, TIMEOUT, Api, function, until
from tests.server.program import Program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.storeless

QUESTION = "one two three four five six seven eight"


def add(a: int) -> str:
    """Add.

    Args:
        a: a number.
    """
    return str(a)


def _port(program: Program) -> str:
    return str(httpx.URL(program.url).port)


@pytest.mark.parametrize("tools", [None, ToolSet([add])], ids=["text", "tools"])
def test_a_resumed_stream_has_each_word_once(
    tmp_path: Path, tools: ToolSet | None
) -> None:
    options = ("--store", str(tmp_path / "state.db"), "--pace", "0.01")
    received: list[str] = []
    with (
        Program(*options) as first,
        Client(base_url=first.url, api_key="any") as client,
    ):
        restarted: list[Program] = []

        def restart() -> None:
            restarted.append(Program(*options, "--port", _port(first)).__enter__())

        restarting = threading.Thread(target=restart)
        thread = client.threads.create()
        thread.add_message(QUESTION)
        assistant = client.assistants.create(model="m", tools=tools or [])
        with thread.stream(
            assistant, resume=True, tools=tools, poll_interval_ms=5
        ) as stream:
            for text in stream.text_deltas:
                received.append(text)
                if len(received) == 4:
                    first.kill()
                    restarting.start()
            run = stream.get_final_run()
        restarting.join(TIMEOUT)
        try:
            assert run.status == "completed"
            assert "".join(received).startswith(f"You said: {QUESTION}")
            assert "".join(received).count("three") == 1
            (answer,) = [m for m in thread.list_messages() if m.role == "assistant"]
            assert answer.text == "".join(received)
        finally:
            restarted[0].__exit__()


def test_nothing_is_left_behind_whenever_it_is_killed(tmp_path: Path) -> None:
    """What the file has after each kill is whole, and the last server ends it all."""
    chance, file = random.Random(7), tmp_path / "state.db"
    options = ("--store", str(file), "--pace", "0.0005", "--expires-after", "20")
    for _ in range(2):
        with Program(*options) as program:
            _traffic(program, kill_after=chance.randrange(40, 160))
        with sqlite3.connect(file) as sql:
            assert audit(sql) == []
        sql.close()
    left = [each for each in _runs(file) if each["status"] not in ENDED]
    assert left
    with Program(*options) as program:
        for run in left:
            _end(program.api, run)
        program.kill()
    with sqlite3.connect(file) as sql:
        assert audit(sql, ()) == []
    sql.close()


def _traffic(program: Program, *, kill_after: int) -> None:
    """Start, cancel and answer runs at once, until the server is killed."""
    left = kill_after
    url = program.url

    def work(number: int) -> None:
        nonlocal left
        with httpx.Client(base_url=url, verify=False, timeout=TIMEOUT) as http:
            api = Api(http)
            try:
                assistant = api.assistant(tools=[function("add")])
                while left > 0:
                    left -= 5
                    script: list[list[Any]] = [["a ", "b ", "c "] * 9]
                    if number == 0:
                        script = [["so "] * 5 + [{"call": "add"}], ["d "] * 9]
                    run = api.start(api.thread("Hi"), assistant, script=script)
                    if number == 1:
                        api.cancel(run)
                    if number == 0 and left % 2:
                        api.submit(api.wait(run, "requires_action"), "1")
            except (httpx.HTTPError, AssertionError):
                return
            finally:
                left = 0

    workers = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for each in workers:
        each.start()
    until(lambda: left <= 0, "the traffic")
    program.kill()
    for each in workers:
        each.join(TIMEOUT)


def _runs(file: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(file) as sql:
        rows = sql.execute("select body from objects where kind = 'run'").fetchall()
    sql.close()
    return [json.loads(body) for (body,) in rows]


def _end(api: Api, run: dict[str, Any]) -> None:
    now = api.wait(run)
    if now["status"] == "requires_action":
        api.cancel(now)
        now = api.wait(now, *ENDED)
    assert now["status"] in ENDED
