"""Objects are written as `openai`'s are, by the methods that those have."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from assistants_api import json_default, models
from assistants_api.types import UnknownObject

DATA: dict[str, Any] = {
    "id": "run_1",
    "last_error": None,
    "usage": {"total_tokens": 3, "cached": None},
    "tools": [{"type": "code_interpreter"}, {"type": "new", "new": {"k": None}}],
    "agent": {"deep": [1, {"a": None}]},
}
USAGE: dict[str, Any] = {"completion_tokens": None, "prompt_tokens": None}


def run() -> models.RunObject:
    return models.RunObject.from_dict(DATA)


def test_what_is_absent_is_none_in_a_dump_and_not_in_a_dict() -> None:
    dumped = run().model_dump()
    assert dumped["temperature"] is None
    assert dumped["usage"] == {**USAGE, "total_tokens": 3, "cached": None}
    assert dumped["tools"] == DATA["tools"]
    assert dumped["agent"] == DATA["agent"]
    assert run().dict() == run().model_dump(mode="json") == dumped
    assert json.loads(run().model_dump_json()) == dumped
    assert run().to_dict() == run().model_dump(exclude_unset=True) == DATA
    assert run().to_dict(exclude_unset=False) == dumped
    assert json.loads(run().to_json()) == DATA
    # As the methods of `openai` look.
    assert run().to_json().startswith('{\n  "id": "run_1"')
    assert run().model_dump_json().startswith('{"id":"run_1","object":null')


def test_what_is_none_or_default_can_be_left_out() -> None:
    some = run().model_dump(exclude_none=True)
    assert some.keys() == DATA.keys() - {"last_error"}
    assert some["usage"] == {"total_tokens": 3}
    # A dict is nobody's model.
    assert some["agent"] == DATA["agent"]
    others = run().model_dump(exclude_defaults=True)
    assert "temperature" not in others
    assert others["last_error"] is None


def test_properties_can_be_chosen() -> None:
    assert run().model_dump(include={"id"}) == {"id": "run_1"}
    tools = run().model_dump(include={"tools": {0: True, 1: {"type"}}})["tools"]
    assert tools == [{"type": "code_interpreter"}, {"type": "new"}]
    some = run().model_dump(
        exclude={"tools": {"__all__": {"type"}}, "usage": ..., "agent": True},
        exclude_unset=True,
    )
    assert some == {
        "id": "run_1",
        "last_error": None,
        "tools": [{}, DATA["tools"][1] | {}],
    } or (some["tools"] == [{}, {"new": {"k": None}}])
    assert "usage" not in some
    with pytest.raises(TypeError, match="'excluded'"):
        run().model_dump(excluded={"id"})  # type: ignore[call-arg]


def test_objects_are_dicts_for_those_who_ask() -> None:
    assert dict(run())["temperature"] is None
    assert dict(run())["usage"] == run().usage
    assert dict(UnknownObject({"type": "x"})) == {"type": "x"}
    assert run().model_fields_set == DATA.keys()
    assert models.RunObject.from_dict({}).model_fields_set == set()


def test_copies_are_independent() -> None:
    for deep in (False, True):
        was = run()
        copied: Any = was.model_copy(
            update={"status": "failed", "agent": 2, "new": 1}, deep=deep
        )
        assert (copied.status, copied.agent, copied.new) == ("failed", 2, 1)
        assert was == run()
        assert (copied.usage is was.usage) != deep
    unknown = UnknownObject({"type": "x"})
    assert unknown.model_copy(update={"y": 1}).to_dict() == {"type": "x", "y": 1}
    assert unknown.to_dict() == {"type": "x"}


def test_objects_are_made_as_those_of_pydantic_are() -> None:
    made = models.RunObject.model_construct(**DATA)
    assert made.to_dict() == DATA
    assert made.model_extra == {"agent": DATA["agent"]}
    assert isinstance(made.usage, models.RunCompletionUsage)
    usage = models.RunCompletionUsage.model_construct(total_tokens=4)
    held: Any = models.RunObject.model_construct(status="failed", usage=usage)
    assert held.usage is usage
    assert held.id is None
    assert held.to_dict() == {"status": "failed", "usage": {"total_tokens": 4}}
    assert models.RunObject.model_construct(None, id="run_1").id == "run_1"
    for read in (
        models.RunObject.model_validate(DATA),
        models.RunObject.model_validate(DATA, strict=True),
        models.RunObject.model_validate_json(run().model_dump_json(exclude_unset=True)),
        models.RunObject.model_validate_json(run().to_json().encode()),
    ):
        assert read == run()
    assert models.RunObject.model_validate(made) is made


def test_what_is_no_object_is_no_model() -> None:
    for wrong in (1, "text", None, [DATA], models.ThreadObject.model_construct()):
        with pytest.raises(ValueError, match="expected RunObject, not "):
            models.RunObject.model_validate(wrong)
    for text in ("", "{", "[]", "null"):
        with pytest.raises(ValueError, match=r"expected RunObject|Expecting"):
            models.RunObject.model_validate_json(text)


def test_what_json_has_no_form_for() -> None:
    held: Any = run()
    held.metadata = {
        "nan": math.nan,
        "half": "\ud800",
        "at": datetime(2026, 1, 1, tzinfo=UTC),
        "path": Path("x"),
        "set": {1},
    }
    found = json.loads(held.model_dump_json(include={"metadata"}))["metadata"]
    assert found == {
        "nan": None,
        "half": "\ud800",
        "at": "2026-01-01T00:00:00+00:00",
        "path": "x",
        "set": [1],
    }
    held.model_dump_json().encode()
    assert held.model_dump(mode="json")["metadata"] == found
    assert held.model_dump()["metadata"]["path"] == Path("x")
    held.metadata = {"x": object()}
    with pytest.raises(TypeError, match="JSON has nothing for object"):
        held.model_dump_json()
    assert '"x":"?"' in held.model_dump_json(fallback=lambda _: "?")


def test_json_dumps_takes_them_with_a_default() -> None:
    text = json.dumps({"run": run(), "none": run().temperature}, default=json_default)
    assert json.loads(text) == {"run": DATA, "none": None}
    with pytest.raises(TypeError, match="JSON has nothing for type"):
        json.dumps([int], default=json_default)


def test_models_of_pydantic_hold_them() -> None:
    class Held(BaseModel):
        run: models.RunObject
        tools: list[UnknownObject] = []

    held = Held(run=run(), tools=[{"type": "x"}])  # type: ignore[list-item]
    assert held.run == run()
    assert isinstance(held.tools[0], UnknownObject)
    assert json.loads(held.model_dump_json(exclude_unset=True))["run"] == DATA
    assert held.model_dump()["run"] == run().model_dump()
    assert Held.model_validate_json(held.model_dump_json(exclude_unset=True)) == held
    assert Held.model_json_schema()["properties"]["run"]["type"] == "object"
    with pytest.raises(ValidationError, match="expected RunObject, not int"):
        Held(run=3)  # type: ignore[arg-type]
    assert TypeAdapter(models.RunObject | None).dump_python(None) is None
