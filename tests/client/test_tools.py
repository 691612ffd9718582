"""Tools: how a function is described to a model, and which arguments it then takes."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assistants_api.models import RunToolCallFunction
from assistants_client import ConfigurationError, Tool, ToolError, ToolSet, tool
from tests.cases import each_case
from tests.client.functions import Day, Plan, Tree, Unit, everything, parameters, small

GOOD: dict[str, Any] = {
    "text": "a",
    "number": 1,
    "share": 1,
    "flag": True,
    "items": [1],
    "table": {"a": 0.5},
    "mode": "slow",
    "unit": "f",
    "maybe": None,
    "place": {"city": "Rome"},
    "day": {"number": 2},
    "plan": {"days": [{"number": 1, "notes": ["x"]}]},
    "either": "x",
}


def test_a_signature_becomes_a_schema() -> None:
    made: Tool[..., Any] = Tool(everything)
    schema = parameters(made)
    Draft202012Validator.check_schema(schema)
    found = schema["properties"]
    assert [*found] == [*GOOD, "limit", "note"]
    assert schema["required"] == [*GOOD]
    assert schema["additionalProperties"] is False
    assert found["text"] == {
        "type": "string",
        "description": "what is said, on two lines.",
    }
    assert found["number"] == {"type": "integer", "description": "how many."}
    assert found["mode"]["enum"] == ["fast", "slow"]
    assert found["unit"]["enum"] == ["c", "f"]
    assert found["limit"] == {"type": "integer", "default": 5}
    assert found["place"]["required"] == ["city"]
    assert found["plan"]["properties"]["days"]["items"]["required"] == ["number"]
    assert found["plan"]["additionalProperties"] is False
    assert "$ref" not in json.dumps(schema)
    assert "title" not in json.dumps(schema)
    definition = made.definition["function"]
    assert definition["description"] == "Take all there is.\n\nAnd more than that."
    assert made.name == definition["name"] == "everything"
    assert "strict" not in definition


def test_arguments_arrive_as_the_types_that_the_function_has() -> None:
    seen: dict[str, Any] = {}

    @functools.wraps(everything)
    def spy(**given: Any) -> None:
        seen.update(given)

    Tool(spy).bind(json.dumps(GOOD))()
    assert seen["unit"] is Unit.FAHRENHEIT
    assert seen["day"] == Day(2)
    assert seen["plan"] == Plan([Day(1, ["x"])])
    assert seen["place"] == {"city": "Rome"}
    assert type(seen["share"]) is float
    # What was left out is the function's own affair.
    assert "limit" not in seen


@each_case(
    ("change", "said"),
    [
        ({"text": 1}, r"Expected `str`, got `int` - at `\$\.text`"),
        ({"number": 1.5}, r"\$\.number"),
        ({"number": "1"}, r"\$\.number"),
        ({"flag": 1}, r"\$\.flag"),
        ({"items": ["x"]}, r"\$\.items\[0\]"),
        ({"table": {"a": "b"}}, r"\$\.table\[...\]"),
        ({"mode": "other"}, r"'other' - at `\$\.mode`"),
        ({"unit": "k"}, r"\$\.unit"),
        ({"place": {}}, r"missing required field `city` - at `\$\.place`"),
        ({"plan": {"days": [{"number": None}]}}, r"\$\.plan\.days\[0\]\.number"),
        ({"more": 1}, "unknown field `more`"),
    ],
)
def test_arguments_that_don_t_fit_are_named(change: Any, said: str) -> None:
    made: Tool[..., Any] = Tool(everything)
    assert not Draft202012Validator(parameters(made)).is_valid({**GOOD, **change})
    with pytest.raises(ToolError, match=f"arguments of everything don't fit: .*{said}"):
        made.bind(json.dumps({**GOOD, **change}))


@each_case(
    "arguments",
    ["", "{", "[1]", "null", "7", '"x"', "[" * 100_000, 7, ["a"], b"{}"],
)
def test_what_is_no_object_is_refused(arguments: Any) -> None:
    with pytest.raises(ToolError, match="the arguments of everything don't fit"):
        Tool(everything).bind(arguments)


@pytest.mark.parametrize(
    "nothing", ["", None, "{}", {}, RunToolCallFunction.from_dict({})]
)
def test_no_arguments_may_be_given_in_many_ways(nothing: Any) -> None:
    assert Tool(lambda: 7, name="seven").bind(nothing)() == 7


SMALL: Tool[..., Any] = Tool(small)
FITTING = Draft202012Validator(parameters(SMALL))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", "1"]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES))
def test_exactly_what_fits_the_schema_is_taken(arguments: dict[str, Any]) -> None:
    if arguments.get("b", "x") is None:
        # It stands for one that is left out.
        del arguments["b"]
    fits = FITTING.is_valid(arguments)
    try:
        found = SMALL.bind(json.dumps(arguments))()
    except ToolError:
        assert not fits
    else:
        assert fits
        assert found == small(**arguments)


def test_strict_schemas_require_all_and_null_is_what_was_left_out() -> None:
    made = tool(strict=True)(small)
    schema = parameters(made)
    assert made.definition["function"]["strict"] is True
    assert schema["required"] == ["a", "b", "c"]
    assert "default" not in json.dumps(schema)
    flags = {"type": "array", "items": {"type": "boolean"}}
    assert schema["properties"]["c"] == {"anyOf": [flags, {"type": "null"}]}
    assert made.bind('{"a": 1, "b": null, "c": null}')() == (1, "x", None)
    with pytest.raises(ToolError, match="missing required field `b`"):
        made.bind('{"a": 1}')


def test_a_type_that_holds_itself_keeps_its_references() -> None:
    def climb(tree: Tree) -> str:
        return tree.children[0].name

    made = Tool(climb)
    Draft202012Validator.check_schema(parameters(made))
    given = {"tree": {"name": "a", "children": [{"name": "b", "children": []}]}}
    assert Draft202012Validator(parameters(made)).is_valid(given)
    assert made.bind(given)() == "b"


def test_a_tool_is_still_the_function() -> None:
    @tool
    def double(number: int) -> int:
        """Double it.

        :param number: what is doubled
        """
        return number * 2

    assert double(4) == double(number=4) == 8
    assert double.__doc__ is not None
    assert repr(double) == "<Tool double>"
    assert (
        parameters(double)["properties"]["number"]["description"] == "what is doubled"
    )


GOOGLE = """Find a way.

