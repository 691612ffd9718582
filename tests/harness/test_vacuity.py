"""Tests that can't fail are found, and there are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.vacuity import findings

ROOT = Path(__file__).resolve().parents[2]
NOTHING = {
    "for each in made():\n    assert each": "nothing shows",
    "made = made()\nfor each in made:\n    assert each": "nothing shows",
    "for each in []:\n    assert each": "nothing shows",
    "for each in range(0):\n    assert each": "nothing shows",
    "for each in made():\n    with pytest.raises(E):\n        each()": "nothing shows",
    "assert all(each for each in made())": "nothing shows",
    "assert not any(each for each in made())": "nothing shows",
    "assert not [each for each in made() if each]": "nothing shows",
    "assert [each for each in made() if each] == []": "nothing shows",
    "assert made.a == made.a": "with itself",
    "assert made() or 'x'": "a constant",
    "assert 'x'": "a constant",
    "try:\n    made()\nexcept E as e:\n    assert e": "if nothing is raised",
    "made()": "asserts nothing",
    "pytest.skip('no')\nassert made": "skip skips",
}
SOMETHING = [
    "found = made()\nassert found\nfor each in found:\n    assert each",
    "found = made()\nassert len(found) == 2\nassert all(x for x in found)",
    "for each in (1, made()):\n    assert each",
    "for each in some(made()):\n    assert each",
    "for each in pairs():\n    assert each",
    "for each in GIVEN:\n    assert each",
    "for each in given:\n    assert each",
    "for i, each in enumerate(sorted(GIVEN)):\n    assert each",
    "for each in range(3):\n    assert each",
    "n = 0\nfor each in made():\n    assert each\n    n += 1\nassert n == 3",
    "for each in made():  # vacuous: there may be none\n    assert each",
    "assert made() == made()",
    "assert [each.x for each in made()] == []",
    "try:\n    made()\nexcept E as e:\n    assert e\nelse:\n    pytest.fail('no')",
    "checked(made)",
]


def found(tmp_path: Path, body: str) -> list[str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    helpers = (
        "GIVEN = [1]\ndef checked(x):\n    assert x\ndef pairs():\n    return [1]\n"
    )
    path = tmp_path / "test_it.py"
    path.write_text(f"{helpers}def test_it(given):\n{lines}", "utf-8")
    return [each.what for each in findings([path], tmp_path)]


@pytest.mark.parametrize("body", NOTHING)
def test_what_says_nothing_is_found(body: str, tmp_path: Path) -> None:
    (what,) = found(tmp_path, body)
    assert NOTHING[body] in what


@pytest.mark.parametrize("body", SOMETHING)
def test_what_says_something_is_not(body: str, tmp_path: Path) -> None:
    assert found(tmp_path, body) == []


def test_all_tests_can_fail() -> None:
    files = sorted((ROOT / "tests").rglob("*.py"))
    assert len(files) > 200
    assert [str(each) for each in findings(files, ROOT)] == []
