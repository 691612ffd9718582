"""How results are written."""

from __future__ import annotations

import io
import json
import sys

import pytest

from assistants_cli.output import Output, is_coloured
from assistants_client.display.conversation import Conversation
from tests.cases import each_case


class FakeTerminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_json_for_terminals_without_unicode_is_ascii(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = io.BytesIO()
    with io.TextIOWrapper(held, encoding="latin-1") as out:
        monkeypatch.setattr(sys, "stdout", out)
        Output(json=True).data({"text": "\u00fc \u20ac"})
        assert held.getvalue().isascii()
        assert json.loads(held.getvalue()) == {"text": "\u00fc \u20ac"}


@each_case(
    "name, value, coloured",
    [
        ("NO_COLOR", "1", False),
        ("NO_COLOR", "", True),
        ("TERM", "dumb", False),
        ("TERM", "xterm", True),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, *, coloured: bool
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv("NO_COLOR", raising=False)
        patch.setenv("TERM", "xterm")
        patch.setenv(name, value)
        assert is_coloured(FakeTerminal()) is coloured
        assert not is_coloured(io.StringIO())


def test_a_newline_may_come_in_two_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(json=False)
    for piece in ("one\r", "\ntwo\r", "three", "\r"):
        output.piece(piece)
    output.end_line()
    assert capsys.readouterr().out == "one\ntwo\\rthree\\r\n"


def test_tables_without_colours_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for value, plain in (("1", True), ("", False)):
        monkeypatch.setenv("NO_COLOR", value)
        out = FakeTerminal()
        monkeypatch.setattr(sys, "stdout", out)
        Output(json=False).rows(("id", "name"), [("asst_1", "[red]Ada[/red]")])
        assert ("\x1b" not in out.getvalue()) is plain
        assert "asst_1  [red]Ada[/red]" in out.getvalue()


def test_conversations_at_a_terminal_move_no_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    text = [{"type": "text", "text": {"value": "\x1b[2J [red]x[/red] \x9b1m"}}]
    said = Conversation([{"id": "msg_1", "role": "user", "content": text}])
    for value in ("1", ""):
        monkeypatch.setenv("NO_COLOR", value)
        out = FakeTerminal()
        monkeypatch.setattr(sys, "stdout", out)
        Output(json=False).show(said)
        assert "\\x1b[2J [red]x[/red] \\x9b1m" in out.getvalue()
        assert ("\x1b" in out.getvalue()) is not bool(value)


def test_lines_of_others_begin_on_a_line_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = FakeTerminal()
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", out)
    output = Output(json=False)
    output.piece("half an answer")
    output.aside("> a call")
    output.piece("more")
    output.problem("it\nbroke")
    output.line("end")
    assert out.getvalue().splitlines() == [
        "half an answer",
        "> a call",
        "more",
        "assistants: it\\nbroke",
        "end",
    ]


def test_an_interrupt_behind_a_piece_leaves_the_line_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupted(io.StringIO):
        def flush(self) -> None:
            if self.getvalue() == "first ":
                raise KeyboardInterrupt

    out = Interrupted()
    monkeypatch.setattr(sys, "stdout", out)
    output = Output(json=False)
    with pytest.raises(KeyboardInterrupt):
        output.piece("first ")
    output.end_line()
    assert out.getvalue() == "first \n"
