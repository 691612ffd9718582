"""Whatever a tool returns becomes an output, and whatever a model writes is read."""

from __future__ import annotations

import asyncio
import enum
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pydantic
import pytest

from assistants_client import (
    ConfigurationError,
    Tool,
    ToolError,
    ToolSet,
    _outputs,
    tool,
)
from assistants_client._outputs import failure_text, written
from assistants_client.tools import tool_output
from tests.cases import each_case


class Point(pydantic.BaseModel):
    x: int
    label: str = "p"


class Array:
    """Does as those of numpy."""

    def tolist(self) -> list[float]:
        return [1.0, float("inf")]


class Frame:
    """Does as those of pandas, which iterate over the names of their columns."""

    def __iter__(self) -> Iterator[str]:
        yield "a"

    def to_dict(self) -> dict[str, list[int]]:
        return {"a": [1]}


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Colour(enum.Enum):
    RED = "red"


KEYS = '{"a":"2026-01-02","00000000-0000-0000-0000-000000000001":"1.50"}'
EAST = timezone(timedelta(hours=2))
TIMES = '["2026-01-02T00:00:00+02:00","03:00:00","P1D"]'


def numbers() -> Iterator[int]:
    yield from range(3)


@each_case(
    ("output", "text"),
    [
        ("\ud83d\ude00", "\U0001f600"),
        ("a\ud800b", "a\ufffdb"),
        (
            {"a\udc00": ["\ud83d\ude00", float("nan")]},
            '{"a\ufffd":["\U0001f600",null]}',
        ),
        (float("nan"), "null"),
        ([float("-inf")], "[null]"),
        ({7}, "[7]"),
        (frozenset("a"), '["a"]'),
        (b"caf\xc3\xa9", "café"),
        (bytearray(b"\xff\x00"), "/wA="),
        ({"raw": b"\xff"}, '{"raw":"/w=="}'),
        (Point(x=1), '{"x":1,"label":"p"}'),
        ([Point(x=1, label="\ud800")], '[{"x":1,"label":"\ufffd"}]'),
        (numbers(), "[0,1,2]"),
        (range(2), "[0,1]"),
        (deque([1]), "[1]"),
        ({"a": 1}.keys(), '["a"]'),
        (Array(), "[1.0,null]"),
        (Path("a"), '"a"'),
        (2**80, str(2**80)),
        (Text("a"), "a"),
        ([Text("a"), Number(1)], '["a",1]'),
        ({True: 1, None: 2, Colour.RED: 3}, '{"true":1,"null":2,"red":3}'),
        ({Path("a"): date(2026, 1, 2), UUID(int=1): Decimal("1.50")}, KEYS),
        (Frame(), '{"a":[1]}'),
        ([datetime(2026, 1, 2, tzinfo=EAST), time(3), timedelta(1)], TIMES),
    ],
)
def test_outputs(output: Any, text: str) -> None:
    assert written(output) == text
    assert json.dumps(text).encode("utf-8")


@each_case("output", [object(), Point, Colour, open, {(1,): 2}, 1j])
def test_what_has_no_form_is_refused(output: Any) -> None:
    with pytest.raises(TypeError):
        written(output)


def test_text_of_a_class_of_its_own_is_text() -> None:
    assert type(written(Text("a"))) is str


def test_what_never_ends_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 1000000 items is no output"):
        written(itertools.repeat(0))
    with pytest.raises(ConfigurationError, match="the output of c can't be written"):
        tool_output("c", itertools.repeat(0))


class MuteError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_failures_have_a_text() -> None:
    assert failure_text(ValueError("a\ud800")) == "a\ufffd"
    assert failure_text(MuteError()) == "it has no text"


def mail(
    text: str,
    note: str = None,  # type: ignore[assignment] # noqa: RUF013 - as people write it
    copies: int = 1,
    to: str | None = "me",
) -> Any:
    """Send a mail."""
    return text, note, copies, to


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ('{"text":"a\nb\tc"}', ("a\nb\tc", None, 1, "me")),
        ('{"text":"a","note":null}', ("a", None, 1, "me")),
        ('{"text":"a","copies":null,"to":null}', ("a", None, 1, None)),
        ({"text": "a", "copies": None}, ("a", None, 1, "me")),
        ('\n {"text": "a"} \n', ("a", None, 1, "me")),
    ],
)
def test_arguments_are_read_leniently(arguments: Any, result: Any) -> None:
    assert tool(mail).bind(arguments)() == result


