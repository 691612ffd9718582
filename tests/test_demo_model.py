"""The demo with a real model: all of it but the model, which tests don't install."""

from __future__ import annotations

import sys
from typing import NoReturn

import pytest
from rich.console import Console

from harness.processes import ProcessError
from harness.scripted_server import Response
from scripts import _demo, _demo_model
from scripts._demo_build import DemoError
from tests.engines.upstreams import chat, upstream

MODELS = Response.of({"object": "list", "data": [{"id": "/models/small.gguf"}]})


def test_answers_are_shown_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    said = chat("Tea \x1b[31mwarms.", read=9, written=4)
    with upstream(MODELS, said, chat("So does coffee.")) as server:
        _demo_model.converse(Console(), server.url)
        first, second = (each.json() for each in server.requests[1:])
    out = capsys.readouterr().out
    assert "has small.gguf." in out
    assert f"--engine chat --upstream {server.url} --model '*=NAME'" in out
    # Nothing that a model writes reaches the terminal but as text.
    assert "assistant | Tea [31mwarms.\n    usage | 9 tokens read, 4 written;" in out
    assert "assistant | So does coffee.\n" in out
    assert first["model"] == "/models/small.gguf"
    texts = [each["content"] for each in second["messages"]]
    assert texts[-3:] == [
        _demo_model.QUESTIONS[0],
        "Tea \x1b[31mwarms.",
        _demo_model.QUESTIONS[1],
    ]


def test_a_model_without_an_answer_is_a_failure() -> None:
    refusal = Response.of({"error": {"message": "No."}}, 400)
    with (
        upstream(MODELS, refusal) as server,
        pytest.raises(DemoError, match="failed, without an answer"),
    ):
        _demo_model.converse(Console(), server.url)


@pytest.mark.parametrize("options", [(), ("--serve", "0")])
def test_where_there_is_no_model_the_demo_says_what_to_do(
    options: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def small_model(_: int) -> NoReturn:
        raise ProcessError("pip install: no matching distribution")

    monkeypatch.setattr(_demo_model, "small_model", small_model)
    monkeypatch.setattr(sys, "argv", ["demo", "--model", *options])
    monkeypatch.setenv("no_proxy", "")
    assert _demo.main() == 1
    error = capsys.readouterr().err
    assert "demo: the model can't be had here: pip install: no matching" in error
    assert "--upstream http://127.0.0.1:11434/v1" in error
    assert "Traceback" not in error
