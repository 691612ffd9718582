"""Changes at known places, as actions of an overlay that don't undo each other."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.changes import Change, as_actions
from codegen.overlay import apply_actions

DOCUMENT: dict[str, Any] = {"a": {"list": [0, 1, 2, 3], "b": {"c": 1}}, "d": 2}


def changed(*places: tuple[Any, ...], **more: Any) -> tuple[list[str], Any]:
    changes = [Change(at, "why") for at in places]
    changes += [Change((key,), "why", update=value) for key, value in more.items()]
    actions = as_actions(DOCUMENT, changes)
    return [a["target"] for a in actions], apply_actions(DOCUMENT, actions)


@pytest.mark.parametrize(
    "indexes", [(0, 2), (2, 0), (1, 3), (3, 1)], ids=lambda pair: f"{pair}"
)
def test_removing_items_moves_no_other(indexes: tuple[int, int]) -> None:
    _, left = changed(*(("a", "list", index) for index in indexes))
    assert left["a"]["list"] == [n for n in range(4) if n not in indexes]


def test_a_list_whose_items_all_go_goes() -> None:
    targets, left = changed(*(("a", "list", index) for index in range(4)))
    assert targets == ["$.a.list"]
    assert left["a"] == {"b": {"c": 1}}


def test_what_is_inside_of_what_goes_is_not_named() -> None:
    targets, left = changed(("a", "b", "c"), ("a", "b"), ("a", "list", 1), ("a",))
    assert (targets, left) == (["$.a"], {"d": 2})


def test_what_is_put_in_comes_last() -> None:
    targets, left = changed(("a", "b"), ("d",), a={"e": 1})
    assert targets == ["$.d", "$.a.b", "$.a"]
    assert left == {"a": {"list": [0, 1, 2, 3], "e": 1}}
