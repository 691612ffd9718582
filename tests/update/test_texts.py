"""Versions, changelog entries and names, as text in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pytest
from packaging.version import Version

from scripts.update.changelog import MOST_LINES, Taken, entry, with_entry
from scripts.update.checks import Findings
from scripts.update.errors import UpdateError
from scripts.update.facts import Facts, name_of, shown
from scripts.update.models import ModelFacts
from scripts.update.report import many, report_of, say
from scripts.update.version import bumped, last_release, version_in, with_version
from tests.cases import each_case

if TYPE_CHECKING:
    from codegen.diff.report import Bump

# Version now, the last release, what the diff asks for, the version then.
VERSIONS = [
    ("0.1.0", None, "none", "0.1.0"),
    ("0.1.0", None, "patch", "0.1.1"),
    ("0.1.0", None, "minor", "0.2.0"),
    # Before 1.0 nothing raises the first part.
    ("0.1.4", None, "major", "0.2.0"),
    ("1.2.3", None, "patch", "1.2.4"),
    ("1.2.3", None, "minor", "1.3.0"),
    ("1.2.3", None, "major", "2.0.0"),
    # What was raised since the release is not raised again, unless by more.
    ("0.1.1", "0.1.0", "patch", "0.1.1"),
    ("0.1.1", "0.1.0", "minor", "0.2.0"),
    ("0.2.0", "0.1.0", "minor", "0.2.0"),
    ("0.2.0", "0.1.0", "patch", "0.2.0"),
    ("0.1.0", "0.1.0", "patch", "0.1.1"),
    ("2.0.0", "1.9.9", "major", "2.0.0"),
    ("1.10.0", "1.9.0", "minor", "1.10.0"),
    # Before a release comes what is to be tried first.
    ("0.2.0a1", "0.1.0", "minor", "0.2.0a1"),
    ("0.1.1.dev0", "0.1.0", "minor", "0.2.0"),
    ("0.1", None, "patch", "0.1.1"),
]


@each_case(("current", "released", "bump", "wanted"), VERSIONS)
def test_the_version_is_raised_as_far_as_the_diff_asks(
    current: str, released: str | None, bump: Bump, wanted: str
) -> None:
    module = f'"""Doc."""\n\n__version__ = "{current}"\n__all__ = ["x"]\n'
    last = Version(released) if released else None
    found = bumped(version_in(module), last, bump)
    assert str(found) == wanted
    after = with_version(module, found)
    assert after == module.replace(f'"{current}"', f'"{wanted}"')


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("", "one line __version__"),
        ('__version__ = "1"\n' * 2, "one line __version__"),
        ("__version__ = '1'", "one line __version__"),
        ('__version__ = "next"', "'next' is no version, such as"),
    ],
)
def test_what_is_no_version_is_refused(module: str, expected: str) -> None:
    with pytest.raises(UpdateError, match=expected):
        version_in(module)


@each_case(
    ("changelog", "wanted"),
    [
        ("# Changelog\n\n## Unreleased\n\n- 0.3.0 is near\n", None),
        ("## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n## 0.1.0\n", "0.2.0"),
        ("## 0.9.0\n\n## 0.10.0\n", "0.10.0"),
        ("## [1.0.0](there), 2027-01-01\n", "1.0.0"),
        ("## v0.1.0\n### 0.2.0\n", "0.1.0"),
        ("## 2026-12-01\n\n## 3 wishes\n", "3"),
    ],
)
def test_the_last_release_is_found_by_its_heading(
    changelog: str, wanted: str | None
) -> None:
    assert last_release(changelog) == (Version(wanted) if wanted else None)


ENTRY = "### A new document\n\nText.\n"


@each_case(
    ("changelog", "wanted"),
    [
        ("", f"## Unreleased\n\n{ENTRY}"),
        ("# Changelog\n", f"# Changelog\n\n## Unreleased\n\n{ENTRY}"),
        ("## Unreleased\n\n- A.\n", f"## Unreleased\n\n- A.\n\n{ENTRY}"),
        ("## Unreleased\n", f"## Unreleased\n\n{ENTRY}"),
        (
            "# C\n\n## UNRELEASED \n\n- A.\n\n\n## 0.1.0\n\n- B.\n",
            f"# C\n\n## UNRELEASED \n\n- A.\n\n{ENTRY}\n## 0.1.0\n\n- B.\n",
        ),
        (
            "# C\n\n## 0.1.0\n\n- B.\n",
            f"# C\n\n## Unreleased\n\n{ENTRY}\n## 0.1.0\n\n- B.\n",
        ),
    ],
)
def test_an_entry_goes_to_the_end_of_what_is_unreleased(
    changelog: str, wanted: str
) -> None:
    assert with_entry(changelog, ENTRY) == wanted
    twice = with_entry(wanted, ENTRY)
    assert twice.count(ENTRY) == 2
    assert twice.lower().count("## unreleased") == 1


def test_an_entry_is_short_and_has_no_headings_of_its_own() -> None:
    taken = Taken("a.yaml", "2.0", "2026-08-21")
    items = [f"- item {number} {'is long ' * 20}" for number in range(100)]
    text = entry(taken, "\n".join(["2 changes.", "", "### Breaking", "", *items]))
    lines = text.splitlines()
    assert [line for line in lines if line.startswith("#")] == ["### A new document"]
    assert "**Breaking**" in lines
    assert max(map(len, lines)) <= 88
    expected = [line for line in lines if line.startswith("- ")]
    assert len(expected) == MOST_LINES - 4
    assert f"... and {100 - len(expected)} more; `git log" in text
    assert "document `a.yaml` of 2026-08-21, version 2.0." in " ".join(lines)
    assert "... and" not in entry(taken, "\n".join(items[:3]))
    assert "`a.yaml`." in entry(Taken("a.yaml", "", None), "- One.")
    # Headings whose items were all cut off are cut off too.
    last = ["- one"] * (MOST_LINES - 2) + ["", "### Compatible", "", "- two"]
    assert "Compatible" not in entry(taken, "\n".join(last))


@each_case(
    ("location", "name", "printed"),
    [
        ("https://a.example/x/openapi.yaml", "openapi.yaml", None),
        (
            "https://me:sk-1@a.example:80/b.json?token=sk-2#sk-3",
            "b.json",
            "https://a.example:80/b.json",
        ),
        ("https://a.example/", "document", None),
        ("https://a.example", "document", None),
        ("https://a.example/a%20b;c", "a-20b-c", None),
        ("/tmp/a b.yaml", "a-b.yaml", None),
        ("../.hidden.yaml", "hidden.yaml", None),
        ("C:?", "C", None),
        ("..", "document", None),
    ],
)
def test_a_location_is_printed_without_what_it_may_hold_of_secrets(
    location: str, name: str, printed: str | None
) -> None:
    assert name_of(location) == name
    assert shown(location) == (printed or location)


def test_nothing_of_a_document_reaches_a_terminal_or_markdown_as_more_than_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("  a\x1b[31m\u202eb\nc")
    assert capsys.readouterr().out == "  a [31m bc\n".replace("bc", "b c")
    assert (many(1, "test"), many(2, "test")) == ("1 test", "2 tests")
    facts = cast("Facts", _Facts())
    tested = Findings(1, ["a.py::b[`c`] - d\n# e"])
    report = report_of(facts, tested)
    assert "- run all tests: scripts/test" in report
    assert "- `a.py::b['c'] - d # e`" in report
    assert "- `x' <b>`" in report
    assert f"- and {100 - 40} more" in report


class _Facts:
    taken = Taken("a.yaml", "", None)
    markdown = ""
    removed: Final = ["x` <b>"]
    added: Final[list[str]] = []
    undescribed: Final = [*map(str, range(100))]
    unused: Final[list[str]] = []
    models = ModelFacts()
