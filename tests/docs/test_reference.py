"""The reference has everything: resources, methods, arguments, classes, errors."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

import assistants_client
from assistants_client import AsyncClient, Client
from assistants_client._call import CallOptions
from assistants_client._operations import OPERATIONS
from docs._sphinx.api_index import as_page, models_in
from docs._sphinx.reference import UnknownNameError, names_in, with_reference
from docs._sphinx.tables import Types, table
from tests.cases import some
from tests.docs.pages import API, ROOT, Page, docs_pages

INDEX = (ROOT / API).read_text(encoding="utf-8")
TYPES = Types(models_in(INDEX), "../../generated/API.html")
PAGES = [page for page in docs_pages() if page.name.startswith("reference/")]
TWINS = {name for name in assistants_client.__all__ if name.startswith("Async")}


@cache
def rendered(page: Page) -> str:
    return with_reference(page.text, TYPES)


@cache
def index_page() -> str:
    return as_page(INDEX)


@cache
def headings(text: str) -> set[str]:
    return {
        each.lower().replace(" ", "-") for each in re.findall(r"^#+ (.+)$", text, re.M)
    }


def resources() -> dict[str, Any]:
    """Return the resources of a client, by their paths."""
    client = Client(base_url="http://127.0.0.1:1", api_key="xxxxxx")
    found: dict[str, Any] = {}
    for name in OPERATIONS:
        value: Any = client
        path = name.rpartition(".")[0]
        for part in path.split("."):
            value = getattr(value, part)
        found[path] = value
    return found


def test_everything_public_has_its_place_once() -> None:
    named = Counter(name for page in PAGES for name in names_in(page.text))
    public = {*assistants_client.__all__} - TWINS - {"__version__"} | {"AsyncClient"}
    assert {*named} == public | resources().keys() | {"options"}
    assert {*named.values()} == {1}
    assert {name.removeprefix("Async") for name in TWINS} <= public


@pytest.mark.parametrize("path", resources())
def test_every_method_and_argument_is_there(path: str) -> None:
    (page,) = [page for page in PAGES if path in names_in(page.text)]
    text = rendered(page)
    for name, method in some(
        inspect.getmembers(type(resources()[path]), inspect.isfunction)
    ):
        if name.startswith("_"):
            continue
        (part,) = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
        taken = {*inspect.signature(method).parameters} - {"self"}
        # vacuous: some take none
        for argument in taken - CallOptions.__annotations__.keys():
            (row,) = re.findall(rf"^\| `{argument}` \|.*\|$", part, re.M)
            assert row.rpartition(" | ")[2].strip(" |"), (name, argument)
        # What sends nothing takes none of them.
        is_sent = bool(taken & CallOptions.__annotations__.keys())
        assert ("keywords of every method" in part) == is_sent


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_keywords_of_every_method_are_described_once(kind: Any) -> None:
    (page,) = [page for page in PAGES if "options" in names_in(page.text)]
    text = rendered(page)
    for name in some(CallOptions.__annotations__):
        assert f"| `{name}` |" in text
    assert f"\n## {kind.__name__}\n" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_the_reference_lead_somewhere(page: Page) -> None:
    text = rendered(page)
    assert not names_in(text)
    for link, anchor in re.findall(r"\]\(([^()#\s]*)#?([^()\s]*)\)", text):
        target = ROOT / "docs" / "reference" / link if link else ROOT / page.path
        assert target.is_file(), link
        if anchor and target.parent.name == "reference":
            name = target.relative_to(ROOT).as_posix()
            assert anchor in headings(rendered(Page(name))), (link, anchor)
    index = headings(index_page())
    assert {*re.findall(r'API\.html#(\w+)"', text)} <= index


def test_models_and_operations_have_their_descriptions() -> None:
    page = index_page()
    (part,) = re.findall(r"^### RunObject\n(.*?)(?=^### )", page, re.M | re.S)
    assert "an assistant at work on a thread" in part
    assert "| Id of the run. |" in part
    assert "Feeds a thread" not in part
    (part,) = re.findall(r"^#### create_run\n(.*?)(?=^#### )", page, re.M | re.S)
    assert re.search(r"\| `thread_id` \|.*\| \w.*\|", part)


def test_what_is_not_there_is_an_error() -> None:
    for name in ("threads.sails", "Sail", "threads.create"):
        with pytest.raises(UnknownNameError, match=name):
            with_reference(f"<!-- reference: {name} -->", TYPES)


def test_cells_hold_bars_and_lines() -> None:
    assert [*table(("a", "b"), [("x | y", "1\n2")])] == [
        *("| a | b |\n| --- | --- |", r"| x \| y | 1 2 |", "")
    ]
    assert [*table(("a",), [])] == []
