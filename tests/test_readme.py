"""What the README says is tried: its code runs, its transcript is what is shown.

Its commands, links and names are tested with those of the other pages, in tests/docs.
"""

from __future__ import annotations

import re
from code import InteractiveConsole
from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING
from urllib.request import urlopen

from sybil.evaluators.python import PythonEvaluator

from assistants_client import AssistantsError, Client
from assistants_server import LocalServer
from tests.cases import some
from tests.docs.pages import Page, where

if TYPE_CHECKING:
    import pytest

README = Page("README.md")
_CHANGING = re.compile(r"thread_\w+|req_\w+|127\.0\.0\.1:\d+|date: .*")


def test_python_runs_block_by_block(capsys: pytest.CaptureFixture[str]) -> None:
    for example in README.examples("python", PythonEvaluator()):
        example.namespace = {"__name__": "__main__"}
        example.evaluate()
        left = [*filter(is_open, example.namespace.values())]
        assert left == [], "it closes what it opens"
    said = "You said: What is six times seven? The functions gave: times: 42"
    printed = capsys.readouterr().out
    assert printed.startswith(f"{said}\ncompleted: {said}\nThreadCreatedEvent(")
    assert f'"{said}"' in README.text.replace("\n", " ")


def is_open(value: object) -> bool:
    """Return whether something is a client or a server that can still be used."""
    try:
        if isinstance(value, Client):
            value.threads.create(timeout=5)
        elif isinstance(value, LocalServer):
            urlopen(value.url, timeout=5).close()
        else:
            return False
    except (AssistantsError, OSError):
        return False
    return True


def test_python_can_be_pasted_into_a_prompt() -> None:
    """There a blank line ends a block, and a line without indentation needs one."""
    for example in some(README.examples("python")):
        console = InteractiveConsole()
        with redirect_stderr(StringIO()) as complaints:
            waiting = [console.push(line) for line in example.parsed.splitlines()]
            waiting.append(console.push(""))
        assert complaints.getvalue() == "", where(example)
        assert not waiting[-1]


def test_first_example_is_on_the_first_screen() -> None:
    assert README.examples("python")[0].line < 30
    assert README.text.count("\n") < 150


def test_transcript_is_what_the_call_shows(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (block,) = README.examples("text")
    with (
        LocalServer() as server,
        Client(base_url=server.url, api_key="key-of-the-test") as client,
    ):
        thread = client.threads.create()
        client.threads.delete(thread, verbosity=1)
    shown = capsys.readouterr().err
    assert "thread_9B9mLdG7NDqF0n4zMuYfMke5" in block.parsed
    assert _CHANGING.sub("...", shown) == _CHANGING.sub("...", block.parsed)
