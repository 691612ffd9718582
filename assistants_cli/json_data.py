"""JSON data of servers, which may be anything; and what users write of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .failures import WrongUse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def at(data: Any, *names: str) -> Any:
    """Return what stands below some names; None where there is nothing like that."""
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data


def text_at(data: Any, *names: str) -> str:
    """Return the text below some names; an empty one where there is none."""
    found = at(data, *names)
    return found if isinstance(found, str) else ""


def items_at(data: Any, *names: str) -> Iterator[dict[str, Any]]:
    """Return the objects of the list below some names."""
    found = at(data, *names)
    for each in found if isinstance(found, list) else ():
        if isinstance(each, dict):
            yield each


def pairs(option: str, given: Sequence[str] | None) -> dict[str, str]:
    """Return what was given as NAME=VALUE.

    Raises:
        WrongUse: something lacks its "=".
    """
    found: dict[str, str] = {}
    for each in given or ():
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise WrongUse(f"{option} takes NAME=VALUE, not {each!r}")
        found[name] = value
    return found


def object_in(option: str, file: Path | None) -> Mapping[str, Any]:
    """Return the JSON object in a file, or in stdin if that is "-"; {} for no file.

    Raises:
        WrongUse: it can't be read, or is not a JSON object.
    """
    if file is None:
        return {}
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise WrongUse(f"{option} {file}: {reason_of(error)}") from error
    if not isinstance(found, dict):
        kind = type(found).__name__
        raise WrongUse(f"{option} {file}: it must hold an object, not a {kind}")
    return found


def text_in(option: str, given: str | None) -> str | None:
    """Return a text, or that of the file that is named as @FILE.

    Raises:
        WrongUse: the file can't be read.
    """
    if given is None or not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise WrongUse(f"{option} {given}: {reason_of(error)}") from error


def reason_of(error: OSError | ValueError) -> str:
    """Return why a file can't be read, in words that people understand."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not JSON: {error}"
    return getattr(error, "strerror", None) or str(error)
