"""The version that comes after a change: what a diff asks for, as text in and out."""

from __future__ import annotations

import re
from typing import Literal

from packaging.version import InvalidVersion, Version

from scripts.updating.errors import UpdateError

Bump = Literal["major", "minor", "patch", "none"]

_LINE = re.compile(r'^__version__ = "([^"\n]*)"$', re.MULTILINE)
_HEADING = re.compile(r"^## \[?v?(\d[^\s\],(]*)", re.MULTILINE)
_PARTS = 3


def is_stable(version: str) -> bool:
    """Tell whether a version promises not to break what uses it: 1.0 and later."""
    return _parsed(version).major > 0


def version_in(module: str) -> str:
    """Give the version that a module of Python states.

    Args:
        module: its text.

    Raises:
        UpdateError: it states none, or several.
    """
    found = _LINE.findall(module)
    if len(found) != 1:
        raise UpdateError(
            f'_version.py must have one line __version__ = "...", not {len(found)}'
        )
    version: str = found[0]
    _parsed(version)
    return version


def with_version(module: str, version: str) -> str:
    """Give the text of a module that states another version."""
    return _LINE.sub(f'__version__ = "{version}"', module)


def last_release(changelog: str) -> str | None:
    """Give the newest version that a changelog has a section for, or None."""
    found = []
    for text in _HEADING.findall(changelog):
        try:
            found.append(Version(text))
        except InvalidVersion:
            continue
    return str(max(found)) if found else None


def bumped(current: str, released: str | None, bump: Bump) -> str:
    """Give the version that a change asks for.

    Where the version was raised far enough since the last release, it stays.

    Args:
        current: what the package says now.
        released: what was released last; None: `current` counts as released.
        bump: which part the diff asks to raise.

    Raises:
        UpdateError: one of the two is no version.
    """
    if bump == "none":
        return current
    now = _parsed(current)
    wanted = _after(now if released is None else _parsed(released), bump)
    if released is not None and _three(now) >= wanted:
        return current
    return ".".join(map(str, wanted))


def _after(version: Version, bump: Bump) -> tuple[int, int, int]:
    """Raise a part of a version; before 1.0 the second one says that code breaks."""
    major, minor, patch = _three(version)
    if bump == "patch":
        return major, minor, patch + 1
    if bump == "minor" or major == 0:
        return major, minor + 1, 0
    return major + 1, 0, 0


def _three(version: Version) -> tuple[int, int, int]:
    major, minor, patch = (*version.release, 0, 0)[:_PARTS]
    return major, minor, patch


def _parsed(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise UpdateError(f"{text!r} is no version, such as 0.2.0") from error
