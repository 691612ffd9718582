"""Text of servers and models moves no cursor, and is no markup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from assistants_cli.safe_text import (
    cell,
    in_line,
    indented,
    json_line,
    moment,
    shell_word,
    visible,
)
from assistants_server import LocalServer
from assistants_server.engines.scripted import parse_script, scripted
from tests.cases import each_case, some
from tests.cli.invocation import run

if TYPE_CHECKING:
    from collections.abc import Iterable

EVIL = "\x1b[31mred\x1b]0;title\x07 \x9b2J\r\u202eright [bold]bold[/bold] :smile:"
SHOWN = (
    "\\x1b[31mred\\x1b]0;title\\x07 \\x9b2J\\r\\u202eright [bold]bold[/bold] :smile:"
)
CONTROLS = {chr(n) for n in (*range(32), *range(127, 160))} - {"\n", "\t"}
# What turns the direction of writing, and separates lines.
DIRECTIONS = (
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028"
)
_JSON = st.recursive(st.none() | st.text() | st.integers(), st.lists)


@each_case(
    "text, shown",
    [
        (EVIL, SHOWN),
        ("one\r\ntwo\tthree\n", "one\ntwo\tthree\n"),
        ("\u00fc \U0001f468\u200d\U0001f469 \u0645\u200c", None),
        ("\ud83d half", "\\ud83d half"),
        ("\x7f\x00", "\\x7f\\x00"),
        *((each, f"\\u{ord(each):04x}") for each in DIRECTIONS),
    ],
)
def test_control_characters_are_shown(text: str, shown: str | None) -> None:
    assert visible(text) == (text if shown is None else shown)


@given(st.text(st.characters()))
def test_no_text_drives_a_terminal(text: str) -> None:
    assert not CONTROLS.intersection(visible(text))
    assert visible(visible(text)) == visible(text)
    assert "\n" not in in_line(text)
    assert "\n" not in shell_word(text)
    lines = some(indented(text, "  ").split("\n"))
    assert all(line.startswith("  ") for line in lines)


@given(_JSON)
def test_json_stays_what_it_is(value: Any) -> None:
    for ascii_only in (False, True):
        line = json_line(value, ascii_only=ascii_only)
        assert json.loads(line) == value
        assert visible(line) == line
        assert "\n" not in line
    assert "\t" not in cell(value)


@each_case(
    "value", [1e300, -1e300, float("nan"), True, None, "\x1b[1m", [], {"a": "\n"}]
)
def test_odd_times_are_shown_as_they_are(value: Any) -> None:
    assert "\n" not in moment(value)
    assert "\x1b" not in moment(value)


def evil_server() -> LocalServer:
    turn: list[object] = [
        {"code": EVIL, "logs": EVIL},
        {"text": EVIL, "annotations": []},
        {"image": EVIL},
        {"refuse": EVIL},
    ]
    engine = scripted(*parse_script(json.dumps([turn])))
    return LocalServer(engine=engine, poll_after=2)


def outputs() -> Iterable[tuple[str, str]]:
    """Yield what commands print where everything that they are told is evil."""
    with evil_server() as server:
        made = run(
            *("assistants", "create", "--model", EVIL, "--name", EVIL),
            *("--instructions", EVIL, "--metadata", f"{EVIL}={EVIL}"),
            url=server.url,
        )
        key = made.out.strip()
        asked = run("ask", "--assistant", key, EVIL, "--json", url=server.url)
        thread = asked.objects[0]["data"]["thread_id"]
        commands = [
            ("ask", "--assistant", key, EVIL),
            ("assistants", "list"),
            ("assistants", "show", key),
            ("assistants", "show", EVIL),
            ("threads", "show", thread),
            ("runs", "list", thread),
            ("runs", "show", thread),
            ("runs", "watch", thread),
            ("search", EVIL, EVIL),
            ("ask", "--assistant", key, "--verbosity", "debug", "--file", EVIL, "x"),
            ("stores", "create", "--name", EVIL, "--metadata", EVIL),
            (EVIL,),
        ]
        for words in commands:
            for more in ((), ("--json",)):
                done = run(*words, *more, url=server.url)
                yield " ".join([*words, *more]), done.out + done.err
        chat = run(
            "chat", "--assistant", key, given=f"{EVIL}\n/history\n", url=server.url
        )
        yield "chat", chat.out + chat.err


def test_no_command_passes_control_characters_on() -> None:
    found = some(outputs())
    driven = [name for name, text in found if not text.isascii() or "\x1b" in text]
    assert driven == []
    assert not any(each in text for _, text in found for each in "\x07\r")
    assert sum(SHOWN in text for _, text in found) > 5
