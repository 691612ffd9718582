"""The site, as far as it goes without what makes it; `scripts/docs` checks the rest."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scripts._docs import BrokenPageError, lay_out
from scripts._docs_api import UnknownLineError, read, written
from scripts._docs_check import faults
from scripts._docs_html import repair
from scripts._docs_pages import API, ROOT, Page, each_link, in_site
from tests.docs.pages import anchors

if TYPE_CHECKING:
    from collections.abc import Mapping

INDEX = (ROOT / API).read_text(encoding="utf-8")
_LINK = re.compile(r"\]\(([^()\s]+)\)")
_HREF = re.compile(r'href="([^"]+)"')
_CAPTION = '<p class="caption" role="heading">'


def test_pages_are_laid_out_and_lead_to_each_other(tmp_path: Path) -> None:
    lay_out(tmp_path)
    wrong = []
    for page in tmp_path.rglob("*.md"):
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S)
        for link in _LINK.findall(text):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            if "://" in link:
                continue
            if not target.is_file():
                wrong.append(f"{page.name}: {link}")
            elif anchor and anchor not in names_of(target):
                wrong.append(f"{page.name}: {link}, no such anchor")
    assert wrong == []
    order = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert order.count("{toctree}") == 5


@cache
def names_of(page: Path) -> frozenset[str]:
    """Give the anchors of a page, those included that are given by hand."""
    given = re.findall(r"^\(([\w-]+)\)=$", page.read_text(encoding="utf-8"), re.M)
    return anchors(page) | {*given}


def test_the_index_of_the_api_is_whole() -> None:
    index, pages = read(INDEX), written(INDEX)
    told = re.search(r"^(\d+) operations, (\d+) models", INDEX, re.MULTILINE)
    assert told
    assert (len(index.operations), len(index.models)) == (int(told[1]), int(told[2]))
    assert {*pages} == {f"api/{tag}" for tag in [*index.tags, "index", "models"]}
    for operation in index.operations:
        page = pages[f"api/{operation.tag}"]
        assert f"\n## {operation.name}\n" in page
        assert f"{operation.method} `{operation.path}`" in page
    for model in index.models:
        assert f"\n## {model}\n" in pages["api/models"]


def test_signatures_are_taken_apart_where_they_should_be() -> None:
    index = read(INDEX)
    pairs = [pair for each in index.operations for pair in each.arguments]
    pairs += [pair for each in index.models.values() for pair in each.fields]
    assert len(pairs) > 400
    wrong = [
        (name, type_)
        for name, type_ in pairs
        if not re.fullmatch(r"\w+\??", name) or type_.count("[") != type_.count("]")
    ]
    assert wrong == []
    text = '- `Mood(a?: dict[str, int] | None, b: Literal["x, y", "z"])`'
    fields = read(text).models["Mood"].fields
    assert fields == [("a?", "dict[str, int] | None"), ("b", 'Literal["x, y", "z"]')]


def test_types_are_linked_to_models_that_are_there() -> None:
    pages = written(INDEX)
    there = set(re.findall(r"^\(([\w-]+)\)=$", pages["api/models"], re.MULTILINE))
    links = [link for page in pages.values() for link in _HREF.findall(page)]
    assert len(links) > 200
    assert {link.partition("#")[0] for link in links} == {"models.html"}
    assert {link.partition("#")[2] for link in links} <= there
    assert 'href="models.html#createrunrequest"' in pages["api/runs"]
    assert "[`create_run`](runs.md#create-run)" in pages["api/models"]


def test_a_line_that_is_not_understood_is_an_error() -> None:
    with pytest.raises(UnknownLineError, match="line 3"):
        written("# API\n\n- `what is this?`\n")


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("tools.md#by-hand", "tools.md#by-hand"),
        ("../README.md", "readme.md"),
        ("../generated/API.md", "api/index.md"),
        ("../LICENSE", "files/LICENSE"),
        ("https://example.com/a.md", "https://example.com/a.md"),
    ],
)
def test_links_are_changed_for_the_site(link: str, there: str) -> None:
    page = Page("docs/index.md", "index")
    text = f"[a]({link})\n```text\n[b]({link})\n```\n"
    changed = each_link(text, lambda target: in_site(page, target))
    assert changed == f"[a]({there})\n```text\n[b]({link})\n```\n"


def test_a_link_to_nothing_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = type("Broken", (Page,), {"text": "[a](nowhere.md)"})
    page = broken("docs/index.md", "index")
    monkeypatch.setattr("scripts._docs.pages", lambda: [page])
    with pytest.raises(BrokenPageError, match="links to nowhere"):
        lay_out(tmp_path)


SITES: Mapping[str, tuple[dict[str, str], str | None]] = {
    "good": (
        {"a.html": '<p id="x"><a href="b.html#y">b</a>', "b.html": "<p id=y>"},
        None,
    ),
    "no page": ({"a.html": '<a href="b.html">b</a>'}, "b.html, which isn't there"),
    "no anchor": ({"a.html": '<a href="#y">b</a>'}, "no such anchor"),
    "script": ({"a.html": '<script src="//example.com/x.js"></script>'}, "fetches"),
    "style": ({"a.css": "@import url(https://example.com/x.css);"}, "fetches"),
    "font": ({"a.css": "a{src:url('//example.com/x.woff')}"}, "fetches"),
    "elsewhere": ({"a.html": '<a href="https://example.com">it</a>'}, None),
}


@pytest.mark.parametrize("name", SITES)
def test_faults_of_a_site_are_found(tmp_path: Path, name: str) -> None:
    files, wanted = SITES[name]
    for path, text in files.items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    found = faults(tmp_path)
    assert len(found) == (wanted is not None)
    assert wanted is None or wanted in found[0]


def test_what_the_theme_leaves_out_is_put_in(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text(f"{_CAPTION}Guide</p><pre>code</pre>", encoding="utf-8")
    idle = repair(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert 'role="heading" aria-level="2">' in text
    assert '<pre tabindex="0">' in text
    assert any("sidebar-drawer" in each for each in idle)
    assert not any("<pre>" in each for each in idle)
