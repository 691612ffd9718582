"""The browser that tests the page: found, installed where that may be, or missing."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from harness import debian
from harness.browser import __main__ as program
from harness.browser.chromium import VARIABLE, chromium
from harness.browser.picture import curve
from harness.processes import ProcessError
from tests.cases import some

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nobody_named_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


def _there_are(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(
        shutil, "which", lambda name: f"/bin/{name}" if name in names else None
    )


def test_the_machines_own_browser_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _there_are(monkeypatch, "google-chrome", "chromium-browser", "apt-get")
    assert chromium().name == "chromium-browser"


def test_one_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _there_are(monkeypatch, "chromium", "brave")
    monkeypatch.setenv(VARIABLE, "brave")
    assert chromium().name == "brave"
    monkeypatch.setenv(VARIABLE, "none")
    with pytest.raises(ProcessError, match=f"{VARIABLE} names no program: none"):
        chromium()


def test_one_is_installed_by_root_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    there, commands = ["apt-get"], []

    def install(*words: Any) -> str:
        commands.append(words)
        if "install" in words:
            there.append("chromium")
        return ""

    monkeypatch.setattr(debian, "run", install)
    monkeypatch.setattr(
        shutil, "which", lambda name: f"/bin/{name}" if name in there else None
    )
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ProcessError, match="chromium is not here; install"):
        chromium()
    assert commands == []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert chromium().name == "chromium"
    assert "chromium" in commands[-1]


def test_without_one_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none() -> Path:
        raise ProcessError("there is no browser here")

    monkeypatch.setattr(program, "chromium", none)
    monkeypatch.setattr(sys, "argv", ["scripts/browser"])
    assert program.main() == 2
    assert capsys.readouterr().err == "browser: there is no browser here\n"


def test_tests_that_fail_or_do_not_end_are_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = program.parser().parse_args([])
    ended: subprocess.CompletedProcess[str] = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: ended)
    assert program.run_node(options, {}) == 1
    ended.returncode = 0
    assert program.run_node(options, {}) == 0

    def hang(*_: Any, **__: Any) -> None:
        raise subprocess.TimeoutExpired([], 600)

    monkeypatch.setattr(subprocess, "run", hang)
    assert program.run_node(options, {}) == 1
    assert "did not end within" in capsys.readouterr().err


def test_the_picture_is_one() -> None:
    content = curve()
    kinds, place = [], 8
    while place < len(content):
        (size,) = struct.unpack_from(">I", content, place)
        kind = content[place + 4 : place + 8]
        data = content[place + 8 : place + 8 + size]
        (check,) = struct.unpack_from(">I", content, place + 8 + size)
        assert check == zlib.crc32(kind + data)
        kinds.append(kind)
        place += 12 + size
    assert some(kinds) == [b"IHDR", b"IDAT", b"IEND"]
