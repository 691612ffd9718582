"""`pin`: take the facts of an upstream document into openapi.yaml."""

from __future__ import annotations

from datetime import date as day
from typing import Annotated

import typer

from codegen import pin as pinning
from codegen import source
from codegen.commands.console import out, reported_errors, say_some
from codegen.commands.orders import AnyHost
from codegen.document import operations


def _day(text: str | None) -> str | None:
    """Accept a day as YYYY-MM-DD, and nothing else."""
    try:
        if text is None or day.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise typer.BadParameter(f"must be a day such as 2026-08-21, not {text!r}")


def pin(
    source_: Annotated[
        str,
        typer.Argument(metavar="SOURCE", help="The upstream document: file or URL."),
    ],
    date: Annotated[
        str | None,
        typer.Option(
            metavar="YYYY-MM-DD",
            help="The day it was published; else the one in its name.",
            callback=_day,
        ),
    ] = None,
    models: Annotated[
        bool,
        typer.Option(
            "--models",
            help="Rewrite codegen/model_api.yaml: what the server asks models by.",
        ),
    ] = False,
    any_host: AnyHost = False,
) -> None:
    """Rewrite the facts of openapi.yaml from an upstream document.

    The words of openapi.yaml stay; an element that is new gets a visible marker where
    words are missing. No sentence of SOURCE is taken over.
    """
    into = pinning.MODELS_TARGET if models else pinning.ASSISTANTS_TARGET
    with (
        reported_errors("codegen/overlay.yaml"),
        out.status(f"reading {source_}", spinner="line"),
    ):
        done = pinning.pin(source.load(source_, any_host=any_host), into, date=date)
    for target in done.unused_actions:
        out.print(
            f"note: an action of the overlay finds nothing: {target}", markup=False
        )
    say_some(f"lacks a description: {place}" for place in done.undescribed)
    schemas = len(done.document["components"].get("schemas", {}))
    out.print(
        f"pinned {len([*operations(done.document)])} operations and {schemas} schemas; "
        f"{len(done.undescribed)} places lack a description, "
        f"{len(done.unused_actions)} actions of the overlay found nothing"
    )
