"""What commands for the objects of the API have in common."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from ..exit_codes import ExitCode
from ..failures import WrongUse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..session import Session

LimitOption: TypeAlias = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, help="List no more than N [default: all]"),
]
YesOption: TypeAlias = Annotated[
    bool, typer.Option("--yes", "-y", help="Delete without asking")
]
IdsArgument: TypeAlias = Annotated[list[str], typer.Argument(metavar="ID...")]


def write_list(
    session: Session,
    found: Iterable[Any],
    names: Sequence[str],
    row: Callable[[dict[str, Any]], Sequence[object]],
) -> None:
    """Write objects, each in a line.

    Args:
        session: the output.
        found: the objects, or their JSON data.
        names: the heads of the columns.
        row: makes the columns from JSON data.
    """
    if session.output.json:
        for each in found:
            session.output.data(each)
    else:
        data = (each if isinstance(each, dict) else each.to_dict() for each in found)
        session.output.rows(names, (row(each) for each in data))


def write_object(session: Session, found: Any) -> None:
    """Write all that an object says."""
    if session.output.json:
        session.output.data(found)
    else:
        session.output.facts(found.to_dict())


def write_id(session: Session, found: Any) -> None:
    """Write an object that was made or changed; people and scripts want its id."""
    if session.output.json:
        session.output.data(found)
    else:
        session.output.line(str(found.id))


def delete_all(
    session: Session, ids: Sequence[str], delete: Callable[[str], Any], *, yes: bool
) -> ExitCode:
    """Delete objects, having asked.

    Raises:
        WrongUse: there is nobody to ask.
        APIError: one can't be deleted; those before it are gone.
    """
    if not yes and not _agreed(ids):
        session.output.note("nothing was deleted")
        return ExitCode.ERROR
    for each in ids:
        gone = delete(each)
        if session.output.json:
            session.output.data(gone)
        else:
            session.output.line(f"deleted {each}")
    return ExitCode.OK


def _agreed(ids: Sequence[str]) -> bool:
    if not sys.stdin.isatty():
        raise WrongUse("deleting asks first, and nobody is there to answer: add --yes")
    return typer.confirm(f"delete {', '.join(ids)}?", err=True)
