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
        page.write_text(text, encoding="utf-8")
    if idle:
        raise SiteError(f"nothing is like {sorted(idle)} any more: see {__file__}")


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
