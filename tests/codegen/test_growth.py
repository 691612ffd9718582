"""What a build takes grows as its document does, and no faster."""

from __future__ import annotations

import cProfile
import pstats
from typing import TYPE_CHECKING

import pytest

from codegen.engine import second_opinion
from codegen.plan import plan_package
from codegen.plan.literal import members_of
from tests.codegen.specs import (
    TEXT,
    Document,
    array,
    const,
    document,
    obj,
    operation,
    parameter,
    ref,
    taken,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _properties(count: int) -> Document:
    return document(Big=obj(**{f"p{i}": TEXT for i in range(4 * count)}))


def _schemas(count: int) -> Document:
    return document(**{f"S{i}": obj(next=ref(f"S{i + 1}")) for i in range(count)}, **{
        f"S{count}": obj(last=TEXT)
    })  # fmt: skip


def _operations(count: int) -> Document:
    return document({
        f"/a{i}/{{id}}": {"get": operation(f"get{i}", parameter("id", "path"))}
        for i in range(count)
    })  # fmt: skip


def _variants(count: int) -> Document:
    kinds = [obj("kind", kind=const(f"k{i}")) for i in range(3 * count)]
    return document(Any={"oneOf": kinds})


def _alternatives(count: int) -> Document:
    kinds = {f"V{i}": obj(f"p{i}", **{f"p{i}": TEXT}) for i in range(count)}
    return document(**kinds, Any={"oneOf": [*map(ref, kinds)]})


def _joined(count: int) -> Document:
    parts = [obj(**{f"p{i}": array(TEXT)}) for i in range(count)]
    return document(All={"allOf": parts})


@pytest.mark.parametrize(
    "made",
    [_properties, _schemas, _operations, _variants, _alternatives, _joined],
    ids=lambda made: made.__name__.strip("_"),
)
def test_twice_as_much_takes_about_twice_as_long(
    made: Callable[[int], Document],
) -> None:
    _calls(made(1))  # Imports what the others then find.
    once, twice = _calls(made(150)), _calls(made(300))
    assert twice < 2.1 * once


def _calls(given: Document) -> int:
    """Count the calls of functions between a document and a planned package."""
    profile = cProfile.Profile()
    with profile:
        document_ = taken(given).document
        second_opinion(document_, plan_package(document_))
    found: int = pstats.Stats(profile).total_calls  # type: ignore[attr-defined]
    return found


def test_a_long_annotation_is_split_without_recursion() -> None:
    parts = ["A", "dict[str, B | None]", 'Literal[\' | \', "a\\" | "]', "None"] * 1000
    assert members_of(" | ".join(parts)) == parts
