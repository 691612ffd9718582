"""The log as lines of JSON: with ids, without contents."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer, StoreError
from assistants_server.__main__ import main
from assistants_server.engines import ChatEngine
from assistants_server.telemetry import ids
from assistants_server.telemetry.log import (
    JSONFormatter,
    Private,
    TextFormatter,
    configure,
)
from tests.cases import some
from tests.engines.upstreams import chat, refusal, upstream
from tests.server.api import talking, until
from tests.server.keyed import make_key
from tests.telemetry.logged import Log

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = "what the user wrote"


def test_requests_and_runs_are_in_it_with_their_ids(log: Log) -> None:
    with LocalServer(poll_after=1) as server, talking(server) as api:
        run = api.run(api.thread(CONTENT), api.assistant(instructions=CONTENT))
        answer = api.http.get("/assistants/asst_of_nobody")
        until(lambda: log.of("run ended"), "the end of the run")
    (created,), (ended,) = log.of("run created"), log.of("run ended")
    assert created["run_id"] == ended["run_id"] == run["id"]
    assert ended["thread_id"] == run["thread_id"]
    assert (created["status"], ended["status"]) == ("queued", "completed")
    # It is rounded to milliseconds.
    assert 0 <= ended["seconds"] <= time.time() - run["created_at"] + 0.001
    requests = {each["request_id"]: each for each in log.of("request")}
    begun = requests[created["request_id"]]
    assert (begun["operation"], begun["status"]) == ("createRun", 200)
    # What the run did belongs to the request that began it.
    assert ended["request_id"] == created["request_id"]
    lost = requests[answer.headers["x-request-id"]]
    assert (lost["operation"], lost["status"]) == ("getAssistant", 404)
    assert "run_id" not in lost
    for line in some(log.lines):
        assert (line["level"], line["logger"]) == ("info", "assistants_server")
        assert line["time"][10] + line["time"][-1] == "TZ"
    assert CONTENT not in log.text


def test_whose_request_it_was_is_in_it_without_the_key(
    log: Log, tmp_path: Path
) -> None:
    store = tmp_path / "state.db"
    token = make_key(store, project="blue")
    with LocalServer(store=store, poll_after=1) as server, talking(server) as api:
        api.http.get("/assistants", headers={"authorization": "Bearer wrong"})
        api.http.headers["authorization"] = f"Bearer {token}"
        run = api.run(api.thread("Hi"), api.assistant())
        until(lambda: log.of("run ended"), "the end of the run")
    refused, *others = log.of("request")
    assert (refused["status"], "project" in refused) == (401, False)
    (ended,) = log.of("run ended")
    assert ended["run_id"] == run["id"]
    for line in some([*others, ended]):
        assert line["project"] == "blue"
        assert line["key_id"] in token
    assert token not in log.text


def test_an_engine_that_fails_says_where_but_not_what(log: Log) -> None:
    def engine(turn: Any) -> Any:
        yield turn.question
        logging.getLogger("assistants_server").error("in the engine")
        raise LookupError(turn.question) from KeyError(turn.question)

    with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
        run = api.run(api.thread(CONTENT), api.assistant())
        assert run["status"] == "failed"
    (failed,) = [line for line in log.lines if "error" in line]
    assert failed["message"] == f"the engine failed in run {run['id']}"
    assert failed["run_id"] == run["id"]
    assert failed["error"]["type"] == "LookupError"
    assert failed["error"]["cause"] == "KeyError"
    assert any(f"{__file__}:" in each for each in failed["error"]["where"])
    # In a thread of its own.
    (within,) = log.of("in the engine")
    assert within["run_id"] == run["id"]
    assert CONTENT not in log.text


def test_an_upstream_that_repeats_the_question_is_not_quoted(log: Log) -> None:
    key = "sk-of-the-upstream"
    with upstream(refusal(503, f"{CONTENT} {key}"), chat()) as up:
        engine = ChatEngine(up.url, key=key, first_pause=0)
        with LocalServer(engine=engine, poll_after=1) as server, talking(server) as api:
            run = api.run(api.thread(CONTENT), api.assistant())
            assert run["status"] == "completed"
    (warned,) = [line for line in log.lines if line["level"] == "warning"]
    assert "failed (PassingError, server_error); it is asked again" in warned["message"]
    assert warned["run_id"] == run["id"]
    assert CONTENT not in log.text
    assert key not in log.text


def test_messages_of_others_have_one_line_and_no_exceptions() -> None:
    asyncio_says = f"Task exception was never retrieved\nfuture: {CONTENT}"
    for name, message, given, shown in (
        ("asyncio", asyncio_says, (), "Task exception was never retrieved"),
        ("assistants_server", "%s: %s", ("a", ValueError(CONTENT)), "a: ValueError"),
        ("assistants_server", "%s", (Private(CONTENT),), "str"),
        ("assistants_server", "%s", (Private(CONTENT, "it failed"),), "it failed"),
        ("assistants_server", "%s", (StoreError("it is full"),), "it is full"),
        ("assistants_server", "100% sure", (), "100% sure"),
        ("assistants_server", "%(a)s", ({"a": 1},), "1"),
    ):
        record = logging.LogRecord(name, logging.ERROR, "", 1, message, given, None)
        line = JSONFormatter().format(record)
        assert json.loads(line)["message"] == shown
        assert CONTENT not in line


def test_people_read_all_of_it() -> None:
    told = Private(CONTENT, "x")
    record = logging.LogRecord("a", logging.WARNING, "", 1, "so: %s", (told,), None)
    assert TextFormatter().format(record) == f"WARNING so: {CONTENT}"
    record.fields = {"status": 200}
    token = ids.run_id.set("run_1")
    try:
        line = TextFormatter().format(record)
    finally:
        ids.run_id.reset(token)
    assert line == f"WARNING so: {CONTENT} run_id=run_1 status=200"


def test_odd_values_still_make_one_line_of_json() -> None:
    record = logging.LogRecord(
        "a", logging.INFO, "", 1, "a\nb\u2028 %s", ("\x1b",), None
    )
    record.fields = {"odd": {1}, "nothing": None}
    (line,) = JSONFormatter().format(record).split("\n")
    assert json.loads(line)["message"] == "a\nb\u2028 \x1b"
    assert "\x1b" not in line


@pytest.mark.parametrize(
    ("form", "level", "chosen"),
    [
        ("json", None, logging.INFO),
        ("text", None, logging.WARNING),
        ("json", "error", logging.ERROR),
        ("text", "debug", logging.DEBUG),
    ],
)
def test_the_process_logs_to_stderr_as_it_was_asked_to(
    monkeypatch: pytest.MonkeyPatch, form: str, level: str | None, chosen: int
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    root, logger = logging.getLogger(), logging.getLogger("assistants_server")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logger, "level", logger.level)
    configure(form, level)
    assert logger.level == chosen
    logging.getLogger("elsewhere").warning("it is %s", "so")
    said = stderr.getvalue()
    assert said.startswith("{" if form == "json" else "WARNING it is so\n")


def test_with_a_log_in_json_nothing_else_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, logger = logging.getLogger(), logging.getLogger("assistants_server")
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(LocalServer, "run", lambda _, ready: ready())
    monkeypatch.setattr(LocalServer, "port", 8000)
    assert main(["--log", "json"]) == 0
    assert main(["--log", "json", "--script", "nowhere.json"]) == 2
    printed, complained = capsys.readouterr()
    assert printed == ""
    lines = [json.loads(line) for line in complained.splitlines()]
    said = [(line["level"], line["message"].partition(":")[0]) for line in lines]
    assert said == [
        ("info", "serving"),
        ("info", "stopped"),
        ("error", "--script nowhere.json"),
    ]
    assert lines[0]["url"] == "http://127.0.0.1:8000/v1"


def test_the_greeting_has_no_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(LocalServer, "run", lambda _, ready: ready())
    monkeypatch.setattr(LocalServer, "port", 8000)
    assert main(["--store", "postgresql://ada:sesame@db/chats"]) == 0
    printed, complained = capsys.readouterr()
    assert "state: in postgresql://ada" in printed
    assert "sesame" not in printed + complained