@each_case(
    ("arguments", "said"),
    [
        ('{"text":null}', r"Expected `str`, got `null` - at `\$.text`"),
        ('{"text":"a","copies":NaN}', "JSON is malformed"),
        ('{"text":"a', "Input data was truncated"),
        ('{"text":"a","nobody":null}', "unknown field `nobody`"),
        ("[]", "Expected `object`, got `array`"),
        ("null", "missing required field `text`"),
    ],
)
def test_what_does_not_fit_is_still_refused(arguments: Any, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        tool(mail).bind(arguments)


@dataclass
class Place:
    """Somewhere."""

    name: str
    zone: str = "UTC"
    note: str | None = "none"


def travel(places: list[Place], by_name: dict[str, Place], last: Place) -> Any:
    """Travel."""
    return places, by_name, last


def test_null_is_absent_further_down_too() -> None:
    void = {"name": "x", "zone": None}
    given = {"places": [{"name": "a"}, void], "by_name": {"b": void}, "last": void}
    found = tool(travel).bind(json.dumps(given))()
    assert found == ([Place("a"), Place("x")], {"b": Place("x")}, Place("x"))
    # Where null is a value of its own, it stays.
    kept = {"places": [], "by_name": {}, "last": {**void, "note": None}}
    assert tool(travel).bind(kept)()[2] == Place("x", note=None)
    missing = {"places": [{"name": None}], "by_name": {}, "last": void}
    said = r"Expected `str`, got `null` - at `\$.places\[0\].name`"
    with pytest.raises(ToolError, match=said):
        tool(travel).bind(missing)


@each_case("nothing", ["", " \n", "null", "{}", None, {}])
def test_nothing_stands_for_no_arguments(nothing: Any) -> None:
    def now(zone: str = "UTC") -> str:
        """Return the time."""
        return zone

    assert tool(now).bind(nothing)() == "UTC"


ODD = ["__slots__", "__class__", "__dict__", "__init__", "__struct_fields__", "ö", "a0"]


@each_case("name", ODD)
@each_case("strict", [False, True])
def test_arguments_may_have_any_name(name: str, strict: bool) -> None:
    made = tool(strict=strict)(_with_argument(name))
    (known,) = made.definition["function"]["parameters"]["properties"]
    assert known == name
    assert made.bind({name: 7})() == {name: 7}
    with pytest.raises(ToolError, match=rf", got `str` - at `\$.{name}`"):
        made.bind({name: "x"})


def _with_argument(name: str) -> Callable[..., Any]:
    space: dict[str, Any] = {}
    exec(f"def odd({name}: int = 0):\n    return dict({name}={name})", space)
    found: Callable[..., Any] = space["odd"]
    return found


def test_what_can_be_no_argument_says_so() -> None:
    def odd(__slots__: Tool[Any, Any]) -> None:
        """Do nothing."""

    with pytest.raises(ConfigurationError, match="the arguments of odd can't be"):
        Tool(odd)
    assert not ToolSet([]).definitions


def test_what_is_awaited_may_have_to_be_awaited_again() -> None:
    async def each() -> AsyncIterator[int]:
        yield 1

    async def number() -> int:
        return 2

    async def gives_each() -> Any:
        return each()

    async def gives_number() -> Any:
        return number()

    def plain() -> Any:
        return gives_number()

    tools = ToolSet([gives_each, gives_number, plain])
    texts = [asyncio.run(tools.invocation(n, "").function()) for n in tools.names]
    assert texts == ["[1]", "2", "2"]


def test_no_iterator_is_gathered_without_an_end(monkeypatch: Any) -> None:
    monkeypatch.setattr(_outputs, "_MOST_ITEMS", 9)

    async def numbers_on() -> AsyncIterator[int]:
        for each in itertools.count():
            yield each

    def numbers() -> Iterator[int]:
        return itertools.count()

    tools = ToolSet([numbers, numbers_on])
    with pytest.raises(ValueError, match="of more than 9 items is no output"):
        tools.invocation("numbers", "").function()
    with pytest.raises(ValueError, match="of more than 9 items is no output"):
        asyncio.run(tools.invocation("numbers_on", "").function())


def test_an_output_is_written_once() -> None:
    def count() -> Iterator[int]:
        yield from range(3)

    async def wait() -> set[int]:
        return {1}

    class Waiting:
        async def __call__(self) -> bytes:
            return b"text"

    async def each() -> AsyncIterator[int]:
        yield 1

    def odd() -> object:
        return object()

    tools = ToolSet([count, wait, Tool(Waiting(), name="waiting"), each, odd])
    call = tools.invocation("count", "").function
    assert [call(), call()] == ["[0,1,2]"] * 2
    assert asyncio.run(tools.invocation("wait", "").function()) == "[1]"
    assert asyncio.run(tools.invocation("waiting", "").function()) == "text"
    assert asyncio.run(tools.invocation("each", "").function()) == "[1]"
    # It fails where it is called, so that its failure is logged like any other.
    with pytest.raises(TypeError, match="Encoding objects of type object"):
        tools.invocation("odd", "").function()
