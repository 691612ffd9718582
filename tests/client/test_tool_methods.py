"""What may be a tool besides a function: methods, partial ones, objects, classes."""

from __future__ import annotations

import asyncio
import functools
import inspect
from types import MethodType
from typing import Any, TypedDict, Unpack

import pydantic
import pytest

from assistants_client import ConfigurationError, Tool, ToolError, ToolSet, tool
from assistants_client._tool import tool_of
from tests.cases import each_case
from tests.client.functions import Day, parameters


class Counter:
    """Counts."""

    start = 10

    class Step(TypedDict):
        size: int

    def __init__(self) -> None:
        self.count = self.start

    def plain(self, by: int) -> int:
        """Count, plainly."""
        self.count += by
        return self.count

    @tool
    def add(self, step: Step) -> int:
        """Count.

        Args:
            step: how far.
        """
        return self.plain(step["size"])

    @tool(name="later", timeout=3)
    async def add_async(self, by: int) -> int:
        return self.plain(by)

    @tool
    @classmethod
    def begin(cls, at: int) -> int:
        return cls.start + at

    @classmethod
    @tool
    def begin_too(cls, at: int) -> int:
        return cls.start + at

    @tool
    @staticmethod
    def double(number: int) -> int:
        return 2 * number

    @staticmethod
    @tool
    def double_too(number: int) -> int:
        return 2 * number

    def __call__(self, by: int) -> int:
        return self.plain(by)


def test_a_method_is_a_tool_of_its_object() -> None:
    one, other = Counter(), Counter()
    assert one.add.bind({"step": {"size": 2}})() == 12
    assert one.add({"size": 1}) == Counter.add(one, {"size": 0}) == 13
    assert other.count == 10
    assert [*parameters(one.add)["properties"]] == ["step"]
    assert parameters(one.add)["properties"]["step"]["description"] == "how far."
    tools = ToolSet([one.add, one.add_async, one.plain])
    assert tools.names == ("add", "later", "plain")
    assert one.add_async.timeout == 3
    assert asyncio.run(tools.bind("later", {"by": 2})()) == 15
    assert tools.bind("plain", {"by": 5})() == 20
    # That of the class has nothing to be called with.
    with pytest.raises(ConfigurationError, match="take it from an object"):
        ToolSet([Counter.add])


@pytest.mark.parametrize("owner", [Counter(), Counter], ids=["object", "class"])
def test_a_method_of_a_class_is_a_tool(owner: Any) -> None:
    tools = ToolSet([owner.begin, owner.begin_too, owner.double, owner.double_too])
    for name, argument in (("begin", "at"), ("double", "number")):
        for each in (name, f"{name}_too"):
            found = tools.bind(each, {argument: 3})()
            assert found == {"begin": 13, "double": 6}[name]


def test_a_class_may_bind_what_it_holds_by_itself() -> None:
    # As `@classmethod` over `@tool` does from Python 3.13 on.
    made = vars(Counter)["begin_too"].__func__
    found = tool_of(MethodType(made, Counter), "renamed")
    assert (found.name, found.bind({"at": 1})()) == ("renamed", 11)
    assert parameters(found)["required"] == ["at"]


def test_a_tool_of_a_function_is_no_method_of_the_class_that_has_it() -> None:
    class Holder:
        one = tool(ask)

    holder: Any = Holder
    assert holder().one is holder.one


def test_an_object_that_can_be_called_is_a_tool() -> None:
    class Later:
        async def __call__(self, by: int) -> int:
            """Count later."""
            return by

    made, later = Tool(Counter()), Tool(Later())
    assert made.bind({"by": 3})() == 13
    described = [each.definition["function"] for each in (made, later)]
    assert [each["name"] for each in described] == ["Counter", "Later"]
    assert [each["description"] for each in described] == ["Counts.", "Count later."]
    assert inspect.iscoroutinefunction(later.bind({"by": 3}))


def ask(user: str, city: str, times: int = 1) -> Any:
    """Ask.

    Args:
        user: who asks.
        city: where.
    """
    return user, city, times


@pytest.mark.parametrize(
    "held", [functools.partial(ask, "me"), functools.partial(ask, user="me")]
)
def test_a_model_can_t_change_what_a_partial_function_has(held: Any) -> None:
    made: Tool[..., Any] = Tool(held)
    assert made.name == "ask"
    assert [*parameters(made)["properties"]] == ["city", "times"]
    assert parameters(made)["properties"]["city"]["description"] == "where."
    assert made.bind({"city": "Rome"})() == ("me", "Rome", 1)
    with pytest.raises(ToolError, match="unknown field `user`"):
        made.bind({"city": "Rome", "user": "root"})


