"""The version that follows a change, as text in and out."""

from __future__ import annotations

import re

from packaging.version import InvalidVersion, Version

from codegen.diff.report import Bump
from scripts.update.errors import UpdateError

_LINE = re.compile(r'^__version__ = "([^"\n]*)"$', re.MULTILINE)
_HEADING = re.compile(r"^## \[?v?(\d[^\s\],(]*)", re.MULTILINE)


def version_in(module: str) -> Version:
    """Return the version that the text of a module states.

    Raises:
        UpdateError: it states none, or several, or no valid one.
    """
    found = _LINE.findall(module)
    if len(found) != 1:
        message = (
            f'_version.py must have one line __version__ = "...", not {len(found)}'
        )
        raise UpdateError(message)
    try:
        return Version(found[0])
    except InvalidVersion as error:
        raise UpdateError(f"{found[0]!r} is no version, such as 0.2.0") from error


def with_version(module: str, version: Version) -> str:
    """Return the text of a module that states another version."""
    return _LINE.sub(f'__version__ = "{version}"', module)


def last_release(changelog: str) -> Version | None:
    """Return the newest version that a changelog has a section for."""
    found = []
    for text in _HEADING.findall(changelog):
        try:
            found.append(Version(text))
        except InvalidVersion:
            continue
    return max(found, default=None)


def bumped(current: Version, released: Version | None, bump: Bump) -> Version:
    """Return the version that a change asks for.

    Where the version was raised far enough since the last release, it stays.

    Args:
        current: what the package states now.
        released: the last release; None: `current` counts as released.
        bump: which part the change asks to raise; before 1.0 the second part says
            that code breaks.
    """
    if bump == "none":
        return current
    base = released or current
    if bump == "patch":
        wanted = (base.major, base.minor, base.micro + 1)
    elif bump == "minor" or base.major == 0:
        wanted = (base.major, base.minor + 1, 0)
    else:
        wanted = (base.major + 1, 0, 0)
    if released and (current.major, current.minor, current.micro) >= wanted:
        return current
    return Version(".".join(map(str, wanted)))
