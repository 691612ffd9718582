"""An upstream chosen on the command line or in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from assistants_server.__main__ import _engine as engine_of
from assistants_server.__main__ import _pace as pace_of
from assistants_server.__main__ import _parser as parser
from assistants_server.__main__ import main
from assistants_server.engines import ChatEngine, ResponsesEngine, deterministic
from assistants_server.upstream.options import (
    ENGINE_VARIABLE,
    KEY_VARIABLE,
    MODELS_VARIABLE,
    URL_VARIABLE,
)
from harness.scripted_server import Response
from tests.engines.turns import outputs_of, run, told, turn
from tests.engines.upstreams import KEY, chat, refusal, upstream

if TYPE_CHECKING:
    from pathlib import Path

MODELS = Response.of({"object": "list", "data": [{"id": "llama"}]})


def engine(*arguments: str) -> Any:
    return engine_of(parser().parse_args(arguments))


def test_all_by_options(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text(KEY)
    with upstream(MODELS, chat("<think>42")) as up:
        made = engine(
            *("--engine", "chat", "--upstream", up.url, "--model", "gpt-4o=llama"),
            *("--upstream-key-file", str(key), "--leave-out", "code_interpreter"),
            *("--thoughts", "show"),
        )
        assert isinstance(made, ChatEngine)
        assert made.models == ("gpt-4o", "llama")
        assert told(outputs_of(made, turn()))[0] == "<think>42"
        assert up.requests[1].headers["authorization"] == f"Bearer {KEY}"
        assert up.requests[1].json()["model"] == "llama"
        assert made.refusal(run(tools=[{"type": "code_interpreter"}])) is None


def test_all_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with upstream(MODELS, chat()) as up:
        for name, value in (
            (ENGINE_VARIABLE, "chat"),
            (URL_VARIABLE, up.url),
            (KEY_VARIABLE, KEY),
            (MODELS_VARIABLE, "gpt-4o=llama, *=llama"),
        ):
            monkeypatch.setenv(name, value)
        made = engine()
        assert told(outputs_of(made, turn(model="other")))[0] == "42"
        assert up.requests[1].headers["authorization"] == f"Bearer {KEY}"
        assert up.requests[1].json()["model"] == "llama"


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
        "--built-in needs --engine responses",
    ),
    "nobody there": (
        ["--engine", "chat", "--upstream", "http://127.0.0.1:1"],
        "can't be reached (ConnectError: Connection refused). (--no-check starts",
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


@pytest.mark.parametrize(
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
    assert pace_of(parser().parse_args(arguments)) == pace
