"""The options that `ask` and `chat` share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from .attachments import FileTool

AssistantOption: TypeAlias = Annotated[
    str | None, typer.Option(metavar="ID", help="Assistant that answers")
]
ModelOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Model that answers, in place of the assistant's or without one: then an "
        "assistant is made and deleted in the end",
    ),
]
InstructionsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help="What to tell the model, in place of the assistant's; @FILE for a file",
    ),
]
ThreadOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Thread to continue [default: a new one]"),
]
FileOption: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="PATH", help="File that goes with it; may be given several times"
    ),
]
FileToolOption: TypeAlias = Annotated[
    FileTool, typer.Option(help="What the model uses files with; it sees images")
]
ToolsOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="MODULE",
        help="Python file or module whose functions the model may call, here",
    ),
]
MaxWaitOption: TypeAlias = Annotated[
    float | None,
    typer.Option(
        metavar="SECONDS", min=0, help="Seconds a run may take [default: no limit]"
    ),
]
CancelOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--cancel-on-interrupt",
        help="Let Ctrl-C cancel the run at the server; else it goes on there",
    ),
]
