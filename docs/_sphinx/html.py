"""The HTML of the site: what the theme leaves out, and what no page may fetch."""

from __future__ import annotations

import re
from pathlib import Path

# What stands on the pages, and what should, for those who hear a page or walk through
# it by keys; `axe` finds each of these otherwise.
_REPAIRS: dict[str, str] = {
    # A heading has a level.
    r'(class="caption" role="heading")(?= *>)': r'\1 aria-level="2"',
    # Two parts of one kind have names.
    r'(<aside class="sidebar-drawer")(?=>)': r'\1 aria-label="All pages"',
    r'(<aside class="toc-drawer[^"]*")(?=>)': r'\1 aria-label="This page"',
    # What scrolls can be reached by keys.
    r"<pre>": r'<pre tabindex="0">',
    r'(<div class="table-wrapper[^"]*")(?=>)': r'\1 tabindex="0"',
    # A page has a title.
    r'(?=<div id="search-results"></div>)': "<h1>Search</h1>\n",
}
_TABLE = re.compile(r"<table class=\"docutils.*?</table>", re.DOTALL)
_HEADINGS = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<td\b([^>]*>)((?:<p>)?</)?")
_TAGS = re.compile(r"<[^>]+>")
# What a browser fetches by itself when it shows a page.
_FETCHED = re.compile(
    r"<(?:audio|embed|iframe|img|script|source|track|video)\b[^>]*\bsrc=\"((?:https?:)?//"
    r"[^\"]*)|<link\b(?![^>]*\brel=\"(?:canonical|search|index|next|prev|author)\")"
    r"[^>]*\bhref=\"((?:https?:)?//[^\"]*)"
    r"|(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)"
)


class SiteError(Exception):
    """The site isn't as it should be."""


def repair(site: Path) -> None:
    """Repair all pages below a folder.

    Raises:
        SiteError: nothing needed one of the repairs, so the theme has changed.
    """
    idle = set(_REPAIRS)
    for page in Path(site).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for pattern, better in _REPAIRS.items():
            text, count = re.subn(pattern, better, text)
            if count:
                idle.discard(pattern)
        page.write_text(_with_labels(text), encoding="utf-8")
    if idle:
        raise SiteError(f"nothing is like {sorted(idle)} any more: see {__file__}")


def _with_labels(text: str) -> str:
    """Write the heading of its column to each cell, for tables on narrow screens."""

    def labelled(table: re.Match[str]) -> str:
        labels = [_TAGS.sub("", each).strip() for each in _HEADINGS.findall(table[0])]

        def row(found: re.Match[str]) -> str:
            rest = iter(labels)

            def cell(td: re.Match[str]) -> str:
                # An empty one says nothing, and so needs no heading.
                label = next(rest, "")
                return td[0] if td[2] else f'<td data-label="{label}"{td[1]}'

            return _CELL.sub(cell, found[0])

        return _ROW.sub(row, table[0])

    return _TABLE.sub(labelled, text)


def check_fetched(site: Path) -> None:
    """Make sure that showing a page fetches nothing from elsewhere.

    Raises:
        SiteError: one does.
    """
    for path in sorted(Path(site).rglob("*")):
        if path.suffix in (".html", ".css"):
            found = _FETCHED.search(path.read_text(encoding="utf-8"))
            if found:
                raise SiteError(
                    f"{path.name} fetches {found[1] or found[2] or found[3]}"
                )
