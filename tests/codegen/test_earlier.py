"""What a build takes over from the one that it replaces, and what it writes anew."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from codegen import pipeline
from codegen.finish import format_code
from codegen.lock import FORMATTED, LOCK, hash_of
from codegen.pipeline import Order, build, check
from tests.codegen.conftest import silent
from tests.codegen.specs import (
    EVERYTHING,
    NUMBER,
    TEXT,
    Document,
    document,
    obj,
    put_tree,
    tree,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CAT = "built/models/cat.py"


def given(**properties: Document) -> Document:
    return document(Cat=obj("name", name=TEXT, **properties), Dog=obj(age=NUMBER))


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Return what a build writes where nothing was."""
    folder = tmp_path_factory.mktemp("fresh")
    build(Order(written(folder, given()), folder / "out", "built", EVERYTHING), silent)
    return tree(folder / "out")


@pytest.fixture
def order(fresh: dict[str, bytes], tmp_path: Path) -> Order:
    """Return the order by which `fresh` was built, and its folder with it."""
    put_tree(fresh, tmp_path / "out")
    return Order(written(tmp_path, given()), tmp_path / "out", "built", EVERYTHING)


def places(folder: Path) -> dict[str, int]:
    """Return which file each of a folder is, whatever its name."""
    return {name: (folder / name).stat().st_ino for name in tree(folder)}


def lock_of(order: Order) -> Any:
    return json.loads((order.target / LOCK).read_text("utf-8"))


def test_what_is_the_same_is_the_same_file(
    order: Order, fresh: dict[str, bytes]
) -> None:
    before = places(order.target)
    assert build(order, silent).changed == []
    assert tree(order.target) == fresh
    after = places(order.target)
    kept = {name for name, place in before.items() if after[name] == place}
    assert kept == before.keys() - {"API.md", LOCK, "built/py.typed"}
    assert {path.stat().st_nlink for path in (order.target / "built").glob("*.py")} == {
        1
    }


def test_only_what_changes_is_written_and_formatted(
    order: Order, fresh: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def watched(folder: Path, names: list[str]) -> None:
        asked.extend(names)
        format_code(folder, names)

    monkeypatch.setattr(pipeline, "format_code", watched)
    target = order.target
    folder = target.parent
    written(folder, given(size=NUMBER))
    assert build(order, silent).changed == ["API.md", CAT, "built/openapi.json"]
    assert sorted(asked) == [CAT, "built/openapi.json"]
    anew = Order(order.spec, folder / "anew", "built", EVERYTHING)
    build(anew, silent)
    assert tree(target) == tree(anew.target)
    written(folder, given())
    build(order, silent)
    assert tree(target) == fresh


def edit(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"# mine\n")


def link_elsewhere(file: Path) -> None:
    os.link(file, file.parents[3] / "elsewhere.py")


def replace_by_a_link(file: Path) -> None:
    file.rename(file.parents[3] / "elsewhere.py")
    file.symlink_to(file.parents[3] / "elsewhere.py")


def replace_by_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def make_executable(file: Path) -> None:
    file.chmod(0o755)


@pytest.mark.parametrize(
    "harm",
    [
        *(edit, link_elsewhere, replace_by_a_link, replace_by_a_folder),
        make_executable,
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_written_anew(
    order: Order, fresh: dict[str, bytes], harm: Callable[[Path], None]
) -> None:
    cat, dog = order.target / CAT, order.target / "built/models/dog.py"
    harm(cat)
    before = cat.lstat()
    build(order, silent)
    assert tree(order.target) == fresh
    assert cat.lstat().st_ino != before.st_ino
    assert not cat.is_symlink()
    assert (cat.stat().st_mode, cat.stat().st_nlink) == (dog.stat().st_mode, 1)
    elsewhere = order.target.parent / "elsewhere.py"
    assert not elsewhere.exists() or elsewhere.read_bytes() == fresh[CAT]


def test_an_edited_file_whose_hash_was_edited_too_is_written_anew(
    order: Order, fresh: dict[str, bytes]
) -> None:
    cat = order.target / CAT
    edit(cat)
    lock = lock_of(order)
    lock["files"][CAT] = hash_of(cat.read_bytes())
    (order.target / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    assert check(order, silent) != []
    build(order, silent)
    assert tree(order.target) == fresh


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}", "\udcff"])
def test_a_damaged_lock_is_no_obstacle(
    order: Order, fresh: dict[str, bytes], damaged: str
) -> None:
    data = damaged.encode("utf-8", "surrogateescape")
    (order.target / LOCK).write_bytes(data)
    edit(order.target / CAT)
    assert build(order, silent).changed == [CAT]
    assert tree(order.target) == fresh


@pytest.mark.parametrize("damaged", [1, None, [CAT], {CAT: [1]}])
def test_a_lock_with_damaged_ties_is_no_obstacle(
    order: Order, fresh: dict[str, bytes], damaged: object
) -> None:
    lock = {**lock_of(order), FORMATTED: damaged}
    (order.target / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    assert build(order, silent).changed == []
    assert tree(order.target) == fresh


@pytest.mark.parametrize("what", ["generator", "tools"])
def test_what_another_generator_formatted_is_written_anew(
    order: Order, fresh: dict[str, bytes], what: str
) -> None:
    lock = lock_of(order)
    lock[what] = "another"
    (order.target / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    before = places(order.target)
    build(order, silent)
    assert tree(order.target) == fresh
    assert not set(before.values()) & set(places(order.target).values())


def test_where_nothing_can_be_linked_all_is_written(
    order: Order, fresh: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    assert build(order, silent).changed == []
    assert tree(order.target) == fresh


def test_each_file_that_is_formatted_is_tied_to_what_it_was(order: Order) -> None:
    lock = lock_of(order)
    made_otherwise = {"API.md", "built/py.typed"}
    assert lock[FORMATTED].keys() == lock["files"].keys() - made_otherwise
