"""Arguments of functions are what the question says of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from assistants_server.engines import ToolCall, Turn, deterministic
from assistants_server.engines.mentions import Mentions
from assistants_server.engines.question_tokens import tokens_of
from assistants_server.engines.samples import sample
from tests.cases import each_case
from tests.server.hostile_schemas import HOSTILE

pytestmark = pytest.mark.storeless

TYPES = {"i": "integer", "n": "number", "s": "string", "b": "boolean"}
DAY = {"type": "string", "format": "date"}
UNIT = {"type": "string", "enum": ["celsius", "fahrenheit"]}
MONEY = {"type": "string", "enum": ["USD", "EUR"]}


def of(*required: str, **properties: Any) -> dict[str, Any]:
    """Return a schema of an object; all properties are required, or those named."""
    known = {
        name: {"type": TYPES[each]} if isinstance(each, str) else each
        for name, each in properties.items()
    }
    return {"type": "object", "properties": known, "required": [*(required or known)]}


def listed(items: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {"type": TYPES[items]} if isinstance(items, str) else items,
    }


def optional(kind: str) -> dict[str, Any]:
    return {"anyOf": [{"type": TYPES[kind]}, {"type": "null"}]}


TIMES, CITY = of(a="i", b="i"), of(city="s")
PRODUCT = {"a": 6, "b": 7}
WEATHER = of(city="s", unit=UNIT)
CHANGE = of(amount="n", from_currency=MONEY, to_currency=MONEY)
STAY = of(guests="i", nights="i", city="s", breakfast="b")
POINT = of(x="n", y="n")

SAID: list[tuple[str, dict[str, Any], Any]] = [
    # Numbers, in their order.
    ("What is six times seven?", TIMES, PRODUCT),
    ("What is 6x7?", TIMES, PRODUCT),
    ("Sieben: 6*7", TIMES, PRODUCT),
    ("A dozen and twenty-one", TIMES, {"a": 12, "b": 21}),
    ("two hundred and five, 3 million", TIMES, {"a": 205, "b": 3_000_000}),
    ("1,000 and minus six", TIMES, {"a": 1000, "b": -6}),
    ("-2.5 by 1e3", of(a="n", b="n"), {"a": -2.5, "b": 1000.0}),
    ("minus three point one four", of(a="n"), {"a": -3.14}),
    ("six and seven", of(a=optional("i"), b=optional("i")), PRODUCT),
    ("six and seven", of(a={}, b={}), PRODUCT),
    ("six", of(x={"anyOf": [{"type": "string"}, {"type": "integer"}]}), {"x": 6}),
    ("'6' and \"7\"", TIMES, PRODUCT),
    ("which one is 6.0 of gpt-4o, 7", TIMES, PRODUCT),
    ("the point 3, 4", of(p=POINT), {"p": {"x": 3, "y": 4}}),
    # A parameter that need not be there takes what the others leave.
    ("limit of six", of("b", a="i", b="i"), {"a": 1, "b": 6}),
    ("six", of("b", a={"type": "integer", "default": 3}, b="i"), {"a": 3, "b": 6}),
    # By the name of the parameter.
    ("b=7, and a is 6", TIMES, PRODUCT),
    ("6 as b; a: 7", TIMES, {"a": 7, "b": 6}),
    ("width 3 height 7", of(height="n", width="n"), {"height": 7, "width": 3}),
    ("2 with a width of 3", of(n="i", width="n"), {"n": 2, "width": 3}),
    ("from 3 to 10", of(to="i", **{"from": "i"}), {"to": 10, "from": 3}),
    (
        "unit price 5, 3 items",
        of(itemCount="i", unit_price="n"),
        {"itemCount": 3, "unit_price": 5},
    ),
    ("priority 2 for the task", of(priority={"enum": [1, 2, 3]}), {"priority": 2}),
    (
        "six, limit is 5",
        of("a", limit={"type": "integer", "default": 9}, a="i"),
        {"limit": 5, "a": 6},
    ),
    # Texts.
    ("weather please, city is Paris", CITY, {"city": "Paris"}),
    ("What's the weather in New York?", CITY, {"city": "New York"}),
    (
        "what's the weather in paris, in Fahrenheit?",
        WEATHER,
        {"city": "paris", "unit": "fahrenheit"},
    ),
    ("Paris!", CITY, {"city": "Paris"}),
    ("Rio de Janeiro's beaches", CITY, {"city": "Rio de Janeiro"}),
    ("Is it true?", CITY, {"city": "city"}),
    ("Where is my order 1234?", of(order_id="s"), {"order_id": "1234"}),
    ("Where is A-17?", of(order_id="s"), {"order_id": "A-17"}),
    ("Say “hello, you” twice", of(text="s"), {"text": "hello, you"}),
    (
        "color is dark blue, size = 42",
        of(size="i", color="s"),
        {"size": 42, "color": "dark blue"},
    ),
    ("title: The long goodbye, author: R. Chandler", of(author="s"), {"author": "R"}),
    ("Find 'red shoes'", of(query="s"), {"query": "red shoes"}),
    ("Where are my shoes?", of(query="s"), {"query": "Where are my shoes?"}),
    (
        "Write to a@b.org about 'us'",
        of(to="s", subject="s"),
        {"to": "a@b.org", "subject": "us"},
    ),
    (
        "See https://a.org/b.",
        of(link={"type": "string", "format": "uri"}),
        {"link": "https://a.org/b"},
    ),
    (
        "Ada Lovelace, 36, of London",
        of(name="s", age="i", city="s"),
        {"name": "Ada Lovelace", "age": 36, "city": "London"},
    ),
    ("Call Bob", of(code={"type": "string", "pattern": r"^\d+$"}), {"code": "1"}),
    # Members of enums.
    ("a HIGH priority", of(p={"enum": ["low", "high"]}), {"p": "high"}),
    (
        "mark it in progress",
        of(status={"enum": ["open", "in_progress"]}),
        {"status": "in_progress"},
    ),
    (
        "100 EUR to USD",
        CHANGE,
        {"amount": 100, "from_currency": "EUR", "to_currency": "USD"},
    ),
    (
        "to USD, from EUR 100",
        CHANGE,
        {"amount": 100, "from_currency": "EUR", "to_currency": "USD"},
    ),
    ("something", of(unit=UNIT), {"unit": "celsius"}),
    # Dates and times.
    (
        "from 2026-08-26 to 2027-03-31",
        of(first="s", last="s"),
        {"first": "2026-08-26", "last": "2027-03-31"},
    ),
    (
        "26 August 2026 to March 31st, 2027",
        of(a=DAY, b=DAY),
        {"a": "2026-08-26", "b": "2027-03-31"},
    ),
    ("until 2026-02-31", of(day=DAY), {"day": "2026-01-01"}),
    (
        "on 2026-02-03",
        of(at={"type": "string", "format": "date-time"}),
        {"at": "2026-02-03T00:00:00Z"},
    ),
    ("at 5:30 pm", of(at={"type": "string", "format": "time"}), {"at": "17:30:00"}),
    (
        "to Rome from Paris on 2026-12-24",
        of(origin="s", destination="s", date=DAY),
        {"origin": "Paris", "destination": "Rome", "date": "2026-12-24"},
    ),
    # Truth.
    (
        "3 nights for 2 guests in Rome with breakfast",
        STAY,
        {"guests": 2, "nights": 3, "city": "Rome", "breakfast": True},
    ),
    ("no breakfast", of(breakfast="b"), {"breakfast": False}),
    (
        "verbose=yes, dry_run: no",
        of(dry_run="b", verbose="b"),
        {"dry_run": False, "verbose": True},
    ),
    ("Set is_active to false", of(is_active="b"), {"is_active": False}),
    # Arrays and objects.
    ("add 1, 2 and 3", of(numbers=listed("n")), {"numbers": [1, 2, 3]}),
    (
        "the 2 largest of 5, 3 and 9",
        of(k="i", of=listed("i")),
        {"k": 2, "of": [5, 3, 9]},
    ),
    ("sort [3, 1]", of(numbers=listed("i")), {"numbers": [3, 1]}),
    ("tag Paris 'a' and \"b\"", of(tags=listed("s")), {"tags": ["a", "b"]}),
    (
        "celsius and Fahrenheit",
        of(units=listed(UNIT)),
        {"units": ["celsius", "fahrenheit"]},
    ),
    (
        "points 1, 2 and 3, 4",
        of(points=listed(POINT)),
        {"points": [{"x": 1, "y": 2}, {"x": 3, "y": 4}]},
    ),
    ("nothing", of(numbers=listed("n")), {"numbers": [1]}),
    ('call it with {"a": 3, "b": 4}', TIMES, {"a": 3, "b": 4}),
    # What doesn't fit is free for another.
    ("9 and 5", of(a={"type": "integer", "maximum": 5}, b="i"), {"a": 5, "b": 9}),
    ("5", of(a={"type": "integer", "maximum": 3}, b="i"), {"a": 1, "b": 5}),
    ("six", {"anyOf": [of(x="i", y={"not": {}}), of(x="i")]}, {"x": 6}),
    # What is said more clearly comes first.
    ("in Paris, but city is Rome", CITY, {"city": "Rome"}),
    ("3 nights 2 guests", of(guests="i", nights="i"), {"guests": 2, "nights": 3}),
    (
        "six and five",
        of("b", a={"type": "integer", "default": 3}, b="i"),
        {"a": 3, "b": 6},
    ),
    (
        "5, 3 and 9: the 2 largest",
        of(k="i", of=listed("i")),
        {"k": 2, "of": [5, 3, 9]},
    ),
]


@each_case(("question", "schema", "expected"), SAID)
def test_arguments_are_what_the_question_says(
    question: str, schema: dict[str, Any], expected: Any
) -> None:
    mentions = Mentions(question, schema, "function")
    found = sample(schema, mentions=mentions)
    assert found == expected
    if "properties" in schema and "{" not in question:
        assert [*found] == [*schema["properties"]]
    # Whole numbers are whole, whatever equals them.
    assert json.dumps(found).replace(".0", "") == json.dumps(expected).replace(".0", "")
    assert sample(schema, mentions=mentions) == found


def test_functions_take_the_sentences_that_name_them() -> None:
    functions = [
        {"type": "function", "function": {"name": name, "parameters": TIMES}}
        for name in ("add", "times")
    ]
    options = {"parallel_tool_calls": True, "tool_choice": "auto"}
    asked = "Add 1.5 million and 2 to it. Then call times with six and seven."
    message = {"role": "user", "content": [{"text": {"value": asked}}]}
    turn = Turn({**options, "tools": functions, "response_format": "auto"}, [message])

    async def called() -> list[Any]:
        return [output async for output in deterministic(turn)]

    assert asyncio.run(called()) == [
        ToolCall("add", {"a": 1_500_000, "b": 2}),
        ToolCall("times", PRODUCT),
    ]


@pytest.mark.parametrize("title", [*HOSTILE][::4])
def test_hostile_schema_gets_a_quick_answer(title: str) -> None:
    for question in ("1, 2, 3 and " * 400, "'a' is Rome " * 300):
        found = sample(HOSTILE[title], mentions=Mentions(question, HOSTILE[title]))
        assert len(json.dumps(found)) <= 100_000


@pytest.mark.parametrize(
    "piece",
    [
        "9",
        "a",
        '"',
        "one ",
        "1,",
        "[ ",
        "A ",
        "1.1.",
        "a@",
        "twenty ",
        "[[1],",
        "'",
        "minus ",
    ],
)
def test_hostile_question_is_read_in_part(piece: str) -> None:
    assert len(tokens_of(piece * 1000)) <= 200
    assert sample(TIMES, mentions=Mentions(piece * 10_000, TIMES))
