"""What an imported object has to be like, property by property."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from ..search.chunks import strategy_of

JSON = dict[str, Any]
Check: TypeAlias = Callable[[Any], Any]
"""Returns a value as it is kept, or raises `WrongError`."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}", re.ASCII)
# Times in milliseconds, as some servers write them, are larger than any in seconds.
_LARGEST_SECONDS = 10**11
_LARGEST = 10**14
_DEEPEST = 100


class WrongError(Exception):
    """An object that can't be imported; the text says where and why."""


def identifier(value: Any) -> str:
    """Return an id that requests can name."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise WrongError(f"expected an id, found {shown(value)}")
    return value


def text(value: Any) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise WrongError(f"expected a text, found {shown(value)}")
    return value


def number(value: Any) -> float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongError(f"expected a number, found {shown(value)}")
    if not math.isfinite(value):
        raise WrongError(f"expected a finite number, found {value}")
    return value


def count(value: Any) -> int:
    """Return an integer that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise WrongError(f"expected 0 or more, found {shown(value)}")
    return value


def moment(value: Any) -> int:
    """Return a time in seconds, from seconds, milliseconds or ISO 8601."""
    if isinstance(value, str):
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            raise WrongError(f"expected a time, found {shown(value)}") from None
        value = found.replace(tzinfo=found.tzinfo or UTC).timestamp()
    seconds = number(value)
    if not 0 <= seconds < _LARGEST:
        raise WrongError(f"expected a time, found {shown(value)}")
    return int(seconds / 1000 if seconds > _LARGEST_SECONDS else seconds)


def flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise WrongError(f"expected true or false, found {shown(value)}")
    return value


def mapping(value: Any) -> JSON:
    """Return an object of JSON."""
    if not isinstance(value, dict):
        raise WrongError(f"expected an object, found {shown(value)}")
    return value


def either(*checks: Check) -> Check:
    """Return what accepts what one of several checks accepts."""

    def check(value: Any) -> Any:
        error = WrongError("")
        for each in checks:
            try:
                return each(value)
            except WrongError as wrong:
                error = wrong
        raise error

    return check


def one_of(*values: str) -> Check:
    """Return what accepts some texts."""

    def check(value: Any) -> str:
        if value not in values:
            raise WrongError(
                f"expected one of {', '.join(values)}, found {shown(value)}"
            )
        return str(value)

    return check


def each(item: Check) -> Check:
    """Return what accepts a list whose items another check accepts."""

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise WrongError(f"expected a list, found {shown(value)}")
        return [_at(f"[{index}]", item, one) for index, one in enumerate(value)]

    return check


def having(**checks: Check) -> Check:
    """Return what accepts an object, some of whose properties are checked.

    Those that it lacks are no fault, unless their names end with an underscore here.
    """

    def check(value: Any) -> JSON:
        kept = dict(mapping(value))
        for name, inner in checks.items():
            real = name.rstrip("_")
            if real in kept and (kept[real] is not None or real != name):
                kept[real] = _at(f".{real}", inner, kept[real])
            elif real != name:
                raise WrongError(f"expected {real}, found none")
        return kept

    return check


def nested(value: Any) -> Any:
    """Return JSON that is not nested so deep that it can't be written again."""
    level, here = 0, [value] if isinstance(value, dict | list) else []
    while here:
        level += 1
        if level > _DEEPEST:
            raise WrongError(f"it is nested in more than {_DEEPEST} levels")
        here = [
            inner
            for one in here
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
    return value


def chunking(value: Any) -> JSON:
    """Return a chunking strategy."""
    static = having(max_chunk_size_tokens_=count, chunk_overlap_tokens_=count)
    kept: JSON = having(type_=text, static=static)(value)
    try:
        strategy_of(kept)
    except ValueError as error:
        raise WrongError(str(error)) from None
    return kept


def shown(value: Any) -> str:
    """Return how a value is named in an error."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    found = repr(value)
    return found if len(found) <= 60 else f"{found[:57]}..."


def _at(where: str, check: Check, value: Any) -> Any:
    try:
        return check(value)
    except WrongError as error:
        inner, colon, rest = str(error).partition(": ")
        is_path = colon and inner.startswith((".", "["))
        path, reason = (inner, rest) if is_path else ("", str(error))
        raise WrongError(f"{where}{path}: {reason}") from None


def at(where: str, check: Check, value: Any) -> Any:
    """Check a value, whose errors begin with where it is."""
    return _at(where, check, value)
