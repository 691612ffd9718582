"""The options of the command line, and environment variables, for an upstream."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..address import key_from
from .errors import UpstreamError
from .model_names import ModelNames
from .thoughts import SHOWINGS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from ..engines.upstream import UpstreamEngine

ENGINES: Final = ("chat", "responses")
"""What `--engine` may be beside MODULE:NAME: the protocol that the upstream speaks."""
ENGINE_VARIABLE: Final = "ASSISTANTS_ENGINE"
KEY_VARIABLE: Final = "ASSISTANTS_UPSTREAM_KEY"
"""The environment variable with the key of the upstream."""
URL_VARIABLE: Final = "ASSISTANTS_UPSTREAM"
MODELS_VARIABLE: Final = "ASSISTANTS_MODELS"
_TOOLS: Final = ("code_interpreter", "file_search")
_NEEDED: Final = (
    "--engine {0} needs --upstream URL, such as http://127.0.0.1:11434/v1 for Ollama "
    "or https://api.openai.com/v1"
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options to a parser of the command line."""
    add = parser.add_argument
    add(
        "--upstream",
        metavar="URL",
        default=os.environ.get(URL_VARIABLE),
        help="base URL of the server whose models answer, for --engine chat or "
        f"responses (default: {URL_VARIABLE} in the environment)",
    )
    add(
        "--upstream-key-file",
        metavar="FILE",
        type=Path,
        help=f"file with the key of that server (default: {KEY_VARIABLE} in the "
        "environment, or no key)",
    )
    add(
        "--model",
        metavar="OLD=NEW",
        action="append",
        default=[],
        help="the upstream's model for one that runs name; *=NEW for all others; may "
        f"be given several times (default: {MODELS_VARIABLE} in the environment, "
        "separated by commas; else models are named as they are)",
    )
    add(
        "--built-in",
        metavar="TOOL",
        action="append",
        choices=_TOOLS,
        default=[],
        help="a tool that the upstream of --engine responses has itself, of "
        f"{' and '.join(_TOOLS)}",
    )
    add(
        "--leave-out",
        metavar="TOOL",
        action="append",
        choices=_TOOLS,
        default=[],
        help="a tool that the model is not told of, where runs with it would be "
        "refused",
    )
    add(
        "--thoughts",
        choices=SHOWINGS,
        default="hide",
        help="what becomes of thoughts between <think> and </think> at the beginning "
        "of an answer: hide them, hide them also where <think> is missing, as some "
        "templates have it (unopened), or show them (default: hide)",
    )
    add(
        "--no-check",
        action="store_true",
        help="don't ask the upstream for its models at the start",
    )


def engine_of(options: argparse.Namespace) -> UpstreamEngine:
    """Return the engine that options ask for.

    Args:
        options: the options, with `--engine` one of `ENGINES`.

    Raises:
        ValueError: they contradict each other, or can't be used.
    """
    from ..engines import ChatEngine, ResponsesEngine

    if not options.upstream:
        raise ValueError(_NEEDED.format(options.engine))
    names = _names(options.model)
    key = _key(options.upstream_key_file)
    try:
        if options.engine == "responses":
            return ResponsesEngine(
                options.upstream,
                key=key,
                models=names,
                built_in=options.built_in,
                leave_out=options.leave_out,
                thoughts=options.thoughts,
            )
        if options.built_in:
            raise ValueError("--built-in needs --engine responses")
        return ChatEngine(
            options.upstream,
            key=key,
            models=names,
            leave_out=options.leave_out,
            thoughts=options.thoughts,
        )
    except ValueError as error:
        raise ValueError(f"--upstream: {error}") from error


def check(engine: UpstreamEngine) -> list[str]:
    """Ask an engine's upstream for its models, and return what to be warned of.

    Raises:
        ValueError: the engine could not answer.
    """
    try:
        return asyncio.run(engine.check())
    except UpstreamError as error:
        raise ValueError(f"{error} (--no-check starts all the same)") from error


def _names(pairs: list[str]) -> Mapping[str, str]:
    if not pairs:
        given = os.environ.get(MODELS_VARIABLE, "")
        pairs = [pair for pair in given.split(",") if pair.strip()]
    try:
        return ModelNames.parse(pairs).table
    except ValueError as error:
        raise ValueError(f"--model {error}") from error


def _key(file: Path | None) -> str | None:
    try:
        return key_from(file, KEY_VARIABLE)
    except OSError as error:
        what = f"{file}: {error.strerror}"
        raise ValueError(f"--upstream-key-file {what}") from error
