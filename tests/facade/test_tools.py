"""Tools: what a model is told of a function, and which arguments it then takes."""

from __future__ import annotations

import asyncio
import enum
import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from assistants_api.models import AssistantToolsFileSearch, RunToolCallFunction
from assistants_client import ConfigurationError, Tool, ToolError, ToolSet, tool
from assistants_client.tools import tool_output
from tests.cases import each_case


class Unit(enum.Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


class Place(TypedDict):
    city: str
    country: NotRequired[str]


@dataclass
class Day:
    number: int
    notes: list[str] = field(default_factory=list)


@attrs.define
class Plan:
    days: list[Day]
    weight: float = 1.0


@dataclass
class Tree:
    name: str
    children: list[Tree]


def everything(
    text: str,
    number: int,
    share: float,
    flag: bool,
    items: list[int],
    table: dict[str, float],
    mode: Literal["fast", "slow"],
    unit: Unit,
    maybe: Optional[str],  # noqa: UP045 - people write it
    place: Place,
    day: Day,
    plan: Plan,
    either: int | str,
    limit: int = 5,
    *,
    note: Annotated[str | None, "some words"] = None,
) -> str:
    """Take all there is.

    And more than that.

    Args:
        text: what is said,
            on two lines.
        number (int): how many.
        nothing: is no argument.

    Returns:
        nothing: at all.
    """
    return f"{text} {unit} {day} {limit} {note}"


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


def parameters(made: Tool[..., Any]) -> Any:
    return made.definition["function"]["parameters"]


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
    told = made.definition["function"]
    assert told["description"] == "Take all there is.\n\nAnd more than that."
    assert (made.name, told["name"], "strict" in told) == (
        *("everything", "everything"),
        False,
    )


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


def small(a: int, b: str = "x", c: list[bool] | None = None) -> Any:
    return a, b, c


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["x", "1"]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=150)
@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), VALUES))
def test_exactly_what_fits_the_schema_is_taken(arguments: dict[str, Any]) -> None:
    made: Tool[..., Any] = Tool(small)
    fits = Draft202012Validator(parameters(made)).is_valid(arguments)
    try:
        found = made.bind(json.dumps(arguments))()
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


def test_a_docstring_may_be_of_numpys_style() -> None:
    def way(start: str, end: str, unit: str = "km", *, scenic: bool = False) -> str:
        """Find a way.

        It may be long.

        Parameters
        ----------
        start, end : str
            A place, such as
            a town.
        unit : {"km", "mi"}, optional
            What distances are given in: kilometres or miles.
        scenic
            Whether it should be pretty.

        Returns
        -------
        str
            The way.
        """
        return f"{start} {end} {unit} {scenic}"

    made = Tool(way)
    assert (
        made.definition["function"]["description"] == "Find a way.\n\nIt may be long."
    )
    texts = {n: p["description"] for n, p in parameters(made)["properties"].items()}
    assert texts == {
        "start": "A place, such as a town.",
        "end": "A place, such as a town.",
        "unit": "What distances are given in: kilometres or miles.",
        "scenic": "Whether it should be pretty.",
    }


def test_methods_and_objects_may_be_tools() -> None:
    class Counter:
        def __init__(self) -> None:
            self.count = 0

        def add(self, by: int) -> int:
            """Add."""
            self.count += by
            return self.count

        def __call__(self, by: int) -> int:
            return self.add(by)

    counter = Counter()
    tools = ToolSet([counter.add, Tool(counter, name="call", description="Also.")])
    assert tools.bind("add", {"by": 2})() == 2
    assert tools.bind("call", {"by": 3})() == 5
    assert [*parameters(Tool(counter.add))["properties"]] == ["by"]


def untyped(a: int, b: int) -> Any:
    return a, b


# As people write them.
del untyped.__annotations__["a"]


def starred(*args: int) -> None: ...
def keywords(**kwargs: int) -> None: ...
def positional(a: int, /) -> None: ...
def unknown(a: int) -> None: ...
def odd(a: complex) -> None: ...


unknown.__annotations__["a"] = "Nowhere"


@each_case(
    ("function", "said"),
    [
        (untyped, "the argument a of untyped has no type; annotate it"),
        (starred, r"starred takes \*args; a model gives arguments by their names"),
        (keywords, r"keywords takes \*\*kwargs"),
        (positional, "positional takes the positional-only a"),
        (unknown, "the signature of unknown can't be read: .*Nowhere"),
        (odd, "the arguments of odd can't be described as JSON: .*complex"),
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


def test_a_set_holds_tools_and_definitions() -> None:
    search = AssistantToolsFileSearch()
    tools = ToolSet([small, tool(everything), {"type": "code_interpreter"}, search])
    assert len(tools) == 4
    assert [each["type"] for each in tools] == [
        *("function", "function", "code_interpreter", "file_search")
    ]
    assert repr(tools) == "<ToolSet small, everything>"
    tools.definitions[0]["function"]["name"] = "changed"
    assert tools[0]["function"]["name"] == "small"
    assert repr(ToolSet()) == "<ToolSet without functions>"
    with pytest.raises(ConfigurationError, match="two tools have the name small"):
        ToolSet([small, small])
    with pytest.raises(
        ConfigurationError, match="on_error must be 'report' or 'raise'"
    ):
        ToolSet([small], on_error="ignore")  # type: ignore[arg-type]


NAMES = [
    "__import__",
    "os.system",
    "eval",
    "small.__globals__",
    "",
    "smal",
    "Small",
    None,
]


@each_case("name", [*NAMES, 7, ["small"], {"name": "small"}])
def test_only_what_was_gathered_is_ever_called(name: Any) -> None:
    with pytest.raises(ToolError, match=r"there is no function .*; there are: small"):
        ToolSet([small]).bind(name, '{"a": 1}')


def test_async_functions_are_seen_as_such() -> None:
    async def wait(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "waited"

    call = ToolSet([wait]).bind("wait", {"seconds": 0})
    assert inspect.iscoroutinefunction(call)
    assert asyncio.run(call()) == "waited"


@pytest.mark.parametrize(
    ("output", "written"),
    [
        *(("text", "text"), ("", ""), (None, "null"), (7, "7"), ([1, "ü"], '[1,"ü"]')),
        (Day(1), '{"number":1,"notes":[]}'),
        (Unit.CELSIUS, '"c"'),
        (AssistantToolsFileSearch(), '{"type":"file_search"}'),
    ],
    ids=str,
)
def test_outputs_are_text_or_json(output: Any, written: str) -> None:
    assert tool_output("call_1", output) == {
        "tool_call_id": "call_1",
        "output": written,
    }


def test_an_output_that_can_t_be_written_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    for output in (object(), loop, {1: {2}, (1,): 2}):
        with pytest.raises(
            ConfigurationError, match="output of call_1 can't be written"
        ):
            tool_output("call_1", output)


# What follows is for type checkers.
_typed: Callable[[int, str], Any] = tool(small)
_mapped: Mapping[str, Any] = Tool(small).definition
