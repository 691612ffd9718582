"""Items by position and properties by pattern: read, typed, and checked as right."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.codegen.passes import on_schema
from tests.codegen.specs import (
    NUMBER,
    TEXT,
    Document,
    array,
    document,
    obj,
    ref,
)

if TYPE_CHECKING:
    from tests.codegen.conftest import Make

NOTHING: Document = {"not": {}}
EITHER = {"anyOf": [TEXT, NUMBER]}
PREFIX = {"type": "array", "prefixItems": [TEXT, NUMBER]}
PATTERNS = {"type": "object", "patternProperties": {"^s": TEXT, "^n": NUMBER}}


def listed(items: Any, **more: Any) -> Document:
    return {**array(items), **more}


def named(values: Any, **more: Any) -> Document:
    return {"type": "object", "additionalProperties": values, **more}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({**PREFIX, "items": False}, listed(EITHER, maxItems=2)),
        ({**PREFIX, "items": NOTHING, "maxItems": 1}, listed(EITHER, maxItems=1)),
        ({**PREFIX, "maxItems": 2}, listed(EITHER, maxItems=2)),
        # What follows may be anything.
        (PREFIX, listed({})),
        ({**PREFIX, "maxItems": 3}, listed({}, maxItems=3)),
        ({**PREFIX, "items": NUMBER}, listed(EITHER)),
        ({"prefixItems": [TEXT], "items": False}, {"items": TEXT, "maxItems": 1}),
        ({"prefixItems": [], "items": False}, {"items": NOTHING, "maxItems": 0}),
        ({**PATTERNS, "additionalProperties": False}, named(EITHER)),
        ({**PATTERNS, "additionalProperties": TEXT}, named(EITHER)),
        (PATTERNS, named({})),
        ({"patternProperties": {".*": TEXT}}, named(TEXT)),
        ({"patternProperties": {r"\S": TEXT}}, named(TEXT)),
        ({"patternProperties": {r"^\S+$": TEXT}}, named({})),
        ({"type": "object", "patternProperties": {}}, {"type": "object"}),
        ({"patternProperties": {"a": True}, "additionalProperties": False}, named({})),
    ],
)
def test_what_stands_in_one_place_is_allowed_in_all(
    before: Document, after: Document
) -> None:
    found, count = on_schema("containers", before)
    assert (found, count) == (after, 1)
    assert on_schema("containers", found) == (found, 0)


def test_what_is_right_is_read_and_not_reported(make: Make) -> None:
    moment = {**TEXT, "format": "date-time"}
    package = make(
        document(
            A=obj("a", a=TEXT),
            B=obj("b", b=TEXT),
            Tuple={"prefixItems": [NUMBER, moment, ref("A")], "items": ref("B")},
            Pair={"prefixItems": [NUMBER, NUMBER], "items": False},
            Open={
                "patternProperties": {"^x-": ref("A")},
                "additionalProperties": False,
            },
            Holder=obj(tuple=ref("Tuple"), pair=ref("Pair"), open=ref("Open")),
        )
    )
    value = {
        "tuple": [1, "2026-01-31T00:00:00Z", {"a": "x"}, {"b": "x"}, {"b": "y"}],
        "pair": [1, 2],
        "open": {"x-1": {"a": "x"}},
    }
    assert package.check(value, "Holder") == []
    found = package.models.Holder.from_dict(value)
    names = [type(each).__name__ for each in found.tuple_]
    assert names == ["int", "str", "A", "B", "B"]
    assert found.open["x-1"].a == "x"
    assert found.to_dict() == value
    wrong = {"pair": [1, 2, 3], "open": {"x-1": {}}}
    said = [each.path for each in package.check(wrong, "Holder")]
    assert said == ["$.pair", "$.open['x-1'].a"]


def test_the_types_of_a_union_are_imported_whatever_formats_it_has(make: Make) -> None:
    formats = ("date", "date-time", "duration", "uuid", "decimal", "byte")
    texts = [{**TEXT, "format": each} for each in formats]
    union = {"anyOf": [ref("A"), ref("B"), *texts]}
    given = document(U=union, A=obj("a", a=TEXT), B=obj("b", b=TEXT))
    models = make(given).models
    path = importlib.import_module(f"{models.__name__}.u").__file__
    assert path is not None
    tree = ast.parse(Path(path).read_text("utf-8"))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    named = {
        word
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in re.findall(r"\w+Like", node.value)
    }
    assert len(named) == len(formats)
    assert named <= imported
