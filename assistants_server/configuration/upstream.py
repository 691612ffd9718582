"""The options for an upstream, and the engine that they ask for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from ..address import key_from
from ..engines.upstream_errors import UpstreamError
from ..upstream.model_names import ModelNames
from ..upstream.thoughts import SHOWINGS
from .option import FILE, SWITCH, Option

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from ..upstream.engine import UpstreamEngine

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


OPTIONS: Final = (
    Option(
        "upstream",
        "base URL of the server whose models answer, for --engine chat or responses",
        metavar="URL",
        variable=URL_VARIABLE,
    ),
    Option(
        "upstream-key-file",
        f"file with the key of that server; {KEY_VARIABLE} in the environment is the "
        "key itself",
        FILE,
        "FILE",
        otherwise="no key",
        variable=KEY_FILE_VARIABLE,
    ),
    Option(
        "upstream-key",
        "the key of that server",
        variable=KEY_VARIABLE,
        secret=True,
        only_variable=True,
    ),
    Option(
        "model",
        "answer by the upstream's model NEW where a run names OLD; *=NEW is for all "
        "others; may be given several times",
        metavar="OLD=NEW",
        otherwise="models are named as they are",
        variable=MODELS_VARIABLE,
        many=True,
        pairs=True,
    ),
    Option(
        "built-in",
        "a tool that the upstream of --engine responses has itself, of "
        f"{' and '.join(_TOOLS)}",
        metavar="TOOL",
        otherwise="none",
        variable=BUILT_IN_VARIABLE,
        many=True,
        choices=_TOOLS,
    ),
    Option(
        "leave-out",
        "a tool that the model is not told of, where runs with it would be refused",
        metavar="TOOL",
        otherwise="none",
        variable=LEAVE_OUT_VARIABLE,
        many=True,
        choices=_TOOLS,
    ),
    Option(
        "thoughts",
        "what becomes of thoughts between <think> and </think> at the beginning of an "
        "answer: hide them, hide them also where <think> is missing, as some templates "
        "have it (unopened), or show them",
        default="hide",
        variable=THOUGHTS_VARIABLE,
        choices=SHOWINGS,
    ),
    Option(
        "role",
        "whose words the instructions are for the model of --engine chat",
        default="system",
        variable=ROLE_VARIABLE,
        choices=_ROLES,
    ),
    Option(
        "no-check",
        "don't ask the upstream for its models at the start",
        SWITCH,
        default=False,
        otherwise="ask",
        variable=NO_CHECK_VARIABLE,
    ),
)
"""The options; `configuration` has them in its table."""


def engine_of(options: argparse.Namespace) -> UpstreamEngine:
    """Return the engine that options ask for.

    Args:
        options: the options, with `--engine` one of `ENGINES`.

    Raises:
        ValueError: one is missing, or they can't be used.
    """
    from ..engines import ChatEngine, ResponsesEngine

    if not options.upstream:
        raise ValueError(_NEEDED.format(options.engine))
    names = _names(options.model)
    key = _key(options.upstream_key_file)
    built_in, leave_out = options.built_in, options.leave_out
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
        return ModelNames.parse(pairs).table
    except ValueError as error:
        raise ValueError(f"--model {error}") from error


def _key(file: Path | None) -> str | None:
    try:
        return key_from(file, KEY_VARIABLE)
    except OSError as error:
        what = f"{file}: {error.strerror}"
        raise ValueError(f"--upstream-key-file {what}") from error
