"""An entry of the changelog about a new document, as text in and out."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from scripts.updating.errors import UpdateError

UNRELEASED = "## Unreleased"
MOST_LINES = 24
_WIDTH = 88

_SECTION = re.compile(r"^## .*$", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.*?) *#* *$")
_ITEM = re.compile(r"^ *[-*+] ")
_BLANKS = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class Taken:
    """Which document was taken.

    Attributes:
        name: of its file.
        version: what it says of itself; may be empty.
        date: the day it was published, if known.
    """

    name: str
    version: str
    date: str | None

    def __str__(self) -> str:
        dated = f"`{self.name}`" + (f" of {self.date}" if self.date else "")
        return f"{dated}, version {self.version}" if self.version else dated


def entry(taken: Taken, markdown: str) -> str:
    """Write an entry: which document was taken, and what it changes.

    Args:
        taken: the document.
        markdown: the changes; of long ones the first lines are kept.
    """
    lead = f"The facts are now those of upstream's document {taken}."
    lines = [lead, "", *_kept(_lowered(markdown))]
    return "\n".join(["### A new document", "", *map(_wrapped, lines), ""])


def with_entry(changelog: str, text: str) -> str:
    """Give a changelog with an entry at the end of what is unreleased.

    A section for that is made where there is none.

    Raises:
        UpdateError: the changelog has no sections at all, or two for that.
    """
    sections = [*_SECTION.finditer(changelog)]
    found = [at for at in sections if at[0].strip().lower() == UNRELEASED.lower()]
    if len(found) > 1:
        raise UpdateError(f"CHANGELOG.md has two sections {UNRELEASED!r}")
    if not found:
        start = sections[0].start() if sections else len(changelog)
        before, after = changelog[:start].rstrip("\n"), changelog[start:]
        return _joined(before, f"{UNRELEASED}\n\n{text}", after)
    later = [at.start() for at in sections if at.start() > found[0].start()]
    end = later[0] if later else len(changelog)
    return _joined(changelog[:end].rstrip("\n"), text, changelog[end:])


def _joined(before: str, text: str, after: str) -> str:
    parts = [part for part in (before, text.strip("\n"), after.strip("\n")) if part]
    return "\n\n".join(parts) + "\n"


def _lowered(markdown: str) -> str:
    """Turn headings into lines in bold: in a changelog they name versions."""
    lines = markdown.strip().splitlines()
    told = [_HEADING.sub(r"**\1**", line).rstrip() for line in lines]
    return _BLANKS.sub("\n\n", "\n".join(told))


def _kept(markdown: str) -> list[str]:
    lines = markdown.splitlines()
    if len(lines) <= MOST_LINES:
        return lines
    kept, rest = lines[:MOST_LINES], lines[MOST_LINES:]
    items = sum(1 for line in rest if _ITEM.match(line))
    while not _ITEM.match(kept[-1]) and any(map(_ITEM.match, kept)):
        # No heading without what it is of.
        kept.pop()
    more = f"and {items} more" if items else "and more"
    return [*kept, "", f"... {more}; `git log -p generated/API.md` shows them all."]


def _wrapped(line: str) -> str:
    indent = "  " if _ITEM.match(line) else ""
    return textwrap.fill(
        line,
        _WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
