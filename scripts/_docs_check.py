"""Look over a site that was made: its links, and what it fetches from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows a page.
_FETCHED = {"audio", "embed", "iframe", "img", "script", "source", "track", "video"}
_FETCHED_LINKS = {"stylesheet", "icon", "preload", "preconnect", "dns-prefetch"}
_IN_STYLES = re.compile(r"(?:@import|url\()\s*[\"']?((?:https?:)?//[^\"')\s]+)")


@dataclass
class _Seen(HTMLParser):
    """What a page has: its anchors, its links, and what is fetched for it."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element is good for."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in _FETCHED and "src" in given:
            self.fetched.append(given["src"])
        if tag == "link" and _FETCHED_LINKS & {*given.get("rel", "").split()}:
            self.fetched.append(given.get("href", ""))


def faults(site: Path) -> list[str]:
    """Give what is wrong in a site, in words; nothing where all is well."""
    seen = {}
    for path in sorted(site.rglob("*.html")):
        page = seen[path] = _Seen()
        page.feed(path.read_text(encoding="utf-8"))
        page.close()
    found = [fault for path in seen for fault in _of_page(site, path, seen)]
    for path in sorted(site.rglob("*.css")):
        urls = _IN_STYLES.findall(path.read_text(encoding="utf-8"))
        found += [f"{path.relative_to(site)} fetches {url}" for url in urls]
    return found


def _of_page(site: Path, path: Path, seen: dict[Path, _Seen]) -> Iterator[str]:
    name = path.relative_to(site)
    for url in seen[path].fetched:
        if _is_elsewhere(url):
            yield f"{name} fetches {url}"
    inside = [url for url in seen[path].links if not _is_elsewhere(url)]
    for url in [*inside, *seen[path].fetched]:
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            continue
        target = path
        if parts.path:
            target = (path.parent / unquote(parts.path)).resolve()
        if not target.is_file():
            yield f"{name} leads to {url}, which isn't there"
            continue
        anchors = seen[target].anchors if target in seen else set()
        if target in seen and parts.fragment and unquote(parts.fragment) not in anchors:
            yield f"{name} leads to {url}, where there is no such anchor"


def _is_elsewhere(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.netloc) or parts.scheme in ("http", "https", "mailto")
