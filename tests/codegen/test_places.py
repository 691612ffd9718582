"""Refusals name the place in the document as it was given, not as it was rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codegen.errors import BuildError, SpecError
from codegen.pipeline import Order, build
from codegen.select import Selection
from tests.codegen.conftest import silent
from tests.codegen.specs import Document, document, obj, written

if TYPE_CHECKING:
    from pathlib import Path

_DEEP = "$.components.schemas.Outer.properties.inner.properties.deep"


def _refused(given: Document, tmp_path: Path) -> str:
    order = Order(
        spec=str(written(tmp_path, given)),
        target=tmp_path / "out",
        name="refused",
        selection=Selection(everything=True),
    )
    with pytest.raises((SpecError, BuildError)) as caught:
        build(order, silent)
    assert not order.target.exists()
    return str(caught.value)


@pytest.mark.parametrize(
    ("leaf", "said"),
    [
        ({"enum": []}, f"{_DEEP}: an enum needs at least one value"),
        ({"enum": [{}]}, f"{_DEEP}"),
        ({"const": [None]}, f"{_DEEP}"),
        (obj(a={}, A={}), f"{_DEEP}.properties"),
        ({"maxProperties": -1}, f"{_DEEP}.maxProperties: this can't be -1"),
        ({"maxLength": -1}, f"{_DEEP}.maxLength: this can't be -1"),
        ({"multipleOf": 0}, f"{_DEEP}.multipleOf: this can't be 0"),
        ({"discriminator": {}}, f"{_DEEP}.discriminator: propertyName is missing"),
    ],
)
def test_inline_schemas_are_named_by_where_they_stand(
    leaf: Document, said: str, tmp_path: Path
) -> None:
    assert said in _refused(document(Outer=obj(inner=obj(deep=leaf))), tmp_path)


def test_a_name_that_is_taken_says_by_what(tmp_path: Path) -> None:
    named = {"x-schema-name": "Shared"}
    given = document(
        A=obj(one={**obj(a={"type": "string"}), **named}),
        B=obj(two={**obj(b={"type": "string"}), **named}),
    )
    said = _refused(given, tmp_path)
    assert "$.components.schemas.B.properties.two: the name Shared is taken" in said
    assert "that of $.components.schemas.A.properties.one" in said
