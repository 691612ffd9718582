"""What the README says is tried: its code runs, its commands and files exist."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistants_client import Client
from assistants_client.local import LocalServer

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BASE_URL = '"http://127.0.0.1:8000/v1"'

# The language, the code, and where it begins.
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_CHANGING = re.compile(r"thread_\w+|req_\w+|127\.0\.0\.1:\d+|date: .*")
_INLINE = re.compile(r"`([^`\n]+)`|\]\(([^)]+)\)")
_OPTION = re.compile(r"--[\w-]+")
_OURS = (".ci/", "assistants_client/", "codegen/", "generated/", "scripts/", "tests/")


def _blocks(language: str) -> list[tuple[int, str]]:
    """Give the blocks of a language, each with the number of its first line."""
    return [
        (README.count("\n", 0, found.start(2)) + 1, found[2])
        for found in _FENCE.finditer(README)
        if found[1] == language
    ]


def _shell_commands() -> list[list[str]]:
    lines = [line for _, block in _blocks("sh") for line in block.splitlines()]
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_python_runs_from_top_to_bottom(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = _blocks("python")
    assert sum(block.count(BASE_URL) for _, block in blocks) == 1
    names: dict[str, Any] = {"__name__": "__main__"}
    with LocalServer() as server:
        try:
            for line, block in blocks:
                code = block.replace(BASE_URL, repr(server.url))
                # Empty lines before it make a traceback name the README's own line.
                exec(compile("\n" * (line - 1) + code, "README.md", "exec"), names)
        finally:
            if "client" in names:
                names["client"].close()
    printed = capsys.readouterr().out
    said = "You said: What is six times seven? The functions gave: times: "
    assert said in printed
    assert "\ncompleted\n" in printed
    assert f"+00:00 ['{said}" in printed
    assert "ThreadRunRequiresActionEvent(" in printed


def test_first_example_is_on_the_first_screen() -> None:
    line, _ = _blocks("python")[0]
    assert line < 30
    assert README.count("\n") < 150


def test_every_block_says_its_language() -> None:
    fences = README.count("\n```") // 2
    languages = ("python", "sh", "text")
    assert fences == sum(len(_blocks(language)) for language in languages)


def test_transcript_is_what_the_call_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ((_, block),) = _blocks("text")
    with (
        LocalServer() as server,
        Client(base_url=server.url, api_key="key-of-the-test") as client,
    ):
        thread = client.threads.create()
        client.threads.delete(thread, verbosity=1)
    shown = capsys.readouterr().err
    assert "thread_9B9mLdG7NDqF0n4zMuYfMke5" in block
    assert _CHANGING.sub("...", shown) == _CHANGING.sub("...", block)


@pytest.mark.parametrize("words", _shell_commands(), ids=" ".join)
def test_commands_exist(words: list[str]) -> None:
    if words[:3] == ["python", "-m", "codegen"]:
        text = _help_of("codegen", words[3])
        options = words[4:]
    else:
        assert os.access(ROOT / words[0], os.X_OK)
        text = (ROOT / words[0]).read_text(encoding="utf-8")
        options = words[1:]
    unknown = [
        option for option in options if _OPTION.match(option) if option not in text
    ]
    assert unknown == []


def test_options_of_the_server_exist() -> None:
    named = [first.split() for first, _ in _INLINE.findall(README) if first]
    options = {words[0] for words in named if _OPTION.match(words[0])}
    assert "--store" in options
    text = _help_of("assistants_client.local")
    assert [option for option in sorted(options) if option not in text] == []


def test_files_exist() -> None:
    named = {first or second for first, second in _INLINE.findall(README)}
    paths = {text.split()[0] for text in named if text.startswith(_OURS)}
    paths |= {second for _, second in _INLINE.findall(README) if second}
    assert "scripts/bench" in paths
    assert "LICENSE" in paths
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


@cache
def _help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", *command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
