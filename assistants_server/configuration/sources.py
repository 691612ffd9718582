"""The sources of options, put together: command line, environment, file, defaults."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..store import DatabaseURL
from .file import FileError, others_may_read, read_file
from .option import SWITCH, OptionError
from .variables import check_variables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .option import Option

DEFAULT: Final = "default"
COMMAND_LINE: Final = "command line"


@dataclass(frozen=True)
class Configuration:
    """The values of all options, and where each comes from.

    Attributes:
        options: the values, as attributes: `max_turns` for `max-turns`.
        origins: by the names of options, in words.
        warnings: what its user should know.
    """

    options: argparse.Namespace
    origins: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def add_flags(parser: argparse.ArgumentParser, options: Sequence[Option]) -> None:
    """Add options to the parser of a command line; those not given stay away."""
    for option in options:
        if option.only_variable:
            continue
        given: dict[str, Any] = {
            "dest": option.attribute,
            "default": argparse.SUPPRESS,
            "help": _help(option),
        }
        if option.kind is SWITCH:
            parser.add_argument(option.flag, action="store_true", **given)
            continue
        given["action"] = "append" if option.many else "store"
        if option.choices:
            given["metavar"] = option.metavar or f"{{{','.join(option.choices)}}}"
        elif option.metavar:
            given["metavar"] = option.metavar
        parser.add_argument(option.flag, type=_Reader(option), **given)


def configuration(
    given: argparse.Namespace,
    environment: Mapping[str, str],
    options: Sequence[Option],
) -> Configuration:
    """Return the values of all options.

    Args:
        given: what the command line has, by a parser with `add_flags`.
        environment: the environment variables.
        options: all options that there are.

    Raises:
        FileError: the file of options can't be used.
        OptionError: an environment variable has what is no value of its option, or
            nearly the name of one.
    """
    check_variables(environment, options)
    values: dict[str, Any] = {each.attribute: each.start for each in options}
    origins = {each.name: DEFAULT for each in options}
    from_environment = {
        each.name: found
        for each in options
        if (found := _from_environment(each, environment)) is not None
    }
    file: Path | None = getattr(given, "config", from_environment.get("config"))
    warnings: list[str] = []
    if file is not None:
        in_file = read_file(file, options)
        secret = [
            each.name
            for each in options
            if each.name in in_file and _is_secret(each, in_file[each.name])
        ]
        if secret and others_may_read(file):
            warnings.append(
                f"{file} has the {secret[0]} in it and can be read by others; "
                f"chmod 600 {file}"
            )
    else:
        in_file = {}
    for option in options:
        if option.name in in_file:
            values[option.attribute] = in_file[option.name]
            origins[option.name] = str(file)
        if option.name in from_environment:
            values[option.attribute] = from_environment[option.name]
            origins[option.name] = option.in_environment
        if hasattr(given, option.attribute):
            values[option.attribute] = getattr(given, option.attribute)
            origins[option.name] = COMMAND_LINE
    return Configuration(argparse.Namespace(**values), origins, tuple(warnings))


def _is_secret(option: Option, value: Any) -> bool:
    has_password = isinstance(value, DatabaseURL) and bool(value.passwords)
    return option.secret or has_password


class _Reader:
    """What makes a value of an argument, for argparse."""

    def __init__(self, option: Option) -> None:
        self._option = option

    def __call__(self, text: str) -> Any:
        try:
            return self._option.read(text)
        except OptionError as error:
            raise argparse.ArgumentTypeError(str(error)) from error


def _from_environment(option: Option, environment: Mapping[str, str]) -> Any:
    """Return the value that the environment has; None where it has none."""
    text = environment.get(option.in_environment)
    if text is None or (not text.strip() and not option.keeps_empty):
        return None
    try:
        return option.read_several(text) if option.many else option.read(text)
    except OptionError as error:
        raise OptionError(f"{option.in_environment}: {error}") from None


def _help(option: Option) -> str:
    otherwise = option.otherwise or option.default
    notes = [f"default: {otherwise}"] if otherwise is not None else []
    notes += [option.in_environment] if option.name != "show-config" else []
    text = f"{option.help} ({'; '.join(notes)})" if notes else option.help
    return text.replace("%", "%%")


__all__ = ["Configuration", "FileError", "OptionError", "add_flags", "configuration"]
