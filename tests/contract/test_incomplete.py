"""Objects that lack what the document requires, or have more than it knows."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from types import MappingProxyType
from typing import Any

import attrs
import pytest

from assistants_api import models
from assistants_api.objects import Model
from tests.cases import each_case

USAGE = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
READ: Any = models.RunCompletionUsage.from_dict


@each_case("missing", [[], ["prompt_tokens"], [*USAGE]])
@each_case("more", [{}, {"cached": 4}, {"a": None, "b": [{}]}])
def test_what_lacks_and_what_is_more_is_told_apart(
    missing: list[str], more: dict[str, Any]
) -> None:
    # What is more comes first, so that its number can't hide what is missing.
    data = {n: v for n, v in (more | USAGE).items() if n not in missing}
    usage = READ(data)
    assert usage.to_dict() == data
    assert usage.additional_properties == more
    assert [n for n in USAGE if not usage.is_set(n)] == missing
    assert [n for n in USAGE if getattr(usage, n) is None] == missing


@pytest.mark.parametrize("kind", [OrderedDict, MappingProxyType])
def test_any_mapping_is_read(kind: Any) -> None:
    assert READ(kind(USAGE)) == READ(USAGE)


def test_a_mapping_that_makes_what_is_asked_for_stays_as_it_is() -> None:
    data = defaultdict(int, {"total_tokens": 3, "x": 1, "y": 2})
    before = {**data}
    usage = READ(data)
    assert data == before == usage.to_dict()
    assert not usage.is_set("prompt_tokens")


def test_a_dict_for_what_is_more_is_made_once_it_is_asked_for() -> None:
    usage = READ(USAGE)
    # An empty one for each object would be a third of the memory of most.
    with pytest.raises(AttributeError):
        object.__getattribute__(usage, "additional_properties")
    usage.additional_properties["cached"] = 4
    assert usage.additional_properties is usage.additional_properties
    assert usage.to_dict() == {**USAGE, "cached": 4}
    usage.additional_properties = {}
    assert usage == READ(USAGE)


def test_what_is_derived_may_read_in_its_own_way() -> None:
    asked = []

    @attrs.define
    class Mine(models.RunCompletionUsage):
        @classmethod
        def from_dict(cls, data: Any) -> Any:
            asked.append(data)
            return super().from_dict({**data, "mine": True})

    data = {"total_tokens": 3}
    read = Mine.from_dict(data)
    assert type(read) is Mine
    assert read.to_dict() == {"total_tokens": 3, "mine": True}
    assert asked == [data]


def test_what_goes_wrong_within_is_not_taken_for_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_: type[Model], data: Any) -> Any:
        raise KeyError("within")

    usage = models.RunCompletionUsage
    monkeypatch.setattr(usage, "from_dict", classmethod(fail))
    names = models.RunObject.from_dict({}).__dict__
    for data in ({"usage": USAGE}, {**dict.fromkeys(names), "usage": USAGE}):
        with pytest.raises(KeyError, match="within"):
            models.RunObject.from_dict(data)