It may be long.

Args:
    start (str): A place, such as
        a town.
    unit: Of distances: kilometres or miles.

Raises:
    ValueError when there is none
"""
NUMPY = """Find a way.

It may be long.

Parameters
----------
start, end : str
    A place, such as
    a town.
unit : {"km", "mi"}, optional
    Of distances: kilometres or miles.
scenic

Returns
-------
str
    The way.
"""
SPHINX = """Find a way.

It may be long.

:param start: A place, such as
    a town.
:param dict[str, int] unit: Of distances: kilometres or miles.
:type start: str
:returns: the way
:raises ValueError: when there is none
"""
START, UNIT = "A place, such as a town.", "Of distances: kilometres or miles."


@pytest.mark.parametrize(
    ("docstring", "texts"),
    [
        pytest.param(GOOGLE, {"start": START, "unit": UNIT}, id="Google"),
        pytest.param(
            GOOGLE.replace("Args:", "PARAMETERS"),
            {"start": START, "unit": UNIT},
            id="Google, another heading",
        ),
        pytest.param(NUMPY, {"start": START, "end": START, "unit": UNIT}, id="NumPy"),
        pytest.param(
            NUMPY.replace("Parameters\n----------", "parameters\n-----"),
            {"start": START, "end": START, "unit": UNIT},
            id="NumPy, a short underline",
        ),
        pytest.param(SPHINX, {"start": START, "unit": UNIT}, id="Sphinx"),
        pytest.param(
            "Find a way.\n\nIt may be long.\n\n@param start: A place, such as a town.",
            {"start": START},
            id="Epydoc",
        ),
        pytest.param(
            GOOGLE.replace("    unit:", "\nKeyword Args:\n    `unit`:"),
            {"start": START, "unit": UNIT},
            id="Google, in two sections",
        ),
        pytest.param("Find a way.\n\nIt may be long.\n", {}, id="no arguments"),
    ],
)
def test_docstrings_of_every_style_are_read(
    docstring: str, texts: dict[str, str]
) -> None:
    def way(start: str, end: str, unit: str = "km", *, scenic: bool = False) -> str:
        return f"{start} {end} {unit} {scenic}"

    way.__doc__ = docstring
    made = Tool(way)
    definition = made.definition["function"]
    assert definition["description"] == "Find a way.\n\nIt may be long."
    properties = parameters(made)["properties"].items()
    assert {n: p["description"] for n, p in properties if "description" in p} == texts


def test_a_docstring_that_fits_no_style_is_the_description() -> None:
    def way(start: str) -> str:
        return start

    way.__doc__ = "Find a way.\n\nArgs:\n    whatever you like"
    made = Tool(way)
    assert made.definition["function"]["description"] == way.__doc__
    assert "description" not in parameters(made)["properties"]["start"]


def untyped(a: int, b: int) -> Any:
    return a, b


# As people write them.
del untyped.__annotations__["a"]


def starred(*args: int) -> None: ...
def keywords(**kwargs: int) -> None: ...
def unknown(a: int) -> None: ...
def odd(a: complex) -> None: ...


del starred.__annotations__["args"], keywords.__annotations__["kwargs"]
unknown.__annotations__["a"] = "Nowhere"


@each_case(
    ("function", "said"),
    [
        (untyped, "the argument a of untyped has no type; annotate it"),
        (starred, r"the argument \*args of starred has no type; annotate it"),
        (keywords, r"the argument \*\*kwargs of keywords has no type"),
        (unknown, "the signature of unknown can't be read: .*Nowhere"),
        (odd, "the arguments of odd can't be described as JSON: a: .*complex"),
        (lambda: 1, "'<lambda>' is no name for a tool"),
        (5, "a tool is made of a function, not of int"),
        ("os.system", "a tool is made of a function, not of str"),
    ],
)
def test_what_can_be_no_tool_is_refused(function: Any, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Tool(function)
    with pytest.raises(ConfigurationError, match=said):
        ToolSet([function])
