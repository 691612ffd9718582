"""The options that say where a store is, for commands that need no others."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from .option import OptionError
from .sources import add_flags, configuration
from .table import OPTIONS

if TYPE_CHECKING:
    import argparse

_HELP: Final = {
    "store": "the file or URL of the store, as the server's own option has it",
    "files": "where uploaded files are, if the server has that option",
}


def add_place(parser: argparse.ArgumentParser, *names: str) -> None:
    """Add some of the options `store` and `files`, and the file that may have them."""
    options = [each for each in OPTIONS if each.name in ("config", *names)]
    add_flags(
        parser,
        [
            # What a server does where nobody says it, a command doesn't.
            replace(each, help=_HELP[each.name], otherwise="")
            if each.name in _HELP
            else each
            for each in options
        ],
    )


def configured_place(
    given: argparse.Namespace, *, named: str = "by --store"
) -> argparse.Namespace:
    """Return the options that the server would have: its store and its files.

    Args:
        given: what the command line has, by a parser with `add_place`.
        named: how the command line says which store, in words.

    Raises:
        FileError: the file of options can't be used.
        OptionError: the environment has what is no value of its option, or nowhere is
            said which store.
    """
    options = configuration(given, os.environ, OPTIONS).options
    if options.store is None:
        raise OptionError(
            f"which store? Name it {named}, by ASSISTANTS_STORE in the environment, or "
            "in the server's file of options, which --config names"
        )
    return options
