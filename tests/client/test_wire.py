"""The transcript: what each level shows, and that no secret is in it."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants_client._redaction import Secrets
from assistants_client._transcript import LOGGER, Transcript, line
from tests.cases import each_case

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-9f8e7d6c"
HEADERS = [("Host", "127.0.0.1"), ("Authorization", f"Bearer {KEY}")]
BODY = b'{"model":"gpt-4o","tools":[],"name":"Zo\xc3\xab"}'


def shown(level: Any, **options: Any) -> tuple[Transcript, list[str]]:
    lines: list[str] = []
    return Transcript(level, write=lines.append, **options), lines


def whole_call(transcript: Transcript) -> None:
    transcript.note("connected to 127.0.0.1 port 8000")
    transcript.request("POST /v1/assistants HTTP/1.1", HEADERS, BODY)
    transcript.response("HTTP/1.1 200 OK", [("Set-Cookie", "a=1"), ("x-id", "7")])
    transcript.content(b'{"id":"asst_1"}')


HEAD = [
    "-> POST /v1/assistants HTTP/1.1",
    "-> Host: 127.0.0.1",
    "-> Authorization: <REDACTED>",
]
SENT = [
    ">> {",
    '>>   "model": "gpt-4o",',
    '>>   "tools": [],',
    '>>   "name": "Zoë"',
    ">> }",
]
ANSWERED = ["<- HTTP/1.1 200 OK", "<- Set-Cookie: <REDACTED>", "<- x-id: 7"]
GOT = ["<< {", '<<   "id": "asst_1"', "<< }"]
NOTED = ["*  connected to 127.0.0.1 port 8000"]


@pytest.mark.parametrize(
    ("level", "lines"),
    [
        (1, [*HEAD, *ANSWERED]),
        (2, [*HEAD, *SENT, *ANSWERED, *GOT]),
        (3, [*NOTED, *HEAD, *SENT, *ANSWERED, *GOT]),
    ],
)
def test_each_level_adds_its_lines(level: int, lines: list[str]) -> None:
    transcript, written = shown(level)
    whole_call(transcript)
    assert written == lines


def test_events_are_shown_one_by_one() -> None:
    transcript, written = shown(2)
    transcript.event("thread.created", '{"id": "t"}\nmore')
    assert written == [
        "<< type: thread.created",
        '<< data: {"id": "t"}',
        "<< data: more",
        "",
    ]
    transcript, written = shown(1)
    transcript.event("thread.created", "{}")
    assert written == []


@each_case(
    ("content", "lines"),
    [
        (b"", []),
        (b"plain\r\ntwo\n", ["<< plain", "<< two"]),
        (b"\x89PNG\r\n\x1a\n\x00", ["<< <9 bytes>"]),
        (b"\xff" * 3, ["<< <3 bytes>"]),
        (b"a\x00b", ["<< <3 bytes>"]),
        (b"{broken", ["<< {broken"]),
        (b"[" * 100_000, [f"<< {'[' * 100_000}"]),
        (b"17", ["<< 17"]),
    ],
    ids=["empty", "text", "image", "no UTF-8", "NUL", "broken", "deep", "number"],
)
def test_bodies_are_shown_as_what_they_are(content: bytes, lines: list[str]) -> None:
    transcript, written = shown(2)
    transcript.content(content)
    assert written == lines


@each_case("name", ["authorization", "api-key", "set-cookie", "x-auth-token", "x-mine"])
@each_case("change", [str.lower, str.upper, str.title])
def test_secret_headers_are_redacted_in_any_case(name: str, change: Any) -> None:
    transcript, written = shown(3, secrets=Secrets(names=["X-Mine"]))
    headers = [(change(name), KEY), ("x-other", "kept")]
    transcript.request("GET / HTTP/1.1", headers, None)
    transcript.response("HTTP/1.1 200 OK", headers)
    assert KEY not in "\n".join(written)
    assert written.count(f"-> {change(name)}: <REDACTED>") == 1
    assert written.count(f"<- {change(name)}: <REDACTED>") == 1
    assert "-> x-other: kept" in written


def test_secrets_are_redacted_wherever_they_stand() -> None:
    transcript, written = shown(3, secrets=Secrets([KEY, f"{KEY}-more", "abc"]))
    transcript.request(f"GET /?key={KEY} HTTP/1.1", [("x-a", f"v {KEY}-more")], b"")
    transcript.content(json.dumps({"message": f"wrong key {KEY}; abc"}).encode())
    transcript.event("error", f'{{"key": "{KEY}"}}')
    transcript.note(f"sent {KEY}")
    text = "\n".join(written)
    assert KEY not in text
    assert "-more" not in text
    assert text.count("<REDACTED>") == 5
    assert "abc" in text  # too short to be told from ordinary text


def test_a_server_can_t_write_to_the_terminal() -> None:
    transcript, written = shown(3)
    evil = "\x1b[2J\x07\u202e\u2028\x9b"
    transcript.response(f"HTTP/1.1 200 {evil}", [("x", evil)])
    transcript.content(f"text {evil}".encode())
    transcript.content(json.dumps({"a": evil}, ensure_ascii=False).encode())
    transcript.event(evil, evil)
    assert not {*evil} - {*"[2J"} & {*"".join(written)}
    assert r"<< text \x1b[2J\x07\u202e\u2028\x9b" in written


@given(st.binary(max_size=60))
def test_no_body_is_too_odd(content: bytes) -> None:
    transcript, written = shown(2)
    transcript.content(content)
    assert all(each.startswith("<< ") for each in written)  # vacuous: it may be empty
    assert not any("\n" in each for each in written)  # vacuous: it may be empty


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    found = logging.getLogger(LOGGER)
    yield found
    found.handlers.clear()
    found.setLevel(logging.NOTSET)
    found.propagate = True


def test_a_logger_that_somebody_set_up_gets_the_lines(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    stream = io.StringIO()
    logger.addHandler(logging.StreamHandler(stream))
    logger.setLevel(logging.DEBUG)
    line("-> 100 %s")
    assert stream.getvalue() == "-> 100 %s\n"
    assert capsys.readouterr().err == ""


def test_else_stderr_gets_them(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    line("-> plain")
    logger.addHandler(logging.StreamHandler(io.StringIO()))
    logger.setLevel(logging.WARNING)
    line("<- plain")
    assert capsys.readouterr().err == "-> plain\n<- plain\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour_is_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.delenv("NO_COLOR", raising=False)
    line("-> x")
    line("other")
    monkeypatch.setenv("NO_COLOR", "1")
    line("-> y")
    assert terminal.getvalue() == "\x1b[36m-> x\x1b[0m\nother\n-> y\n"


def test_no_stderr_is_no_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    line("-> x")
    assert capfd.readouterr() == ("", "")


def test_no_part_of_a_secret_is_shown_where_a_long_line_is_cut() -> None:
    transcript, written = shown(2, secrets=Secrets([KEY]))
    flowing = transcript.flowing("text/plain")
    # Wherever the line is cut, it is there that a key stands.
    for _ in range(20_000):
        flowing.take(KEY.encode())
    flowing.end()
    assert len(written) > 2
    assert KEY[:6] not in "".join(written)


def test_a_body_that_comes_in_pieces_is_shown_line_by_line() -> None:
    transcript, written = shown(2)
    flowing = transcript.flowing("text/event-stream")
    for piece in (b"da", b"ta: Zo\xc3", b"\xab\r\n\nda", b"ta: 2"):
        flowing.take(piece)
    assert written == ["<< data: Zo\u00eb", "<< "]
    flowing.end()
    assert written[2:] == ["<< data: 2"]
    flowing.take(b"x" * 70_000)
    flowing.end()
    assert "".join(each.removeprefix("<< ") for each in written[3:]) == "x" * 70_000
    assert len(written) == 5
    quiet, nothing = shown(1)
    quiet.flowing("text/plain").take(b"a\n")
    assert nothing == []
