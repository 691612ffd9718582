"""An upstream chosen on the command line or in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.__main__ import main
from assistants_server.commands.serve import _engine as engine_of
from assistants_server.commands.serve import _pace as pace_of
from assistants_server.commands.serve import configured
from assistants_server.configuration.upstream import (
    BUILT_IN_VARIABLE,
    ENGINE_VARIABLE,
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    LEAVE_OUT_VARIABLE,
    MODELS_VARIABLE,
    NO_CHECK_VARIABLE,
    ROLE_VARIABLE,
    THOUGHTS_VARIABLE,
    URL_VARIABLE,
)
from assistants_server.engines import ChatEngine, ResponsesEngine, deterministic
from harness.scripted_server import Response
from tests.cases import each_case
from tests.engines.turns import outputs_of, run, told, turn
from tests.engines.upstreams import KEY, chat, refusal, upstream

if TYPE_CHECKING:
    from pathlib import Path

MODELS = Response.of({"object": "list", "data": [{"id": "llama"}]})


def engine(*arguments: str) -> Any:
    return engine_of(configured(arguments).options)


def test_all_by_options(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    with upstream(MODELS, chat("<think>42")) as up:
        made = engine(
            *("--engine", "chat", "--upstream", up.url, "--model", "gpt-4o=llama"),
            *("--upstream-key-file", str(key), "--leave-out", "code_interpreter"),
            *("--thoughts", "show", "--role", "developer"),
        )
        assert isinstance(made, ChatEngine)
        assert made.models == ("gpt-4o", "llama")
        assert told(outputs_of(made, turn()))[0] == "<think>42"
        assert up.requests[1].headers["authorization"] == f"Bearer {KEY}"
        body = up.requests[1].json()
        assert (body["model"], body["messages"][0]["role"]) == ("llama", "developer")
        assert made.refusal(run(tools=[{"type": "code_interpreter"}])) is None


def test_all_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(KEY)
    with upstream(MODELS, chat("<think>42")) as up:
        for name, value in (
            (ENGINE_VARIABLE, "chat"),
            (URL_VARIABLE, up.url),
            (KEY_VARIABLE, "another"),
            (KEY_FILE_VARIABLE, str(tmp_path / "key")),
            (MODELS_VARIABLE, "gpt-4o=llama, *=llama"),
            (LEAVE_OUT_VARIABLE, "code_interpreter, "),
            (THOUGHTS_VARIABLE, "show"),
            (ROLE_VARIABLE, "developer"),
            ("ASSISTANTS_MAX_TURNS", "3"),
        ):
            monkeypatch.setenv(name, value)
        made = engine()
        assert told(outputs_of(made, turn(model="other")))[0] == "<think>42"
        body = up.requests[1].json()
        assert (body["model"], body["messages"][0]["role"]) == ("llama", "developer")
        assert up.requests[1].headers["authorization"] == f"Bearer {KEY}"
        assert made.refusal(run(tools=[{"type": "code_interpreter"}])) is None
        assert configured([]).options.max_turns == 3
        monkeypatch.setenv(KEY_FILE_VARIABLE, "")
        monkeypatch.setenv(NO_CHECK_VARIABLE, "1")
        assert isinstance(engine(), ChatEngine)
        assert len(up.requests) == 2
        monkeypatch.setenv(ENGINE_VARIABLE, "responses")
        monkeypatch.setenv(BUILT_IN_VARIABLE, "file_search,code_interpreter")
        monkeypatch.setenv(LEAVE_OUT_VARIABLE, "")
        assert engine().refusal(run(tools=[{"type": "code_interpreter"}])) is None


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("ASSISTANTS_BUILT_IN", "'x' is none of code_interpreter, file_search"),
        ("ASSISTANTS_LEAVE_OUT", "'x' is none of code_interpreter, file_search"),
        ("ASSISTANTS_THOUGHTS", "'x' is none of hide, unopened, show"),
        ("ASSISTANTS_ROLE", "'x' is none of system, developer"),
    ],
)
def test_what_the_environment_has_is_looked_at(
    variable: str,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(variable, "x")
    assert main(["--engine", "chat", "--upstream", "http://127.0.0.1:1"]) == 2
    assert capsys.readouterr().err == f"assistants_server: {variable}: {says}\n"


def test_responses_with_the_tools_of_the_upstream() -> None:
    made = engine(
        *("--engine", "responses", "--upstream", "https://api.openai.com/v1"),
        *("--built-in", "code_interpreter", "--no-check"),
    )
    assert isinstance(made, ResponsesEngine)
    assert made.refusal(run(tools=[{"type": "code_interpreter"}])) is None


def test_without_options_nothing_is_asked() -> None:
    assert engine() is deterministic


WRONG: dict[str, tuple[list[str], str]] = {
    "no upstream": (["--engine", "chat"], "--engine chat needs --upstream URL"),
    "no URL": (["--engine", "chat", "--upstream", "x"], "must begin with http://"),
    "no table": (
        ["--engine", "chat", "--upstream", "http://127.0.0.1:1", "--model", "x"],
        "--model 'x' is no OLD=NEW",
    ),
    "no key file": (
        [
            *("--engine", "chat", "--upstream", "http://127.0.0.1:1"),
            *("--upstream-key-file", "nowhere"),
        ],
        "--upstream-key-file nowhere: No such file",
    ),
    "tools that chat completions don't have": (
        [
            *("--engine", "chat", "--upstream", "http://127.0.0.1:1"),
            *("--built-in", "file_search"),
        ],
        "assistants_server: --built-in needs --engine responses",
    ),
    "nobody there": (
        ["--engine", "chat", "--upstream", "http://127.0.0.1:1"],
        "can't be reached (ConnectError: Connection refused). (--no-check starts",
    ),
    "an upstream that no engine asks": (
        ["--upstream", "http://127.0.0.1:1"],
        "--upstream needs --engine chat or --engine responses",
    ),
    "models that no engine asks for": (
        ["--model", "*=llama3.2"],
        "--model needs --engine chat or --engine responses",
    ),
    "an engine that is none": (["--engine", "chatty"], "expected chat, responses, or"),
}


@pytest.mark.parametrize(("arguments", "message"), WRONG.values(), ids=WRONG)
def test_what_can_not_work_is_said_before_it_starts(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.startswith("assistants_server: ")
    assert said.count("\n") == 1


def test_a_key_that_is_refused_is_said_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    with upstream(refusal(401, f"wrong key: {KEY}")) as up:
        assert main(["--engine", "chat", "--upstream", up.url]) == 2
    said = capsys.readouterr().err
    assert "answered 401: wrong key: [key]" in said


@each_case(
    ("arguments", "pace"),
    [
        ([], 0.02),
        (["--script", "turns.json"], 0.02),
        (["--engine", "chat"], 0.0),
        (["--engine", "my.engines:parrot"], 0.0),
        (["--engine", "chat", "--pace", "0.1"], 0.1),
        (["--pace", "0"], 0.0),
    ],
)
def test_a_model_has_a_pace_of_its_own(arguments: list[str], pace: float) -> None:
    assert pace_of(configured(arguments).options) == pace
