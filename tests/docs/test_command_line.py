"""The page on the command line: its examples run, its tables are complete."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any, Final

import typer

from assistants_cli.app import COMMANDS, app
from assistants_cli.chat.orders import ORDERS
from assistants_cli.exit_codes import MEANINGS, ExitCode
from assistants_cli.settings import Settings, option_parameters
from assistants_server import LocalServer
from tests.cases import some
from tests.cli.invocation import run
from tests.docs.test_tables import PAGES, first_words, rows

if TYPE_CHECKING:
    import pytest

PAGE: Final = PAGES["command-line"]
_ASSIGNED: Final = re.compile(r"(\w+)=\$\((.*)\)")


class Shell:
    """As much of a shell as the examples need: variables, pipes, `>`, a document.

    It runs `assistants` in this process, which takes a tenth of the time.
    """

    def __init__(self, url: str) -> None:
        self.printed: list[str] = []
        self._url = url
        self._names: dict[str, str] = {}

    def run(self, code: str) -> None:
        lines = iter(code.splitlines())
        for line in lines:
            if line.endswith("<< END"):
                body = [*iter(lambda: next(lines), "END")]
                Path(line.split()[2]).write_text("\n".join(body), "utf-8")
            elif found := _ASSIGNED.fullmatch(line):
                self._names[found[1]] = self._piped(found[2]).strip()
            else:
                self.printed.append(self._piped(line))

    def _piped(self, line: str) -> str:
        words = [Template(each).substitute(self._names) for each in shlex.split(line)]
        text = ""
        while words:
            end = words.index("|") if "|" in words else len(words)
            text, words = self._one(words[:end], text), words[end + 1 :]
        return text

    def _one(self, words: list[str], given: str) -> str:
        match words:
            case [*rest, ">", file]:
                Path(file).write_text(self._one(rest, given), "utf-8")
                return ""
            case ["assistants", *rest]:
                done = run(*rest, url=self._url, given=given)
                # One waits for outputs, as the page says, and a scan finds something.
                waits = "How high in Hull?" in rest
                assert done.code == (4 if waits else 7 if rest[0] == "scan" else 0), (
                    done
                )
                return done.out
            case ["echo", text]:
                return f"{text}\n"
            case ["printf", text]:
                return text.replace("\\n", "\n")
            case ["head", "-n", "1", file]:
                return Path(file).read_text("utf-8").partition("\n")[0]
            case ["cut", "-f", "1"]:
                return given.partition("\t")[0]
            case ["jq", "-r", path]:
                return "\n".join(_at(line, path) for line in given.splitlines())
        raise AssertionError(f"nobody knows {words}")


def _at(line: str, path: str) -> str:
    found: Any = json.loads(line)
    for name in path.strip(".").split("."):
        found = found[name]
    return str(found)


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    install, start, *blocks = PAGE.examples("sh")
    assert "pip install" in install.parsed
    assert start.parsed.endswith("export OPENAI_BASE_URL=http://127.0.0.1:8000/v1\n")
    with LocalServer(poll_after=2) as server:
        shell = Shell(server.url)
        for block in some(blocks):
            shell.run(block.parsed)
    printed = "".join(shell.printed)
    for text in (
        "You said: What is six times seven?\nYou said: And seven times eight?\n",
        "The functions gave: tide: 4 m in Hull\n",
        "The functions gave: tide: 3 m\n",
        "1 of 1 files indexed\n",
        "Ada",
    ):
        assert text in printed, text
    assert Path("copy.md").read_bytes() == Path("tides.md").read_bytes()


def test_every_command_is_listed() -> None:
    listed = {
        name: set(re.findall(r"`([a-z]+)`", row[1]))
        for row in rows(PAGE, "Commands")
        for name in re.findall(r"`assistants ([a-z-]+)`", " ".join(row))
    }
    here = {name for name in COMMANDS if name in listed or name not in _ELSEWHERE}
    assert {*listed} == here
    group: Any = typer.main.get_command(app)
    for name in some(listed.keys() - {"vector-stores"}):
        below = getattr(group.commands[name], "commands", {})
        assert listed[name] == {*below}, name


# They have pages of their own.
_ELSEWHERE: Final = {"export", "import", "scan", "verify"}


def test_every_option_that_commands_share_is_listed() -> None:
    shared = {
        f"--{each.name.replace('_', '-')}" for each in option_parameters(Settings)
    }
    assert {*first_words("command-line", "Which server")} == shared


def test_every_exit_code_is_listed() -> None:
    listed = [int(row[0]) for row in rows(PAGE, "Exit codes")]
    assert listed == [*ExitCode]
    assert listed == [*MEANINGS]
    assert "Exit codes: 0 done, 1 the server refused" in run("--help").out


def test_every_order_is_listed() -> None:
    listed = [each.split()[0] for each in first_words("command-line", "Chat")]
    assert {*listed} == {*ORDERS}
