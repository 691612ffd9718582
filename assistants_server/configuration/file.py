"""The file of options: TOML, with the names of the command line."""

from __future__ import annotations

import os
import re
import tomllib
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from .option import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .option import Option


class FileError(ValueError):
    """The file of options can't be used; the text says why and what to do."""


def read_file(file: Path, options: Sequence[Option]) -> dict[str, Any]:
    """Return the values of a file, by the names of their options.

    Args:
        file: the file.
        options: all options that there are.

    Raises:
        FileError: it can't be read, or names what is no option, or a value that an
            option can't have.
    """
    known = {each.name: each for each in options}
    values: dict[str, Any] = {}
    for name, value in _table(file).items():
        option = known.get(name)
        if option is None or option.only_variable or option.name == "config":
            raise FileError(f"{file}: {_unknown(name, value, known)}")
        try:
            values[name] = option.read_item(value)
        except OptionError as error:
            raise FileError(f"{file}: {name}: {error}") from None
    return values


def others_may_read(file: Path) -> bool:
    """Return whether users of this machine other than its owner may read a file."""
    return os.name == "posix" and bool(file.stat().st_mode & 0o077)


def _table(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8-sig"))
    except OSError as error:
        raise FileError(f"{file}: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        # What stands there may be a secret, so that only the place is said.
        place = re.search(r"\bat (line \d+, column \d+|end of document)", str(error))
        raise FileError(
            f"{file}: is not TOML{f' {place[0]}' if place else ''}"
        ) from None


def _unknown(name: str, value: Any, known: dict[str, Option]) -> str:
    if name == "config":
        return "config can't be set in the file itself"
    if name in known:
        return (
            f"{name} can't be set here, where it could be read by others; set "
            f"{known[name].in_environment} in the environment"
        )
    if isinstance(value, dict):
        return (
            f"there is no option {name!r}, and no table is needed: options stand at "
            "the top of the file"
        )
    allowed = [each.name for each in known.values() if not each.only_variable]
    close = get_close_matches(name.lower().replace("_", "-"), allowed, 1)
    advice = f"did you mean {close[0]}?" if close else "--help lists all of them"
    return f"there is no option {name!r}; {advice}"
