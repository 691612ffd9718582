"""Assistants: list, show, make, change and delete them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ..command import command, group
from ..exit_codes import ExitCode
from ..failures import WrongUse
from ..json_data import at, object_in, pairs, text_in
from ..safe_text import moment
from ..session import Session
from ..tool_module import tools_in
from .parts import (
    IdsArgument,
    LimitOption,
    YesOption,
    delete_all,
    write_id,
    write_list,
    write_object,
)

app = group("Assistants: models with instructions and tools.")


@dataclass(frozen=True, kw_only=True)
class AssistantOptions:
    """What an assistant is made of."""

    model: Annotated[
        str | None, typer.Option(help="Name of a model, as the server knows it")
    ] = None
    name: Annotated[str | None, typer.Option(help="What it is called")] = None
    instructions: Annotated[
        str | None,
        typer.Option(metavar="TEXT", help="What to tell the model; @FILE for a file"),
    ] = None
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What it is for")
    ] = None
    tool: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE",
            help="Tool of the server, such as file_search or code_interpreter; may be "
            "given several times",
        ),
    ] = None
    tools: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE", help="Python file or module with functions to know of"
        ),
    ] = None
    vector_store: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Vector store that file_search uses"),
    ] = None
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", help="Something to note; may be given several times"
        ),
    ] = None
    body: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="JSON object with anything that the API takes; - for stdin",
        ),
    ] = None

    def given(self) -> dict[str, Any]:
        """Return what is to be sent: the options, over what the body says.

        Raises:
            WrongUse: one of them can't be read.
        """
        own = {
            "model": self.model,
            "name": self.name,
            "instructions": text_in("--instructions", self.instructions),
            "description": self.description,
            "tools": _tools(self.tool, self.tools),
            "tool_resources": _resources(self.vector_store),
            "metadata": pairs("--metadata", self.metadata) or None,
        }
        body = object_in("--body", self.body)
        return {**body, **{n: value for n, value in own.items() if value is not None}}


@app.command("list")
@command
def list_assistants(session: Session, limit: LimitOption = None) -> None:
    """List assistants, the newest first."""
    write_list(
        session,
        session.client.assistants.list(max_items=limit),
        ("id", "name", "model", "created"),
        lambda each: (
            at(each, "id"),
            at(each, "name"),
            at(each, "model"),
            moment(at(each, "created_at")),
        ),
    )


@app.command("show")
@command
def show_assistant(
    session: Session, assistant: Annotated[str, typer.Argument(metavar="ID")]
) -> None:
    """Show all that the server knows of an assistant."""
    write_object(session, session.client.assistants.retrieve(assistant))


@app.command("create")
@command
def create_assistant(session: Session, options: AssistantOptions) -> None:
    """Make an assistant, and print its id."""
    given = options.given()
    if not given.get("model"):
        raise WrongUse("an assistant needs a model: pass --model NAME")
    write_id(session, session.client.assistants.create(**given))


@app.command("update")
@command
def update_assistant(
    session: Session,
    assistant: Annotated[str, typer.Argument(metavar="ID")],
    options: AssistantOptions,
) -> None:
    """Change what is given of an assistant, and print its id."""
    given = options.given()
    if not given:
        raise WrongUse("nothing to change: --help lists the options")
    write_id(session, session.client.assistants.update(assistant, **given))


@app.command("delete")
@command
def delete_assistants(
    session: Session, assistants: IdsArgument, yes: YesOption = False
) -> ExitCode:
    """Delete assistants; threads and files stay."""
    return delete_all(
        session,
        assistants,
        session.client.assistants.delete,
        yes=yes,
    )


def _tools(types: list[str] | None, module: str | None) -> list[Any] | None:
    """Return definitions of tools; None if none are given, which leaves them alone."""
    if types is None and module is None:
        return None
    functions = [] if module is None else tools_in(module).definitions
    return [*({"type": each} for each in types or ()), *functions]


def _resources(store: str | None) -> dict[str, Any] | None:
    return (store and {"file_search": {"vector_store_ids": [store]}}) or None
