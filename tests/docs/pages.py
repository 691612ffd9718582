"""What stands on the pages of the documentation: blocks of code, headings, links."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sybil import Document
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

if TYPE_CHECKING:
    from collections.abc import Callable

    from sybil.example import Example

ROOT = Path(__file__).resolve().parents[2]
API = "generated/API.md"
BASE_URL = '"http://127.0.0.1:8000/v1"'
LANGUAGES = ("python", "sh", "text", "toml", "yaml")

_FENCE = re.compile(r"^(```+|~~~+)(\S*)[^\n]*\n.*?^\1[ \t]*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
_MARKS = re.compile(r"[`*]|\]\([^)]*\)|\[")
_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


@dataclass(frozen=True)
class Page:
    """A page: where it stands in the repository."""

    path: str

    @property
    def name(self) -> str:
        """The path below docs/, without its ending."""
        return self.path.removeprefix("docs/").removesuffix(".md")

    @cached_property
    def text(self) -> str:
        return (ROOT / self.path).read_text(encoding="utf-8")

    @property
    def languages(self) -> set[str]:
        """The languages of all blocks of code."""
        return {found[2] for found in _FENCE.finditer(self.text)}

    def examples(
        self, language: str, evaluate: Callable[[Example], Any] | None = None
    ) -> list[Example]:
        """Return the blocks of code of a language, in one namespace."""
        parser = CodeBlockParser(language, evaluate or (lambda _: None))
        return [*Document.parse(str(ROOT / self.path), parser)]


def all_pages() -> list[Page]:
    """Return the pages that people wrote, and the index that is generated."""
    top = ("CHANGELOG", "CONTRIBUTING", "README", "SECURITY")
    return [*docs_pages(), *(Page(f"{name}.md") for name in top), Page(API)]


def docs_pages() -> list[Page]:
    """Return the pages below docs/, in the order of their names."""
    paths = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("docs/reference/*.md")])
    return [Page(path.relative_to(ROOT).as_posix()) for path in paths]


def running_at(url: str) -> Callable[[Example], None]:
    """Return what runs Python with the address that readers have replaced by a URL."""
    run = PythonEvaluator()

    def evaluate(example: Example) -> None:
        lexeme = example.parsed
        code = lexeme.replace(BASE_URL, repr(url))
        example.parsed = type(lexeme)(code, lexeme.offset, lexeme.line_offset)
        run(example)

    return evaluate


def where(example: Example) -> str:
    """Return the place of a block."""
    return f"{Path(example.path).relative_to(ROOT)}:{example.line}"


def prose(page: Page) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", page.text)


def code_words(page: Page) -> list[str]:
    """Return what stands in backticks in the prose of a page."""
    return _CODE.findall(prose(page))


def links(page: Page) -> list[str]:
    """Return the targets of the links of a page."""
    return _LINK.findall(prose(page))


def is_outside(link: str) -> bool:
    """Return whether a link leads out of the repository."""
    return "://" in link or link.startswith("mailto:")


def target_of(page: Page, link: str) -> tuple[str, str]:
    """Return the path in the repository that a link leads to, and its anchor."""
    path, _, anchor = link.partition("#")
    folder = posixpath.dirname(page.path)
    return posixpath.normpath(
        posixpath.join(folder, path)
    ) if path else page.path, anchor


@cache
def anchors(path: Path) -> frozenset[str]:
    """Return the anchors that the headings of a Markdown file have."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", path.read_text("utf-8"))):
        anchor = _anchor(heading)
        number = 1
        while anchor in found:
            anchor = f"{_anchor(heading)}-{number}"
            number += 1
        found.add(anchor)
    return frozenset(found)


def _anchor(heading: str) -> str:
    """Return the anchor of a heading, as the usual hosts of repositories make it."""
    text = _MARKS.sub("", heading).lower()
    kept = [c for c in text if c in " -_" or unicodedata.category(c)[0] in "LN"]
    return "".join(kept).replace(" ", "-")
