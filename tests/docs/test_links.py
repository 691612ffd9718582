"""Links between pages, to headings and to files; names of files and of our own."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

import assistants_client
from tests.docs.pages import (
    ROOT,
    all_pages,
    anchors,
    code_words,
    is_outside,
    links,
    target_of,
)

_FOLDERS = (
    *(".ci", "assistants_client", "assistants_server", "bench", "codegen", "docs"),
    *("generated", "harness", "scripts", "tests"),
)
_OURS = rf"(?:{'|'.join(map(re.escape, _FOLDERS))})"
_PATH = re.compile(rf"{_OURS}/[\w./-]+|[\w.-]+\.(?:md|toml|yaml|txt|lock)")
_NAME = re.compile(r"(?:assistants_api|assistants_client)(?:\.\w+)+")
# Files that readers have, or that other repositories get.
_THEIRS = {
    *("conftest.py", "state.db", "other.yaml", "tides.md", "upstream.yaml"),
    *("codegen.toml", "pyproject.toml", "NOTICE"),
}
FOLDERS = (ROOT, ROOT / "codegen", ROOT / "generated", ROOT / "docs" / "deploy")
# What stands for the name of a module.
_ANY = re.compile(r"\b[A-Z]{3,}\b")


def test_links_lead_somewhere() -> None:
    wrong = []
    for page in all_pages():
        for link in links(page):
            if is_outside(link):
                continue
            path, anchor = target_of(page, link)
            target = ROOT / path
            if not target.is_file():
                wrong.append(f"{page.path}: {link} is no file")
            elif anchor and anchor not in anchors(target):
                wrong.append(f"{page.path}: {link} is no heading")
    assert wrong == []


def test_anchors_are_made_as_hosts_make_them() -> None:
    found = anchors(ROOT / "docs" / "from-openai.md")
    assert "what-is-different-and-why" in found
    assert "when-things-go-wrong" not in found


def test_links_of_the_contents_reach_every_page_of_the_guide() -> None:
    (index,) = [page for page in all_pages() if page.name == "index"]
    reached = {target_of(index, link)[0] for link in links(index)}
    pages = {page.path for page in all_pages() if page.path.startswith("docs/")}
    assert pages - reached == {"docs/index.md"}


def test_files_that_are_named_exist() -> None:
    wrong = []
    for page in all_pages():
        for word in code_words(page):
            name = word.split()[0].partition("::")[0]
            if not _PATH.fullmatch(name) or name in _THEIRS:
                continue
            if not any((folder / name).exists() for folder in FOLDERS):
                wrong.append(f"{page.path}: {word}")
    assert wrong == []


def test_names_of_ours_exist() -> None:
    wrong = []
    for page in all_pages():
        for word in code_words(page):
            names = [name for name in _NAME.findall(word) if not _ANY.search(name)]
            wrong += [f"{page.path}: {name}" for name in names if not is_there(name)]
            if word in LOGGERS or not re.fullmatch(r"(?:Async)?[A-Z]\w+\.\w+", word):
                continue
            kind, _, attribute = word.partition(".")
            known = getattr(assistants_client, kind, None)
            if known is not None and not hasattr(known, attribute):
                wrong.append(f"{page.path}: {word}")
    assert wrong == []


LOGGERS = {"assistants_client.wire"}


@cache
def is_there(name: str) -> bool:
    """Return whether a dotted name leads to something."""
    if name in LOGGERS:
        return True
    module, *rest = name.split(".")
    found: Any = import_module(module)
    for number, part in enumerate(rest, 1):
        if not hasattr(found, part):
            try:
                import_module(".".join([module, *rest[:number]]))
            except ModuleNotFoundError:
                return False
        found = getattr(found, part)
    return True
