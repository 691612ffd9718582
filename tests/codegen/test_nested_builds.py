"""A build within the folder of another one, which leaves it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen.paths import GENERATED, MODEL_API
from codegen.pipeline import Order, build, check
from codegen.select import Selection
from tests.codegen.conftest import built, silent
from tests.codegen.specs import EVERYTHING, document, operation, tree, written

if TYPE_CHECKING:
    from pathlib import Path

SMALL = document({"/a": {"get": operation("getA")}})
OTHER = document({"/b": {"get": operation("getB")}})


def test_a_build_keeps_another_one_within_its_folder(tmp_path: Path) -> None:
    outer = built(written(tmp_path, SMALL), tmp_path / "out", name="outer").parent
    within = outer / "within"
    other = Order(written(tmp_path, OTHER, "other.json"), within, "inner", EVERYTHING)
    build(other, silent)
    before = tree(within)
    again = Order(written(tmp_path, SMALL), outer, "outer", EVERYTHING)
    assert check(again, silent) == []
    done = build(again, silent)
    assert done.changed == []
    assert tree(within) == before
    assert check(other, silent) == []


def test_what_lies_within_and_is_no_build_is_drift(tmp_path: Path) -> None:
    outer = built(written(tmp_path, SMALL), tmp_path / "out", name="outer").parent
    (outer / "within").mkdir()
    (outer / "within" / "stray.py").write_text("")
    order = Order(written(tmp_path, SMALL), outer, "outer", EVERYTHING)
    assert "should not be there: within/stray.py" in check(order, silent)


def test_the_package_of_what_models_are_asked_by_is_current() -> None:
    everything = Selection(everything=True)
    order = Order(str(MODEL_API), GENERATED / "upstream", "model_api", everything)
    assert check(order, silent) == []
