"""The mapping of methods is read from a file, and what is made by it put into files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from codegen.errors import BuildError, SpecError
from codegen.methods import files, mapping
from codegen.render import HEADER
from tests.cases import each_case

if TYPE_CHECKING:
    from pathlib import Path


def test_methods_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "methods.yaml"
    path.write_text("resources:\n  a:\n    methods:\n      b: c\n      b: d\n")
    with pytest.raises(SpecError, match=r"methods\.yaml: .*'b' stands twice"):
        mapping.load(path)


@each_case(
    ("resources", "message"),
    [
        (
            {"a": {"methods": {"b": "c"}, "resources": {"b": {}}}},
            ".a.methods: x.a.b is a method and a resource",
        ),
        (
            {"a": {"resources": {"b": {}}}, "b": {}},
            "and x.b would both be the class B\n  Give one of them another `class`.",
        ),
        ({"a-b": {}}, ".x.resources['a-b']: 'a-b' can't be a name in Python"),
        ({"a": {"methods": {"def": "c"}}}, ".def: 'def' can't be a name in Python"),
        ({"a": {"methods": {"b": {}}}}, ".methods.b: the method b needs an operation"),
        ({"a": []}, ".x.resources.a: an object is due here, not []"),
        ({"a": {"methods": []}}, ".a.methods: methods must be an object, not []"),
    ],
)
def test_wrong_resources_are_refused(resources: Any, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        mapping.read({"resources": {"x": {"resources": resources}}})
    assert str(caught.value).startswith("$.resources")
    assert str(caught.value).endswith(message)


def test_a_keyword_without_a_type_is_refused() -> None:
    with pytest.raises(SpecError) as caught:
        mapping.read({"keywords": {"group": {"name": {"text": "What it is."}}}})
    assert str(caught.value) == "$.keywords.group.name: a keyword needs a type"


# --- Files ---------------------------------------------------------------------------


def test_files_are_put_and_those_of_before_are_deleted(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    by_hand = tmp_path / "resources" / "_base.py"
    by_hand.write_text("by hand")
    old = {"resources/old.py": f"{HEADER}1\n", "resources/same.py": f"{HEADER}2\n"}
    assert files.put(old, tmp_path) == [*old]
    new = {"resources/new.py": f"{HEADER}3\n", "resources/same.py": f"{HEADER}2\n"}
    assert files.put(new, tmp_path) == ["resources/new.py", "resources/old.py"]
    assert files.hashes(tmp_path) == files.hashes_of(new)
    assert by_hand.read_text() == "by hand"


def test_what_was_written_by_hand_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "resources").mkdir()
    by_hand = tmp_path / "resources" / "new.py"
    by_hand.write_text("by hand")
    other = f"{HEADER}1\n"
    with pytest.raises(BuildError, match=r"new\.py is in the way"):
        files.put({"resources/a.py": other, "resources/new.py": other}, tmp_path)
    assert by_hand.read_text() == "by hand"
    assert not (tmp_path / "resources" / "a.py").exists()
