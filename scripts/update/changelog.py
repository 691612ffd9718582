"""The changelog's entry about a new document, as text in and out."""

from __future__ import annotations

import re
import textwrap
from typing import NamedTuple

from scripts.update.errors import UpdateError

UNRELEASED = "## Unreleased"
MOST_LINES = 24

_SECTION = re.compile(r"^## .*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.*?) *#* *$")
_ITEM = re.compile(r"^ *[-*+] ")


class Taken(NamedTuple):
    """Which document was taken.

    Attributes:
        name: of its file.
        version: as it states itself; may be empty.
        date: the day it was published, if known.
    """

    name: str
    version: str
    date: str | None

    def __str__(self) -> str:
        dated = f"`{self.name}`" + (f" of {self.date}" if self.date else "")
        return f"{dated}, version {self.version}" if self.version else dated


def entry(taken: Taken, markdown: str) -> str:
    """Write the entry: which document was taken, and what it changes.

    Args:
        taken: the document.
        markdown: the changes; of many the first lines are kept.
    """
    lead = f"The facts are now those of upstream's document {taken}."
    lines = ["### A new document", "", lead, "", *_first_lines(markdown)]
    return "\n".join([*map(_wrapped, lines), ""])


def with_entry(changelog: str, text: str) -> str:
    """Return a changelog with an entry at the end of its unreleased section.

    Raises:
        UpdateError: it has two such sections.
    """
    sections = [*_SECTION.finditer(changelog)]
    names = [found[0].strip().lower() for found in sections]
    count = names.count(UNRELEASED.lower())
    if count > 1:
        raise UpdateError(f"CHANGELOG.md has two sections {UNRELEASED!r}")
    following = names.index(UNRELEASED.lower()) + 1 if count else 0
    end = sections[following].start() if sections[following:] else len(changelog)
    text = text if count else f"{UNRELEASED}\n\n{text}"
    parts = (changelog[:end], text, changelog[end:])
    return "\n\n".join(part.strip("\n") for part in parts if part.strip("\n")) + "\n"


def _first_lines(markdown: str) -> list[str]:
    # Headings become bold: in a changelog they name versions.
    bold = [_HEADING.sub(r"**\1**", line) for line in markdown.strip().splitlines()]
    lines = re.sub(r"\n{3,}", "\n\n", "\n".join(bold)).splitlines()
    if len(lines) <= MOST_LINES:
        return lines
    kept, rest = lines[:MOST_LINES], lines[MOST_LINES:]
    while not _ITEM.match(kept[-1]) and any(map(_ITEM.match, kept)):
        # No heading without its items.
        kept.pop()
    count = sum(1 for line in rest if _ITEM.match(line))
    more = f"and {count} more" if count else "and more"
    return [*kept, "", f"... {more}; `git log -p generated/API.md` shows them all."]


def _wrapped(line: str) -> str:
    return textwrap.fill(
        line,
        88,
        subsequent_indent="  " if _ITEM.match(line) else "",
        break_long_words=False,
        break_on_hyphens=False,
    )
