"""Filters choose files by their attributes."""

from __future__ import annotations

from typing import Any

import pytest

from assistants_server.search import FilterError, check_filter, matches
from tests.cases import each_case

FILE = {"year": 1813, "author": "Austen", "read": True, "price": 2.5}


def compare(kind: str, key: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "value": value}


@each_case(
    ("filter", "passes"),
    [
        (None, True),
        (compare("eq", "year", 1813), True),
        (compare("eq", "year", 1813.0), True),
        (compare("eq", "year", 1814), False),
        (compare("eq", "year", "1813"), False),
        (compare("eq", "read", True), True),
        (compare("eq", "read", 1), False),
        (compare("ne", "read", 1), True),
        (compare("eq", "author", "Austen"), True),
        (compare("eq", "author", "austen"), False),
        (compare("ne", "author", "Austen"), False),
        (compare("ne", "author", "Eliot"), True),
        (compare("gt", "year", 1812), True),
        (compare("gt", "year", 1813), False),
        (compare("gte", "year", 1813), True),
        (compare("lt", "price", 3), True),
        (compare("lt", "price", 2.5), False),
        (compare("lte", "price", 2.5), True),
        (compare("gt", "author", "Aa"), True),
        (compare("gt", "author", 1), False),
        (compare("gt", "read", False), False),
        (compare("in", "author", ["Eliot", "Austen"]), True),
        (compare("in", "year", [1, 2]), False),
        (compare("in", "read", [1]), False),
        (compare("nin", "author", ["Eliot"]), True),
        (compare("nin", "author", ["Austen"]), False),
        (compare("in", "author", []), False),
        (compare("nin", "author", []), True),
        (compare("eq", "missing", "x"), False),
        (compare("lt", "missing", 1), False),
        (compare("in", "missing", ["x"]), False),
        (compare("ne", "missing", "x"), True),
        (compare("nin", "missing", ["x"]), True),
    ],
)
def test_a_comparison_passes_or_not(
    filter: dict[str, Any] | None, passes: bool
) -> None:
    assert matches(filter, FILE) is passes
    if filter:
        assert matches({"type": "and", "filters": [filter]}, FILE) is passes
        assert matches({"type": "or", "filters": [filter]}, FILE) is passes


def test_filters_combine() -> None:
    yes, no = compare("eq", "year", 1813), compare("eq", "year", 1)
    for kind, filters, passes in [
        ("and", [yes, yes], True),
        ("and", [yes, no], False),
        ("or", [no, yes], True),
        ("or", [no, no], False),
        ("and", [], True),
        ("or", [], False),
        ("and", [yes, {"type": "or", "filters": [no, yes]}], True),
    ]:
        assert matches({"type": kind, "filters": filters}, FILE) is passes


@each_case(
    ("filter", "says"),
    [
        (
            {"type": "like", "key": "a", "value": 1},
            r"filters\.type: expected one of eq",
        ),
        ({"key": "a", "value": 1}, r"filters\.type"),
        ({"type": "eq", "value": 1}, r"filters\.key"),
        (compare("eq", "a", None), r"filters\.value: expected one value"),
        (compare("eq", "a", [1]), r"filters\.value: expected one value"),
        (compare("in", "a", 1), r"filters\.value: expected an array"),
        ({"type": "and"}, r"filters\.filters: expected an array"),
        (
            {"type": "or", "filters": [compare("eq", "year", 1813), {"type": "no"}]},
            r"filters\.filters\[1\]\.type",
        ),
    ],
)
def test_what_is_wrong_with_a_filter_is_said(filter: dict[str, Any], says: str) -> None:
    with pytest.raises(FilterError, match=says):
        check_filter(filter)


def test_depth_is_bounded() -> None:
    deep = compare("eq", "year", 1813)
    for _ in range(1000):
        deep = {"type": "and", "filters": [deep]}
    with pytest.raises(FilterError, match="levels"):
        check_filter(deep)
    with pytest.raises(FilterError, match="levels"):
        matches(deep, FILE)
