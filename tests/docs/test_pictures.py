"""The pictures of the pages: seen, described, small, and taken by a script."""

from __future__ import annotations

import re

from tests.cases import some
from tests.docs.pages import ROOT, all_pages, prose, target_of

FOLDER = ROOT / "docs" / "pictures"
SCRIPT = ROOT / "harness" / "browser" / "pictures.mjs"
LARGEST = 64 * 1024
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^()\s]+)\)")


def test_every_picture_is_on_a_page_and_described_there() -> None:
    shown = set()
    for page in all_pages():
        # vacuous: most pages have none
        for words, link in _PICTURE.findall(prose(page)):
            assert len(words) > 20, f"{page.path}: {link} needs a description"
            shown.add(ROOT / target_of(page, link)[0])
    assert shown == {*FOLDER.iterdir()}


def test_pictures_are_small() -> None:
    for path in some(sorted(FOLDER.iterdir())):
        assert path.read_bytes()[8:12] == b"WEBP", path.name
        assert path.stat().st_size < LARGEST, path.name


def test_every_picture_can_be_taken_anew() -> None:
    taken = re.findall(r"^  (\w+): \{$", SCRIPT.read_text("utf-8"), re.MULTILINE)
    assert sorted(f"{name}.webp" for name in taken) == sorted(
        path.name for path in FOLDER.iterdir()
    )
