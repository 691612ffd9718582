"""Patterns: matched in bounded time, and written out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import assistants_server._patterns as _patterns
from assistants_server.samples import flaw, sample
from tests.cases import each_case

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


WRITTEN = {
    r"^\+?[1-9]\d{1,14}$": "11",
    r"^#(?:[0-9a-fA-F]{3}){1,2}$": "#abc",
    r"^\d\d\d-[A-Z][A-Z]$": "123-AB",
    r"^(red|green|blue)$": "red",
    r"^v\d+\.\d+\.\d+(?:-rc\.\d+)?$": "v1.1.1",
    r"^[\w.+-]+@[\w-]+\.[a-z]{2,}$": "a@a.ab",
    r"^https?://.+": "http://a",
    r"^\$?\d{1,3}(,\d{3})*(\.\d{2})?$": "1",
    r"^(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])$": "1234-01",
    r"^[^\x00-\x7f]{2}$": "\u00a1\u00a2",
    r"^\u0041[\u0042]\x43\t$": "ABC\t",
    r"\bword\b": "word",
    r"^[]a-]{3}$": "aaa",
    r"(?i)^abc$": "abc",
    r"^\d*$": "1",
    r"^$": "",
}


@each_case("pattern", WRITTEN)
def test_a_pattern_is_written_out(pattern: str) -> None:
    found = sample({"type": "string", "pattern": pattern}, name="?!")
    assert re.search(pattern, found)
    if pattern != r"^[]a-]{3}$":
        assert found == WRITTEN[pattern]


@st.composite
def patterns(draw: st.DrawFn, *, asserting: bool) -> str:
    """Draw patterns of all that is in scope, on demand without assertions."""
    atoms = [*"ab1 .", "[ab]", "[^a]", "[a-c1]", "[]a]", "[[a]", "[a&&b]", "[!--]"]
    atoms += [r"\d", r"\w", r"\.", r"\x61", r"\u0062", r"[\d-]"]
    groups = ["({})", "(?:{})", "(?P<n>{})"]
    if asserting:
        atoms += ["^", "$", r"\b", r"\B"]
        groups += ["(?={})", "(?!{})", "(?<=a|1)"]
    counts = st.sampled_from(["", "", *"*+?", "{2}", "{1,}", "{,2}", "{0,3}?", "*?"])

    def more(inner: SearchStrategy[str]) -> SearchStrategy[str]:
        grouped = st.builds(
            lambda group, body, count: group.replace("{}", body) + count,
            st.sampled_from(groups),
            inner,
            counts,
        )
        rows = st.lists(inner | grouped, min_size=1, max_size=3).map("".join)
        return rows | st.lists(inner, min_size=2, max_size=3).map("|".join)

    single = st.builds(lambda atom, count: atom + count, st.sampled_from(atoms), counts)
    return draw(st.recursive(single, more, max_leaves=5))


@settings(derandomize=True, database=None, max_examples=20)
@given(patterns(asserting=True), st.text("ab1c -.[&!\n", max_size=6))
def test_matching_agrees_with_the_standard_library(pattern: str, text: str) -> None:
    try:
        compiled = re.compile(_patterns.quiet(pattern))
        expected = compiled.search(text) is not None
        assert _patterns.matches(pattern, text, lambda _: None) is expected
    except (re.error, _patterns.PatternError):
        with pytest.raises(_patterns.PatternError):
            _patterns.matches(pattern, text, lambda _: None)


@pytest.mark.filterwarnings("ignore:Possible")
@settings(derandomize=True, database=None, max_examples=30)
@given(st.text(r"[]^-&|~ab\d", max_size=8), st.text(r"[]^-&|~abd", max_size=3))
def test_a_quiet_pattern_means_the_same(pattern: str, text: str) -> None:
    try:
        expected = re.search(pattern, text)
    except re.error:
        assume(False)
    else:
        found = re.search(_patterns.quiet(pattern), text)
        assert (found and found.span()) == (expected and expected.span())


@settings(derandomize=True, database=None, max_examples=15)
@given(patterns(asserting=False))
def test_a_string_is_found_for_a_pattern(pattern: str) -> None:
    schema = {"type": "string", "pattern": f"^(?:{pattern})$"}
    assume(flaw(schema) is None)
    assert re.search(_patterns.quiet(schema["pattern"]), sample(schema))
