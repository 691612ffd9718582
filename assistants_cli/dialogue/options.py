"""The options that `ask` and `chat` share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from ..seconds import above_zero
from .attachments import FileTool


def _not_empty(value: str | None) -> str | None:
    """Accept any text, but none of a variable that isn't set."""
    if value is not None and not value.strip():
        raise typer.BadParameter("it is empty; is a variable of the shell not set?")
    return value


@dataclass(frozen=True, kw_only=True)
class DialogueOptions:
    """Who answers, on which thread, and with what."""

    assistant: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Assistant that answers", callback=_not_empty),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Model that answers, in place of the assistant's or without one: then "
            "an assistant is made and deleted at the end",
            callback=_not_empty,
        ),
    ] = None
    instructions: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="What to tell the model, in place of the assistant's; @FILE "
            "for a file",
        ),
    ] = None
    thread: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Thread to continue [default: a new one]",
            callback=_not_empty,
        ),
    ] = None
    file: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="PATH", help="File that goes with it; may be given several times"
        ),
    ] = None
    file_tool: Annotated[
        FileTool, typer.Option(help="What the model uses files with; it sees images")
    ] = FileTool.FILE_SEARCH
    tools: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE",
            help="Python file or module whose functions the model may call, here",
        ),
    ] = None
    max_wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Seconds a run may take [default: no limit]",
            callback=above_zero,
        ),
    ] = None
    cancel_on_interrupt: Annotated[
        bool,
        typer.Option(
            "--cancel-on-interrupt",
            help="Let Ctrl-C cancel the run at the server; else it goes on there",
        ),
    ] = False
