"""What is absent reads as None, and what the document doesn't know is an attribute."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import attrs
import pytest

from assistants_api import UNSET, models
from assistants_api.types import AttributeDict, UnknownObject
from tests.cases import each_case

RUN: dict[str, Any] = {"id": "run_1", "status": "queued", "usage": None}


def run(**more: Any) -> Any:
    return models.RunObject.from_dict({**RUN, **more})


def test_assigning_fills_and_deleting_empties() -> None:
    read = run()
    assert read.temperature is None
    assert not read.is_set("temperature")
    read.temperature = None
    assert read.is_set("temperature")
    assert read.to_dict() == {**RUN, "temperature": None}
    del read.temperature, read.status
    assert read.status is None
    assert read.temperature is None
    assert read.to_dict() == {"id": "run_1", "usage": None}
    with pytest.raises(AttributeError):
        del read.status
    with pytest.raises(KeyError):
        del read["status"]
    read["status"] = "failed"
    assert read.status == "failed" == read["status"]


def test_arguments_of_constructors_keep_their_sentinel() -> None:
    made: Any = models.RunCompletionUsage(
        completion_tokens=1,
        prompt_tokens=UNSET,  # type: ignore[arg-type]
        total_tokens=1,
    )
    assert made.prompt_tokens is None
    assert not made.is_set("prompt_tokens")
    assert made.to_dict() == {"completion_tokens": 1, "total_tokens": 1}
    step = models.FunctionObject(name="f", description=UNSET, strict=None)
    assert step.description is None
    assert step.to_dict() == {"name": "f", "strict": None}
    step.description = UNSET  # type: ignore[assignment]
    assert not step.is_set("description")
    assert step == models.FunctionObject(name="f", strict=None)


def test_attrs_tells_absent_from_null() -> None:
    read = run(agent_id="a")
    changed = attrs.evolve(read, status="failed")
    assert changed.to_dict() == {**RUN, "agent_id": "a", "status": "failed"}
    assert changed != read
    assert attrs.evolve(read) == read
    as_dict = attrs.asdict(read)
    assert as_dict["temperature"] is None
    assert as_dict["usage"] is None
    json.dumps(as_dict)
    assert run() != run(temperature=None)
    assert "temperature" not in repr(read)
    assert "usage" not in repr(read)
    with pytest.raises(TypeError):
        hash(read)


def test_classes_derived_by_attrs_tell_absent_from_null() -> None:
    @attrs.define(kw_only=True)
    class Mine(models.RunObject):
        note: str | None = None

    read: Any = Mine.from_dict({**RUN, "agent": {"x": 1}})
    read.note = "mine"
    for again in (copy.copy(read), copy.deepcopy(read), attrs.evolve(read)):
        assert again == read
        assert again.to_dict() == {**RUN, "agent": {"x": 1}, "note": "mine"}
    assert read != Mine.from_dict({**RUN, "agent": {"x": 1}, "temperature": None})
    assert "temperature" not in repr(read)


def test_what_is_half_made_has_no_attributes() -> None:
    half: Any = models.RunObject.__new__(models.RunObject)
    assert half.status is None
    assert half.additional_properties == {}
    assert not hasattr(half, "agent_id")
    assert half.to_dict() == {}
    assert repr(half) == "RunObject()"
    half.__setstate__(run().__getstate__())
    assert half == run()
    # As pickled before absent properties were empty slots.
    half.__setstate__({"temperature": UNSET, "top_p": 1, "additional_properties": {}})
    assert half.temperature is None
    assert half.to_dict() == {**RUN, "top_p": 1}


def test_unknown_names_are_errors_that_say_so() -> None:
    with pytest.raises(AttributeError, match="'RunObject' object has no attribute 'x'"):
        run().x  # noqa: B018
    assert not hasattr(run(), "x")
    assert hasattr(run(), "temperature")
    for name in ("__deepcopy__", "__array__", "_repr_html_", "keys", "_binding"):
        assert not hasattr(run(), name)


@each_case("name", ["agent_id", "_kind", "class", "keys", "items", "mro"])
def test_what_the_document_does_not_know_is_an_attribute(name: str) -> None:
    read = run(**{name: 1})
    assert getattr(read, name) == read[name] == 1
    assert name in read
    assert read.is_set(name)
    assert name in dir(read)
    del read[name]
    assert not hasattr(read, name)
    assert name not in read
    assert read.to_dict() == RUN


@pytest.mark.parametrize(
    "name", ["to_dict", "is_set", "__class__", "__len__", "_property_names"]
)
def test_what_is_there_already_wins(name: str) -> None:
    read = run(**{name: "mine"})
    assert getattr(read, name, None) != "mine"
    assert read[name] == "mine"
    assert read.to_dict()[name] == "mine"
    for again in (copy.copy(read), pickle.loads(pickle.dumps(read))):
        assert again == read


def test_attributes_reach_into_what_is_nested() -> None:
    nested = {"deep": {"items": [{"x": 1}, [{"y": None}]], "n": 2}, "of": []}
    read = run(agent=nested, kinds=[{"a": {"b": 1}}])
    before = copy.deepcopy(nested)
    assert read.agent.deep.n == 2
    assert read.agent.deep["items"][0].x == 1
    assert read.agent.deep["items"][1][0].y is None
    assert read.kinds[0].a.b == 1
    assert read.agent is read.agent
    assert isinstance(read.agent, AttributeDict)
    assert not hasattr(read.agent, "missing")
    read.agent["__wrapped__"] = 1
    assert not hasattr(read.agent, "__wrapped__")
    del read.agent["__wrapped__"]
    assert "deep" in dir(read.agent)
    assert callable(read.agent.deep.items)
    assert read.additional_properties == {"agent": before, "kinds": [{"a": {"b": 1}}]}
    assert read.to_dict() == {**RUN, **read.additional_properties}
    assert type(read.to_dict()["agent"]) is dict
    assert type(nested["deep"]) is dict
    assert json.loads(json.dumps(read.agent)) == before
    for again in (copy.deepcopy(read), pickle.loads(pickle.dumps(read))):
        assert again.agent.deep.n == 2
        assert again == read
    read.agent["new"] = {"z": 1}
    assert read.agent.new.z == 1
    assert read.to_dict()["agent"]["new"] == {"z": 1}


def test_a_property_wins_over_one_of_its_name_that_was_added() -> None:
    read = run()
    read.additional_properties["status"] = "another"
    assert read.to_dict() == read.model_dump(exclude_unset=True) == RUN


def test_nesting_may_be_deep_or_a_circle() -> None:
    deep: Any = {"x": 1}
    for _ in range(5000):
        deep = [{"in": deep}]
    read = run(deep=deep)
    found = read.deep
    for _ in range(5000):
        found = found[0]["in"]
    assert found.x == 1
    circle: dict[str, Any] = {}
    circle["me"] = [circle]
    assert run(circle=circle).circle.me[0].me[0] is not circle


def test_objects_of_unknown_kinds_are_read_in_the_same_way() -> None:
    data = {"type": "url_citation", "url_citation": {"url": "https://e"}, "none": None}
    found = models.read_message_annotation(data)
    assert isinstance(found, UnknownObject)
    assert found.url_citation.url == found["url_citation"].url == "https://e"
    assert found.missing is None
    assert not found.is_set("missing")
    assert found.is_set("none")
    assert "none" in found
    assert "url_citation" in dir(found)
    assert not hasattr(found, "_missing")
    assert not hasattr(found, "__missing__")
    assert type(data["url_citation"]) is dict
    assert found.to_dict() == data
    for again in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert again == found
        assert again.url_citation.url == "https://e"