def test_what_wraps_a_function_has_its_signature() -> None:
    def logged(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return "logged", function(*args, **kwargs)

        return wrapper

    assert Tool(logged(ask)).definition == Tool(ask).definition
    found = Tool(logged(ask)).bind({"user": "a", "city": "b"})()
    assert found == ("logged", ("a", "b", 1))
    assert tool(tool(ask)).definition == Tool(ask).definition


def test_a_decorator_may_be_a_class_or_keep_what_was_returned() -> None:
    class Logged:
        def __init__(self, function: Any) -> None:
            functools.update_wrapper(self, function)
            self.function = function

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            return "logged", self.function(*args, **kwargs)

    for kept in (functools.cache(ask), functools.lru_cache(1)(ask)):
        assert Tool(kept).definition == Tool(ask).definition
        assert Tool(Logged(kept)).definition == Tool(ask).definition
        given = {"user": "a", "city": "b"}
        assert Tool(Logged(kept)).bind(given)() == ("logged", ("a", "b", 1))


def test_what_a_function_returns_is_no_matter() -> None:
    def take(a: int) -> Any:
        return a

    take.__annotations__["return"] = "OnlyTypeCheckersKnowIt"
    assert Tool(take).bind({"a": 1})() == 1
    for odd in ("1 / 0", "list["):
        take.__annotations__["a"] = odd
        with pytest.raises(
            ConfigurationError, match="the signature of take can't be re"
        ):
            Tool(take)


class More(TypedDict, total=False):
    size: int
    colour: str


def starred(first: int, *others: int, **words: str) -> Any:
    """Take many.

    Args:
        *others: more of them.
        **words: anything.
    """
    return first, others, words


def unpacked(name: str, **more: Unpack[More]) -> Any:
    return name, more


def by_place(a: int, b: int = 2, /, c: int = 3, *, d: int = 4) -> Any:
    return a, b, c, d


@each_case(
    ("function", "given", "found"),
    [
        (starred, {"first": 1}, (1, (), {})),
        (starred, {"first": 1, "others": [2, 3]}, (1, (2, 3), {})),
        (
            starred,
            {"first": 1, "words": "a", "x": "b"},
            (1, (), {"words": "a", "x": "b"}),
        ),
        (unpacked, {"name": "a", "size": 1}, ("a", {"size": 1})),
        (by_place, {"a": 1}, (1, 2, 3, 4)),
        (by_place, {"a": 1, "c": 5, "d": 6}, (1, 2, 5, 6)),
        (by_place, {"a": 1, "b": 7}, (1, 7, 3, 4)),
    ],
)
def test_arguments_of_every_kind_are_passed(
    function: Any, given: Any, found: Any
) -> None:
    assert Tool(function).bind(given)() == found


def test_arguments_of_every_kind_are_described() -> None:
    found = parameters(Tool(starred))
    others = {"type": "array", "items": {"type": "integer"}}
    assert found["properties"]["others"] == {**others, "description": "more of them."}
    assert found["required"] == ["first"]
    assert found["additionalProperties"] == {"type": "string"}
    assert [*parameters(Tool(unpacked))["properties"]] == ["name", "size", "colour"]
    for given in ({"name": "a", "weight": 1}, {"name": "a", "size": "x"}):
        with pytest.raises(ToolError, match="don't fit"):
            Tool(unpacked).bind(given)
    with pytest.raises(ConfigurationError, match="strict= forbids what starred takes"):
        tool(strict=True)(starred)


def test_a_class_is_a_tool_that_makes_objects() -> None:
    class Point(pydantic.BaseModel):
        """Mark a point."""

        x: int = pydantic.Field(alias="the-x", description="to the right")

    tools = ToolSet([Day, Point])
    assert tools.bind("Day", {"number": 3})() == Day(3)
    assert tools.bind("Point", {"the-x": 3})() == Point(**{"the-x": 3})
    found = tools.definitions[1]["function"]
    assert found["description"] == "Mark a point."
    assert found["parameters"]["properties"]["the-x"]["description"] == "to the right"


def test_a_set_is_made_of_one_tool_or_of_functions_by_name() -> None:
    code = {"type": "code_interpreter"}
    assert ToolSet(ask).names == ToolSet(tool(ask)).names == ("ask",)
    assert ToolSet({"one": ask, "two": tool(timeout=2)(ask)}).names == ("one", "two")
    known = tool(timeout=2)(ask)
    assert known.definition["function"]["name"] == "ask"
    assert ToolSet({"two": known}).definitions[0]["function"]["name"] == "two"
    assert ToolSet(code).definitions == [code]
    both = ToolSet([ToolSet([code, ask]), Day])
    assert both.names == ("ask", "Day")
    assert both.definitions[0] == code
    assert ToolSet({}).definitions == []
    with pytest.raises(ConfigurationError, match="'no name' is no name for a tool"):
        ToolSet({"no name": tool(ask)})
    with pytest.raises(ConfigurationError, match="not of int"):
        ToolSet({"one": ask, "two": 2})
