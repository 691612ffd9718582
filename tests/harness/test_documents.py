"""What proves documents finds what is wrong, and nothing where all is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.documents.__main__ import proved
from harness.documents.calls import call_all
from harness.documents.instances import Making
from harness.documents.unions import judge
from tests.codegen.conftest import built
from tests.codegen.packages import imported
from tests.codegen.specs import (
    FLAG,
    JSON,
    NUMBER,
    TEXT,
    array,
    document,
    obj,
    operation,
    parameter,
    ref,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

SCHEMAS = {
    "Pair": {"oneOf": [ref("A"), ref("B"), ref("Same")]},
    "A": obj("k", k={"const": 1}, deep=array(ref("A"))),
    "B": obj("k", k={"const": 2}, n={**NUMBER, "minimum": 3}),
    "Same": obj("s", "k", s=TEXT, k={}),
}


def test_a_document_is_built_and_proved(tmp_path: Path) -> None:
    path = tmp_path / "given.json"
    path.write_text(json.dumps(document(**SCHEMAS)), encoding="utf-8")
    found = proved(path, tmp_path / "work")
    assert found.problems == []
    assert (found.operations, found.inside["unmade"]) == (1, 0)
    assert found.inside["right"] == 6
    assert found.inside["values"] > 8
    assert (found.inside["calls"], found.inside["refused"]) == (1, [])
    path.write_text(json.dumps({"swagger": "2.0"}), encoding="utf-8")
    found = proved(path, tmp_path / "more")
    assert "Swagger 2" in found.problems[0]


def test_values_are_valid_and_of_every_size() -> None:
    making = Making({"components": {"schemas": SCHEMAS}})
    small, full = making.values("B")
    assert (small, full) == ({"k": 2}, {"k": 2, "n": 3})
    assert making.values("A")[0] == {"k": 1}
    assert not making.is_valid({"k": 2, "n": 1}, "B")
    holder = {"type": "object", "properties": {"ö": ref("Ä")}, "required": ["ö"]}
    named = {"Größe / m²": holder, "Ä": NUMBER}
    making = Making({"components": {"schemas": named}})
    assert making.values("Größe / m²") == [{"ö": 0}]


@pytest.fixture
def package(tmp_path: Path) -> Iterator[ModuleType]:
    """Build and import a package with one operation."""
    sent = operation(
        "send",
        parameter("q", schema=array(TEXT), explode=False),
        parameter("id", "path", NUMBER),
        parameter("h", "header", FLAG),
        body={JSON: {"schema": ref("B")}},
    )
    given = document({"/{id}": {"post": sent}}, **SCHEMAS)
    folder = built(written(tmp_path, given), tmp_path / "out", name="sending")
    with imported(folder) as package:
        yield package


def test_a_call_that_is_not_what_was_given_is_found(package: ModuleType) -> None:
    folder = Path(str(package.__file__)).parent
    given = json.loads((folder / "openapi.json").read_text("utf-8"))
    found = call_all(given, package, [])
    assert (found.calls, found.wrong, found.unjudged, found.uncalled) == (1, [], 0, 0)
    module: Any = package.api.things.send
    right = module.build_request
    changes: list[dict[str, Any]] = [
        {"query": [("q", "other")]},
        {"path": "/7"},
        {"json": {"k": 3}},
        {"method": "PUT"},
        {"headers": {}},
    ]
    for change in changes:
        module.build_request = lambda change=change, **given: right(**given).replaced(
            **change
        )
        assert len(call_all(given, package, []).wrong) == 1, change
    module.build_request = right


class _Wrong:
    """Models of which every union is read as the first."""

    @staticmethod
    def read_pair(value: object) -> object:
        return type("A", (), {})()


def test_what_is_read_as_another_is_wrong() -> None:
    judged = judge({"components": {"schemas": SCHEMAS}}, _Wrong, [])
    assert judged.right == 2
    assert [line.partition(":")[0] for line in judged.wrong] == ["Pair"] * 4
    assert "B is read as A" in judged.wrong[0]
    with pytest.raises(AttributeError):
        judge({"components": {"schemas": SCHEMAS}}, object, [])
