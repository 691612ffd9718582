"""What is typed, where CPython is in trouble with signals."""

from __future__ import annotations

import builtins

import pytest

from assistants_cli.chat.reader import Reader


def reader(monkeypatch: pytest.MonkeyPatch, error: SystemError) -> Reader:
    def interrupted(prompt: str) -> str:
        raise error

    monkeypatch.setattr(builtins, "input", interrupted)
    made = Reader()
    made.is_interactive = True
    return made


def test_ctrl_c_with_another_signal_behind_it_is_ctrl_c(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = SystemError("<function notice> returned a result with an exception set")
    error.__cause__ = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        reader(monkeypatch, error).line("> ")


def test_other_faults_of_cpython_stay_what_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = SystemError("another one")
    with pytest.raises(SystemError) as raised:
        reader(monkeypatch, error).line("> ")
    assert raised.value is error
