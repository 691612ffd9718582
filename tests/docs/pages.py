"""What stands on the pages of the documentation: blocks of code, headings, links."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scripts._docs_pages import API, FENCE, ROOT, Page, pages

BASE_URL = '"http://127.0.0.1:8000/v1"'
_OPENING = re.compile(r"[`~]{3,}(\S*)\n")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_MARKS = re.compile(r"[`*]|\]\([^)]*\)|\[")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True)
class Block:
    """A block of code: where it stands, its language and its text."""

    path: str
    line: int
    language: str
    code: str

    @property
    def where(self) -> str:
        """Give the place of its first line."""
        return f"{self.path}:{self.line}"


def all_pages() -> list[Page]:
    """Give the pages that people wrote, and the index that is generated."""
    return [*pages(), Page(API, "api/index")]


def docs_pages() -> list[Page]:
    """Give the pages below docs/, in the order of their names."""
    return [page for page in pages() if page.path.startswith("docs/")]


def blocks(page: Page, language: str | None = None) -> list[Block]:
    """Give the blocks of code of a page, all of them or those of a language."""
    found = []
    text = page.text
    for fence in FENCE.finditer(text):
        opening = _OPENING.match(fence[0])
        assert opening, f"{page.path}: a block has no language that is one word"
        line = text.count("\n", 0, fence.start()) + 2
        code = fence[0][opening.end() :].rpartition("\n")[0] + "\n"
        found.append(Block(page.path, line, opening[1], code))
    return [block for block in found if language in (None, block.language)]


def run(block: Block, names: dict[str, Any], url: str) -> None:
    """Run a block, with the address that readers have replaced by the server's."""
    code = block.code.replace(BASE_URL, repr(url))
    # Empty lines before it make a traceback name the page's own line.
    exec(compile("\n" * (block.line - 1) + code, block.path, "exec"), names)


def prose(page: Page) -> str:
    """Give a page without its blocks of code."""
    return FENCE.sub("", page.text)


def code_words(page: Page) -> list[str]:
    """Give what stands in backticks in the prose of a page."""
    return _CODE.findall(prose(page))


@cache
def anchors(path: Path) -> frozenset[str]:
    """Give the anchors that the headings of a Markdown file have."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for heading in _HEADING.findall(text):
        anchor = _anchor(heading)
        number = 1
        while anchor in found:
            anchor = f"{_anchor(heading)}-{number}"
            number += 1
        found.add(anchor)
    return frozenset(found)


def _anchor(heading: str) -> str:
    """Give the anchor of a heading, as the usual hosts of repositories make it."""
    text = _MARKS.sub("", heading).lower()
    kept = [
        letter
        for letter in text
        if letter in " -_" or unicodedata.category(letter)[0] in "LN"
    ]
    return "".join(kept).replace(" ", "-")


__all__ = [
    "BASE_URL",
    "ROOT",
    "Block",
    "all_pages",
    "anchors",
    "blocks",
    "code_words",
    "docs_pages",
    "prose",
    "run",
]
