"""Commands that are imported when they are used, so that help is quick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

PLAIN: Final[dict[str, Any]] = {
    # Help is plain text, so nothing in it is taken for markup; and tracebacks are our
    # own business.
    "add_completion": False,
    "no_args_is_help": True,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}


@dataclass(frozen=True)
class Entry:
    """A command of a lazy group.

    Attributes:
        place: its module, relative to the package, and its name there: a function, or
            a `typer.Typer` that has several commands.
        help: what it does, in a line.
    """

    place: str
    help: str


class LazyCommands(MutableMapping[str, Any]):
    """The commands of a table, each imported when it is looked up."""

    def __init__(self, table: Mapping[str, Entry], package: str) -> None:
        self._table = table
        self._package = package
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _command(name, self._table[name], self._package)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __setitem__(self, name: str, command: Any) -> None:
        raise NotImplementedError(f"{name} belongs into the table of commands")

    def __delitem__(self, name: str) -> None:
        raise NotImplementedError(f"{name} stays in the table of commands")

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


def lazy_group(table: Mapping[str, Entry], package: str) -> type[TyperGroup]:
    """Return the class of a group with the commands of a table."""

    class LazyGroup(TyperGroup):
        def __init__(self, **attributes: Any) -> None:
            super().__init__(**attributes)
            self.commands = LazyCommands(table, package)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            """Write what the table says, which imports nothing."""
            with formatter.section("Commands"):
                formatter.write_dl([(name, each.help) for name, each in table.items()])

    return LazyGroup


def _command(name: str, entry: Entry, package: str) -> Any:
    module, _, attribute = entry.place.partition(":")
    found = getattr(import_module(f"{package}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        group = typer.main.get_group(found)
        group.name = name
        group.help = group.help or entry.help
        return group
    alone = typer.Typer(**PLAIN)
    alone.command(name)(found)
    return typer.main.get_command(alone)
