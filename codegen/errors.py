"""What can go wrong while turning a document into code.

Whatever reads a document or plans code for it raises `SpecError`; whatever writes,
checks or copies a package raises `BuildError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

Path = tuple[str | int, ...]
"""Where something stands in a document: the keys and indexes that lead to it."""

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_SHOWN_LENGTH = 200
_SCHEMAS = ("components", "schemas")
_PLACE = re.compile(r"\$\.components\.schemas\.(\w+)")


class SpecError(Exception):
    """A document that can't be used: what is wrong, where, and what to do."""

    def __init__(self, message: str, *, at: Path | None = None, hint: str = "") -> None:
        self.message = message
        self.at = at
        self.hint = hint
        where = f"{json_path(at)}: " if at is not None else ""
        super().__init__(f"{where}{message}" + (f"\n  {hint}" if hint else ""))

    def traced(self, origins: Mapping[str, Path]) -> SpecError:
        """Return this error with its place in the document as it was given."""
        at = self.at
        if at is not None and at[:2] == _SCHEMAS and len(at) > 2:
            at = (*origins.get(str(at[2]), at[:3]), *at[3:])
        return SpecError(self.message, at=at, hint=self.hint)


class BuildError(Exception):
    """A build that would lose something, or could not be finished."""

    def __init__(self, message: str, details: Iterable[str] = ()) -> None:
        self.message = message
        self.details = list(details)
        super().__init__("\n".join([message, *(f"  {line}" for line in self.details)]))


def traced(line: str, origins: Mapping[str, Path]) -> str:
    """Replace the places in a line; `SpecError.traced` has the arguments."""

    def place(found: re.Match[str]) -> str:
        origin = origins.get(found[1])
        return found[0] if origin is None else json_path(origin)

    return _PLACE.sub(place, line)


def json_path(path: Path) -> str:
    """Write a place in a document as JSON path, such as `$.paths['/threads'].post`."""
    return "$" + "".join(_step(part) for part in path)


def shorten(text: object) -> str:
    """Quote a value of the document for a message, cut where it is long."""
    quoted = repr(text)
    if len(quoted) > _SHOWN_LENGTH:
        return quoted[:_SHOWN_LENGTH] + "..."
    return quoted


def listed(lines: list[str], most: int = 20) -> list[str]:
    """Return the first lines, and how many more there are."""
    more = len(lines) - most
    return lines[:most] + [f"... and {more} more"] * (more > 0)


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if _PLAIN_KEY.match(part):
        return f".{part}"
    return f"[{shorten(part)}]"
