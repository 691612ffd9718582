"""Where a store is: the file of one in SQLite, or the URL of a database."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

if TYPE_CHECKING:
    import os

_SCHEMES: Final = ("postgresql://", "postgres://")
# What a URL may look like that was taken for a path, in which no two slashes follow.
_PATH: Final = re.compile(r"postgres(ql)?:/", re.ASCII)
_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://", re.ASCII)
# Of libpq, which takes secrets in the query, too.
_SECRET: Final = re.compile(r"(?<=[?&])[a-z_]*password=([^&]*)", re.ASCII)


@dataclass(frozen=True)
class DatabaseURL:
    """The URL of a database of PostgreSQL, as libpq has it.

    What it shows of itself, as text or otherwise, has no password in it, nor any other
    option.

    Attributes:
        secret: all of it.
    """

    secret: str = field(repr=False)

    def __str__(self) -> str:
        return self.shown

    def __repr__(self) -> str:
        return f"DatabaseURL({self.shown!r})"

    @property
    def shown(self) -> str:
        """Return the URL without its password and options."""
        scheme, _, rest = self.secret.partition("://")
        # A password may hold what should have been escaped: it ends at the last @.
        credentials, at, place = rest.rpartition("@")
        user = credentials.partition(":")[0]
        return f"{scheme}://{user}{at}{place.partition('?')[0]}"

    @property
    def passwords(self) -> list[str]:
        """Return what must not be shown, as it stands in the URL and as it is meant."""
        credentials = self.secret.partition("://")[2].rpartition("@")[0]
        found = [credentials.partition(":")[2], *_SECRET.findall(self.secret)]
        both = {text for each in found for text in (each, unquote(each))}
        return sorted((each for each in both if each), key=len, reverse=True)

    def without_passwords(self, text: str) -> str:
        """Return a text, such as an error, in which no password is left."""
        for each in self.passwords:
            text = text.replace(each, "[password]")
        return text


Place: TypeAlias = Path | DatabaseURL


def place_of(given: str | os.PathLike[str] | Place) -> Place:
    """Return where a store is.

    Args:
        given: a path, or a URL that begins with `postgresql://`.

    Raises:
        ValueError: it is another URL, or one that was taken for a path; or a folder.
    """
    if isinstance(given, DatabaseURL):
        return given
    if isinstance(given, str) and given.startswith(_SCHEMES):
        return DatabaseURL(given)
    text = str(given)
    if _PATH.match(text):
        raise ValueError("give the URL of the store as a text, not as a path")
    url = _URL.match(text) if isinstance(given, str) else None
    if url:
        raise ValueError(
            f"the store can't be at a URL with {url[1]}://; give the name of a file, "
            "or postgresql://USER:PASSWORD@HOST/DATABASE"
        )
    path = Path(given)
    if not path.name or _is_folder(path):
        what = "is a folder" if text else "is no name"
        raise ValueError(
            f"{text!r} {what}; the store needs the name of a file, such as state.db"
        )
    return path


def _is_folder(path: Path) -> bool:
    # What can't be looked at is refused where it is opened.
    with suppress(OSError):
        return path.is_dir()
    return False
