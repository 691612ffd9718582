"""The options that all commands share, and the client that they make."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from .seconds import above_zero

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the options say; each may stand before the command or behind it."""

    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Server, such as http://127.0.0.1:8000/v1 [OPENAI_BASE_URL]",
            show_default=False,
        ),
    ] = None
    api_key_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="File with the key [OPENAI_API_KEY, which is the key]",
            show_default=False,
        ),
    ] = None
    azure_endpoint: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Project of Azure AI Foundry [AZURE_AI_PROJECT_ENDPOINT]",
            show_default=False,
        ),
    ] = None
    embedded: Annotated[
        bool,
        typer.Option(
            "--embedded",
            help="Use a server in this process, which forgets everything at the end",
        ),
    ] = False
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Seconds for each attempt of a request [default: 600]",
            callback=above_zero,
            show_default=False,
        ),
    ] = None
    max_retries: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="How often a request is sent again at most [default: 2]",
            show_default=False,
        ),
    ] = None
    verbosity: Annotated[
        str | None,
        typer.Option(
            metavar="LEVEL",
            help="0 to 3: show requests on stderr; debug: tracebacks as well "
            "[ASSISTANTS_VERBOSITY]",
            show_default=False,
        ),
    ] = None
    json: Annotated[
        bool,
        typer.Option("--json", help="Write JSON, an object in each line, for programs"),
    ] = False

    def over(self, others: Settings) -> Settings:
        """Return these settings, with others wherever these say nothing."""
        given = {
            each.name: value
            for each in fields(self)
            if (value := getattr(self, each.name)) != each.default
        }
        return Settings(**{**vars(others), **given})


def option_parameters(kind: type[DataclassInstance]) -> list[inspect.Parameter]:
    """Return the fields of a class of options as parameters, as typer reads them."""
    hints: Mapping[str, Any] = get_type_hints(kind, include_extras=True)
    return [
        inspect.Parameter(
            each.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=each.default,
            annotation=hints[each.name],
        )
        for each in fields(kind)
    ]
