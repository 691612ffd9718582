"""The site, as far as it goes without Sphinx; `scripts/docs` checks the rest."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from docs._sphinx import conf
from docs._sphinx.api_index import UnknownLineError, as_page, fields_of
from docs._sphinx.html import SiteError, check_fetched, repair
from tests.docs.pages import API, ROOT, all_pages

if TYPE_CHECKING:
    from pathlib import Path

INDEX = (ROOT / API).read_text(encoding="utf-8")


def test_every_page_has_its_place() -> None:
    named = [name for names in conf.PAGES.values() for name in names]
    paths = [re.sub(r".*<(.*)>", r"\1", name) for name in named]
    placed = [path[1:] if path[0] == "/" else f"docs/{path}" for path in paths]
    there = [page.path.removesuffix(".md") for page in all_pages()]
    assert Counter(placed) == Counter(there) - Counter(["docs/index"])
    assert conf.contents().count("{toctree}") == len(conf.PAGES)


def test_the_index_of_the_api_is_complete() -> None:
    page = as_page(INDEX)
    counts = re.search(r"^(\d+) operations, (\d+) models", INDEX, re.MULTILINE)
    assert counts
    operations, models = page.split("\n## Models\n")
    assert operations.count("\n#### ") == int(counts[1])
    assert models.count("\n### ") == int(counts[2])
    assert '<a href="#createrunrequest">CreateRunRequestDict</a>' in operations
    headings = {each.lower() for each in re.findall(r"^### (\w+)$", models, re.M)}
    assert {*re.findall(r'href="#(\w+)"', page)} <= headings


def test_signatures_are_split_where_they_should_be() -> None:
    found = fields_of('a?: dict[str, int] | None, b: Literal["x, y", "z"]')
    assert found == [("a?", "dict[str, int] | None"), ("b", 'Literal["x, y", "z"]')]
    assert fields_of("") == []


def test_a_line_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(UnknownLineError, match="line 3"):
        as_page("# API\n\n- `what is this?`\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="//example.com/x.js"></script>'),
        ("a.html", '<link rel="stylesheet" href="https://example.com/x.css">'),
        ("a.css", "@import url(https://example.com/x.css);"),
        ("a.css", "a{src:url('//example.com/x.woff')}"),
    ],
)
def test_what_a_page_would_fetch_is_found(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(SiteError, match=r"fetches .*example\.com"):
        check_fetched(tmp_path)


def test_links_are_no_matter(tmp_path: Path) -> None:
    text = '<a href="https://example.com">it</a><script src="_static/x.js"></script>'
    (tmp_path / "a.html").write_text(text, encoding="utf-8")
    check_fetched(tmp_path)


def test_what_the_theme_leaves_out_is_put_in(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    caption = '<p class="caption" role="heading">'
    head = "<th><p>what</p></th><th><p>why <code>it</code></p></th><th>how</th>"
    cells = "<td>a</td><td class='b'>b</td>"
    labelled = (
        """<td data-label="what">a</td><td data-label="why it" class='b'>b</td>"""
    )
    rows = f"<tr>{head}</tr><tr>{cells}<td></td></tr>"
    table = f'<table class="docutils align-default">{rows}</table>'
    page.write_text(f"{caption}Guide</p><pre>code</pre>{table}", encoding="utf-8")
    with pytest.raises(SiteError, match="sidebar-drawer") as error:
        repair(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert 'role="heading" aria-level="2">' in text
    assert f"<tr>{head}</tr><tr>{labelled}<td></td></tr>" in text
    assert '<pre tabindex="0">' in text
    assert "<pre>" not in str(error.value)
