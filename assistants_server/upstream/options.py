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
    from collections.abc import Mapping, Sequence

    from ..engines.upstream import UpstreamEngine

ENGINES: Final = ("chat", "responses")
"""What `--engine` may be beside MODULE:NAME: the protocol that the upstream speaks."""
ENGINE_VARIABLE: Final = "ASSISTANTS_ENGINE"
KEY_VARIABLE: Final = "ASSISTANTS_UPSTREAM_KEY"
"""The environment variable with the key of the upstream."""
URL_VARIABLE: Final = "ASSISTANTS_UPSTREAM"
KEY_FILE_VARIABLE: Final = "ASSISTANTS_UPSTREAM_KEY_FILE"
MODELS_VARIABLE: Final = "ASSISTANTS_MODELS"
BUILT_IN_VARIABLE: Final = "ASSISTANTS_BUILT_IN"
LEAVE_OUT_VARIABLE: Final = "ASSISTANTS_LEAVE_OUT"
THOUGHTS_VARIABLE: Final = "ASSISTANTS_THOUGHTS"
ROLE_VARIABLE: Final = "ASSISTANTS_ROLE"
NO_CHECK_VARIABLE: Final = "ASSISTANTS_NO_CHECK"
_ROLES: Final = ("system", "developer")
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
        default=os.environ.get(KEY_FILE_VARIABLE) or None,
        help=f"file with the key of that server (default: {KEY_FILE_VARIABLE} in the "
        f"environment; else {KEY_VARIABLE} there, the key itself; else no key)",
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
        f"{' and '.join(_TOOLS)} (default: {BUILT_IN_VARIABLE} in the environment, "
        "separated by commas)",
    )
    add(
        "--leave-out",
        metavar="TOOL",
        action="append",
        choices=_TOOLS,
        default=[],
        help="a tool that the model is not told of, where runs with it would be "
        f"refused (default: {LEAVE_OUT_VARIABLE} in the environment, separated by "
        "commas)",
    )
    add(
        "--thoughts",
        choices=SHOWINGS,
        default=os.environ.get(THOUGHTS_VARIABLE) or "hide",
        help="what becomes of thoughts between <think> and </think> at the beginning "
        "of an answer: hide them, hide them also where <think> is missing, as some "
        "templates have it (unopened), or show them (default: "
        f"{THOUGHTS_VARIABLE} in the environment, or hide)",
    )
    add(
        "--role",
        choices=_ROLES,
        default=os.environ.get(ROLE_VARIABLE) or "system",
        help="whose words the instructions are for the model of --engine chat "
        f"(default: {ROLE_VARIABLE} in the environment, or system)",
    )
    add(
        "--no-check",
        action="store_true",
        default=bool(os.environ.get(NO_CHECK_VARIABLE)),
        help="don't ask the upstream for its models at the start (default: whether "
        f"{NO_CHECK_VARIABLE} is set in the environment)",
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
    built_in = _tools(options.built_in, BUILT_IN_VARIABLE)
    leave_out = _tools(options.leave_out, LEAVE_OUT_VARIABLE)
    # Defaults, which the parser doesn't look at.
    _known([options.thoughts], THOUGHTS_VARIABLE, SHOWINGS)
    _known([options.role], ROLE_VARIABLE, _ROLES)
    try:
        if options.engine == "responses":
            return ResponsesEngine(
                options.upstream,
                key=key,
                models=names,
                built_in=built_in,
                leave_out=leave_out,
                thoughts=options.thoughts,
            )
        if built_in:
            raise ValueError("--built-in needs --engine responses")
        return ChatEngine(
            options.upstream,
            key=key,
            models=names,
            leave_out=leave_out,
            thoughts=options.thoughts,
            role=options.role,
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
    try:
        return ModelNames.parse(pairs or _listed(MODELS_VARIABLE)).table
    except ValueError as error:
        raise ValueError(f"--model {error}") from error


def _tools(given: list[str], variable: str) -> list[str]:
    return given or _known(_listed(variable), variable, _TOOLS)


def _listed(variable: str) -> list[str]:
    given = os.environ.get(variable, "").split(",")
    return [each.strip() for each in given if each.strip()]


def _known(given: list[str], variable: str, choices: Sequence[str]) -> list[str]:
    for each in given:
        if each not in choices:
            raise ValueError(f"{variable}: {each!r} is none of {', '.join(choices)}")
    return given


def _key(file: Path | None) -> str | None:
    try:
        return key_from(file, KEY_VARIABLE)
    except OSError as error:
        what = f"{file}: {error.strerror}"
        raise ValueError(f"--upstream-key-file {what}") from error
