"""Each promise of the documentation is held by a test that exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from tests.cases import some

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "when-things-go-wrong.md"
_NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)[^)]*\)")


@cache
def _tests_of(path: Path) -> set[str]:
    return {*_TEST.findall(path.read_text(encoding="utf-8"))}


def test_every_promise_names_tests_that_exist() -> None:
    promised, _, limits = PAGE.read_text(encoding="utf-8").partition("## What we don't")
    promises = re.split(r"^- ", promised, flags=re.MULTILINE)[1:]
    assert len(promises) > 15
    assert limits
    for promise in promises:
        named = _NAMED.findall(promise)
        assert named, f"no test holds: {promise}"
        for file, name in named:
            assert name in _tests_of(ROOT / file), f"{file}::{name}"


def test_links_lead_somewhere() -> None:
    for page in (PAGE, ROOT / "SECURITY.md"):
        # vacuous: a page needs none
        for target in _LINK.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_scripts_that_are_named_are_there() -> None:
    for name in some(re.findall(r"`(scripts/\w+)", PAGE.read_text(encoding="utf-8"))):
        assert (ROOT / name).is_file(), name
