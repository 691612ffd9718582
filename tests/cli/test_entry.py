"""How the command begins: its streams, its signals, completion by shells."""

from __future__ import annotations

import io
import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from assistants_cli.app import app, run
from assistants_server import LocalServer
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what begins the command with other streams, and returns how it ended."""
    # Those of the tests stay.
    handlers: list[Any] = []
    monkeypatch.setattr(signal, "signal", lambda *given: handlers.append(given))
    monkeypatch.delenv("ASSISTANTS_VERBOSITY", raising=False)

    def begin(*words: str, **streams: Any) -> int:
        for name in ("stdin", "stdout", "stderr"):
            monkeypatch.setattr(sys, name, streams.get(name))
        with pytest.raises(SystemExit) as ended:
            run(words)
        for name in {"stdin", "stdout", "stderr"} - streams.keys():
            # It gave itself what it lacked.
            getattr(sys, name).close()
        numbers = [number for number, _ in handlers]
        # The others are those of `noticed_at_once`.
        assert [each for each in numbers if each != signal.SIGURG] == [signal.SIGTERM]
        return int(ended.value.code or 0)

    return begin


def test_it_works_without_streams(begin: Callable[..., int]) -> None:
    with LocalServer() as server:
        assert begin("assistants", "list", "--base-url", server.url) == 0


# vacuous: it is for other systems
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full")
@pytest.mark.parametrize("words", [["--help"], ["--version"], ["ask", "--help"]])
def test_help_that_can_not_be_written_is_an_error_in_a_line(
    begin: Callable[..., int], words: list[str]
) -> None:
    said = io.StringIO()
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert begin(*words, stdin=io.StringIO(), stdout=full, stderr=said) == 1
        full.flush()
    assert said.getvalue() == "assistants: the output: No space left on device\n"


def test_nobody_asks_without_stdin(begin: Callable[..., int]) -> None:
    err = io.StringIO()
    assert begin("ask", "--model", "m", stderr=err) == 2
    assert err.getvalue() == "assistants: the question is empty\n"


def test_what_is_no_text_is_refused_kindly(begin: Callable[..., int]) -> None:
    given = io.TextIOWrapper(io.BytesIO(b"gr\xfcn"), encoding="utf-8")
    err = io.StringIO()
    assert begin("ask", "--model", "m", stdin=given, stderr=err) == 2
    assert err.getvalue() == "assistants: the question is not UTF-8 text\n"


def test_characters_that_the_terminal_lacks_are_escaped(
    begin: Callable[..., int],
) -> None:
    held = io.BytesIO()
    out = io.TextIOWrapper(held, encoding="ascii")
    with LocalServer() as server:
        words = ("ask", "--model", "m", "--base-url", server.url, "gr\u00fcn")
        assert begin(*words, stdout=out) == 0
    assert held.getvalue() == b"You said: gr\\xfcn\n"


@each_case(
    "words, offered",
    [
        ("assistants th", "threads"),
        ("assistants runs ", "watch"),
        ("assistants ask --mo", "--model"),
        ("assistants files upload --pur", "--purpose"),
    ],
)
def test_completion_offers_commands_and_options(words: str, offered: str) -> None:
    asked = {
        "_ASSISTANTS_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    done = CliRunner().invoke(app, [], env=asked, prog_name="assistants")
    assert offered in done.stdout.split(), done.stdout


MARK = b"\xef\xbb\xbf"
"""What editors and shells of Windows put before a text in UTF-8."""


def test_a_mark_before_a_text_is_no_part_of_it(
    begin: Callable[..., int], tmp_path: Path
) -> None:
    key, words = tmp_path / "key", tmp_path / "words.txt"
    key.write_bytes(MARK + b"sk-1\r\n")
    words.write_bytes(MARK + b"Be brief.")
    given = io.TextIOWrapper(io.BytesIO(MARK + b"Hello"), encoding="utf-8")
    out = io.StringIO()
    with LocalServer(key="sk-1") as server:
        code = begin(
            *("ask", "--model", "m", "--instructions", f"@{words}", "--json"),
            *("--base-url", server.url, "--api-key-file", str(key)),
            stdin=given,
            stdout=out,
        )
    first, *_, last = map(json.loads, out.getvalue().splitlines())
    assert (code, first["data"]["instructions"]) == (0, "Be brief.")
    assert last["event"] == "thread.run.completed"
    assert "You said: Hello" in out.getvalue()


@pytest.mark.parametrize("is_piped", [True, False])
def test_a_mark_before_json_is_no_part_of_it(
    begin: Callable[..., int], tmp_path: Path, is_piped: bool
) -> None:
    body = tmp_path / "body.json"
    body.write_bytes(MARK + b'{"name": "Ada"}')
    given = io.TextIOWrapper(io.BytesIO(body.read_bytes()), encoding="utf-8")
    out = io.StringIO()
    with LocalServer() as server:
        code = begin(
            *("assistants", "create", "--model", "m", "--json"),
            *("--base-url", server.url, "--body", "-" if is_piped else str(body)),
            stdin=given,
            stdout=out,
        )
    assert (code, json.loads(out.getvalue())["name"]) == (0, "Ada")
