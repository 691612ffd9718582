"""What makes a function a command: the common options, and how errors are reported."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Concatenate, ParamSpec, TypeAlias

import typer

from .exit_codes import ExitCode
from .lazy_group import PLAIN
from .log_lines import logged
from .session import Session
from .settings import Settings, option_parameters

P = ParamSpec("P")
Command: TypeAlias = Callable[..., None]
_CONTEXT = inspect.Parameter(
    "context", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
)


def command(function: Callable[Concatenate[Session, P], ExitCode | None]) -> Command:
    """Make a function a command: it gets a session, and its own parameters by keyword.

    The common options are added to its parameters; one that is a dataclass stands for
    its fields. What it returns is the exit code; what it raises becomes a line on
    stderr and the code that `failures` has for it.
    """

    def perform(context: typer.Context, **given: Any) -> None:
        own = {each.name: _taken(each, given) for each in parameters}
        before = context.find_object(Settings) or Settings()
        session = Session(Settings(**given).over(before))
        code = _guarded(session, lambda: call(session, **own))
        if code:
            raise typer.Exit(code)

    call: Callable[..., ExitCode | None] = function
    signature = inspect.signature(function, eval_str=True)
    _, *parameters = signature.parameters.values()
    shown = [one for each in parameters for one in _shown(each)]
    perform.__name__ = function.__name__
    perform.__doc__ = function.__doc__
    return _with_signature(perform, [*shown, *option_parameters(Settings)])


def _shown(parameter: inspect.Parameter) -> list[inspect.Parameter]:
    """Return the parameters that typer sees of one that a command has."""
    kind = parameter.annotation
    if isinstance(kind, type) and is_dataclass(kind):
        return option_parameters(kind)
    return [parameter.replace(kind=parameter.KEYWORD_ONLY)]


def _taken(parameter: inspect.Parameter, given: dict[str, Any]) -> Any:
    """Return the argument for a parameter, taken out of those that typer passed."""
    kind = parameter.annotation
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{each.name: given.pop(each.name) for each in fields(kind)})
    return given.pop(parameter.name)


def group(text: str | None = None) -> typer.Typer:
    """Return a group of commands, such as `threads`, with a help text."""
    return typer.Typer(**PLAIN, help=text)


def _show_version(wanted: bool) -> None:
    if wanted:
        from assistants_client import __version__

        typer.echo(f"assistants {__version__}")
        raise typer.Exit


_VERSION = inspect.Parameter(
    "version",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_show_version, help="Show the version"
        ),
    ],
)


def _remember(context: typer.Context, *, version: bool, **given: Any) -> None:
    context.obj = Settings(**given)


def _with_signature(function: Any, parameters: list[inspect.Parameter]) -> Command:
    """Have typer see these parameters of a function, behind its context."""
    function.__signature__ = inspect.Signature([_CONTEXT, *parameters])
    function.__annotations__ = {}
    made: Command = function
    return made


remember_options = _with_signature(_remember, [*option_parameters(Settings), _VERSION])
"""Keep the options that stand before the command."""


def _guarded(
    session: Session, perform: Callable[[], ExitCode | None]
) -> ExitCode | None:
    """Perform a command; report what goes wrong, and return the exit code."""
    # Not needed to say how a command is used.
    from .interrupts import noticed_at_once

    try:
        with noticed_at_once(), closing(session), logged(session):
            code = perform()
            sys.stdout.flush()
    except BrokenPipeError:
        # Nobody reads on.
        discard_output()
        return ExitCode.PIPE_CLOSED
    except KeyboardInterrupt:
        _write_rest()
        return ExitCode.INTERRUPTED
    except typer.Exit:
        raise
    except Exception as error:  # noqa: BLE001 - people get a line for each
        reported = _report(session, error)
        _write_rest()
        return reported
    return code


def _write_rest() -> None:
    """Write what is left, if that can be: the disk may be full, or nobody read on."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()


def discard_output() -> None:
    """Leave what can't be written, or Python would try at its end, and complain."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _report(session: Session, error: Exception) -> ExitCode:
    from .failures import Ended, advice_for, exit_code_of, trace_of

    if isinstance(error, Ended):
        return error.code
    if session.settings.verbosity == "debug":
        session.output.note(trace_of(error))
    session.output.problem(advice_for(error))
    return exit_code_of(error)
