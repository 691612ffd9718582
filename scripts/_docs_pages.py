"""Which pages the site has, and where the links of the repository lead in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
API = "generated/API.md"

# Pages that stand elsewhere in the repository, and their names in the site.
ELSEWHERE = {
    "README.md": "readme",
    "CONTRIBUTING.md": "contributing",
    "SECURITY.md": "security",
    "CHANGELOG.md": "changelog",
    API: "api/index",
}

# The order of the pages, which `previous` and `next` follow.
PARTS: dict[str, list[str]] = {
    "Guide": [
        "first-steps",
        "pagination",
        "waiting",
        "tools",
        "streams",
        "errors",
        "logging",
        "settings",
        "local-server",
    ],
    "Three ways to use it": ["importing", "regenerating", "vendoring"],
    "Moving over": ["from-openai", "from-r-and-ruby"],
    "Reference": ["api/index", "how-the-generator-works", "when-things-go-wrong"],
    "Project": ["Readme <readme>", "contributing", "security", "changelog"],
}

FENCE = re.compile(r"^(```+|~~~+)[^\n]*\n.*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"(\[[^\]]*\])\(([^()\s]+)\)")


@dataclass(frozen=True)
class Page:
    """A page of the site: where it stands in the repository, and its name."""

    path: str
    name: str

    @property
    def text(self) -> str:
        """Give its text, as it stands in the repository."""
        return (ROOT / self.path).read_text(encoding="utf-8")


def pages() -> list[Page]:
    """Give all pages that people wrote; those of the API are made."""
    found = [Page(f"docs/{path.name}", path.stem) for path in sorted(DOCS.glob("*.md"))]
    return found + [Page(path, name) for path, name in ELSEWHERE.items() if path != API]


def each_link(text: str, change: Callable[[str], str]) -> str:
    """Give a text with the targets of its links changed; code stays as it is."""

    def changed(found: re.Match[str]) -> str:
        return f"{found[1]}({change(found[2])})"

    done, position = [], 0
    for fence in FENCE.finditer(text):
        done += [LINK.sub(changed, text[position : fence.start()]), fence[0]]
        position = fence.end()
    return "".join([*done, LINK.sub(changed, text[position:])])


def links(text: str) -> list[str]:
    """Give the targets of the links of a page."""
    return [found[2] for found in LINK.finditer(FENCE.sub("", text))]


def target_of(page: str, link: str) -> tuple[str, str]:
    """Give the path in the repository that a link leads to, and its anchor.

    Args:
        page: the path of the page that the link stands on.
        link: the link; it leads within the repository.
    """
    path, _, anchor = link.partition("#")
    if not path:
        return page, anchor
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path)), anchor


def is_outside(link: str) -> bool:
    """Tell whether a link leads out of the repository."""
    return "://" in link or link.startswith("mailto:")


def in_site(page: Page, link: str) -> str:
    """Give a link as it has to be in the site.

    Pages lead to pages. Other files come along beside the page, see `files_of`.
    """
    if is_outside(link):
        return link
    path, anchor = target_of(page.path, link)
    names = {each.path: each.name for each in pages()} | {API: ELSEWHERE[API]}
    if path not in names:
        return f"files/{path}"
    return f"{names[path]}.md{'#' if anchor else ''}{anchor}"


def files_of(page: Page) -> set[str]:
    """Give the paths of the files, other than pages, that a page links to."""
    known = {each.path for each in pages()} | {API}
    inside = [link for link in links(page.text) if not is_outside(link)]
    return {target_of(page.path, link)[0] for link in inside} - known


def contents() -> str:
    """Give what tells Sphinx the order of all pages."""
    trees = []
    for part, names in PARTS.items():
        lines = ["```{toctree}", ":hidden:", f":caption: {part}", "", *names, "```"]
        trees.append("\n".join(lines))
    return "\n\n" + "\n\n".join(trees) + "\n"
