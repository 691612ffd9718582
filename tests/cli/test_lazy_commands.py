"""Help is quick: what a command needs is imported when it is used."""

from __future__ import annotations

import subprocess
import sys

import typer
from typer.testing import CliRunner

from assistants_cli.app import COMMANDS, app
from assistants_client import __version__
from tests.cases import each_case

# What help doesn't need, and what takes its time to import.
_HEAVY = ("assistants_client", "assistants_api", "httpx", "asyncio", "rich", "attrs")
_ASK = """
import sys
from typer.testing import CliRunner
from assistants_cli.app import app
assert "Commands:" in CliRunner().invoke(app, ["--help"]).stdout
print(sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_help_imports_nothing_that_commands_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK], capture_output=True, text=True, check=True
    )
    assert "typer" in done.stdout
    assert [name for name in _HEAVY if f"'{name}'" in done.stdout] == []


@each_case("name", COMMANDS)
def test_every_entry_leads_to_a_command_that_says_what_it_does(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert f"Usage: root {name} " in result.stdout or f" {name} " in result.stdout
    command = typer.main.get_command(app)
    found = command.commands[name]  # type: ignore[attr-defined]
    assert found.help


def test_the_version_is_that_of_the_client() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"assistants {__version__}\n")


def test_a_command_that_is_not_there_is_named_with_what_is_meant() -> None:
    result = CliRunner().invoke(app, ["asistants"])
    assert result.exit_code == 2
    assert "Did you mean 'assistants'?" in result.stderr
