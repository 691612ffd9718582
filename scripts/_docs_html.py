"""What the theme leaves out for those who hear a page, or walk through it by keys."""

from __future__ import annotations

import re
from pathlib import Path

# What stands on the pages, and what should; `axe` finds each of these otherwise.
_REPAIRS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern), better)
    for pattern, better in (
        # A heading has a level.
        (r'(class="caption" role="heading")(?= *>)', r'\1 aria-level="2"'),
        # Two parts of one kind have names.
        (r'(<aside class="sidebar-drawer")(?=>)', r'\1 aria-label="All pages"'),
        (r'(<aside class="toc-drawer[^"]*")(?=>)', r'\1 aria-label="This page"'),
        # What scrolls can be reached by keys.
        (r"<pre>", r'<pre tabindex="0">'),
        (r'(<div class="table-wrapper[^"]*")(?=>)', r'\1 tabindex="0"'),
        # A page has a title.
        (r'(?=<div id="search-results"></div>)', "<h1>Search</h1>\n"),
    )
]


def repair(site: Path) -> list[str]:
    """Repair all pages below a folder; give what there was nowhere to repair.

    If there is such a thing, the theme has changed, and somebody should look.
    """
    idle = {pattern.pattern for pattern, _ in _REPAIRS}
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        for pattern, better in _REPAIRS:
            text, count = pattern.subn(better, text)
            if count:
                idle.discard(pattern.pattern)
        page.write_text(text, encoding="utf-8")
    return [
        f"nothing is like {each} any more: see scripts/_docs_html.py" for each in idle
    ]
