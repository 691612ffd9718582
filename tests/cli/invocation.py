"""The command line, run within the tests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from typer.testing import CliRunner

from assistants_cli.app import app

# What the surroundings of the tests may have set.
_VARIABLES: Final = (
    "ASSISTANTS_VERBOSITY",
    "AZURE_AI_PROJECT_ENDPOINT",
    "NO_COLOR",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
)
CLEAN: Final[dict[str, str | None]] = dict.fromkeys(_VARIABLES)


@dataclass(frozen=True)
class Done:
    """How a command line ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Return the objects that were printed, a line for each."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def rows(self) -> list[list[str]]:
        """Return the rows of a table, as programs read them."""
        return [line.split("\t") for line in self.out.splitlines()]


def run(
    *words: str,
    url: str | None = None,
    given: str = "",
    env: dict[str, str] | None = None,
) -> Done:
    """Run `assistants` with some words behind it.

    Args:
        words: the words.
        url: the server, as the environment names it.
        given: what stands in stdin.
        env: what else the environment has.
    """
    surroundings = {**CLEAN, "OPENAI_BASE_URL": url, **(env or {})}
    result = CliRunner().invoke(
        app, words, input=given, env=surroundings, prog_name="assistants"
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def asked(*words: str, **options: Any) -> str:
    """Run `assistants`, and return what it printed, without its last line's end."""
    done = run(*words, **options)
    assert done.code == 0, done
    return done.out.removesuffix("\n")
