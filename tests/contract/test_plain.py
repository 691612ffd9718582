"""Whatever is handed in becomes plain JSON; what contains itself is refused."""

from __future__ import annotations

from collections import UserDict, deque, namedtuple
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest

from assistants_api import objects
from assistants_api.types import UNSET, UnknownObject, to_json

Pair = namedtuple("Pair", "left right")


class Items(list[Any]):
    pass


class Properties(dict[str, Any]):
    pass


ONE = {"n": None, "x": 1}


@pytest.mark.parametrize(
    "given",
    [
        {**ONE, "gone": UNSET},
        Properties({**ONE, "gone": UNSET}),
        UserDict({**ONE, "gone": UNSET}),
        MappingProxyType({**ONE, "gone": UNSET}),
        UnknownObject({**ONE, "gone": UNSET}),
    ],
    ids=lambda given: type(given).__name__,
)
def test_mappings_of_any_kind_become_dicts(given: Any) -> None:
    found = to_json(given)
    assert found == ONE
    assert type(found) is dict
    assert to_json([{"in": (given,)}]) == [{"in": [ONE]}]


@pytest.mark.parametrize(
    "given",
    [[1, UNSET, None], (1, UNSET, None), Items([1, UNSET, None]), Pair(1, None)],
    ids=lambda given: type(given).__name__,
)
def test_sequences_become_lists(given: Any) -> None:
    found = to_json(given)
    assert found == [1, None]
    assert type(found) is list
    assert to_json({"in": MappingProxyType({"it": given})}) == {"in": {"it": [1, None]}}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (date(2026, 11, 28), "2026-11-28"),
        (datetime(2026, 11, 28, 10, tzinfo=UTC), "2026-11-28T10:00:00+00:00"),
        (timedelta(minutes=-1), "-PT60S"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("1.50"), "1.50"),
    ],
    ids=str,
)
def test_what_has_a_format_becomes_its_text(given: Any, text: str) -> None:
    assert to_json(given) == text
    assert to_json([{"at": (given,)}]) == [{"at": [text]}]


ODD: list[Any] = [UNSET, b"\xff", deque([1]), {1}, object()]


@pytest.mark.parametrize("given", ODD, ids=lambda each: type(each).__name__)
def test_anything_else_stays_what_it_is(given: Any) -> None:
    """Whoever writes it says what it can't be."""
    assert to_json(given) is given
    kept = [] if given is UNSET else [given]
    assert to_json([given]) == kept


def test_what_contains_itself_is_refused_before_memory_is_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies = 0

    def counted(item: Any) -> Any:
        nonlocal copies
        copies += 1
        assert copies < 5_000
        return objects.copy_level(item)

    monkeypatch.setattr(objects, "_MAX_WIDTH", 1_000)
    monkeypatch.setattr(objects, "_MAX_DEPTH", 1_500)
    for number in (1, 2):
        circle: list[Any] = []
        circle += [circle] * number
        copies = 0
        with pytest.raises(ValueError, match="does it contain itself"):
            to_json(circle, counted)
