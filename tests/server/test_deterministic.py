"""The engine that comes with the server: always the same, and fit for what is asked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from assistants_server import LocalServer
from tests.server.api import JSON, TIMEOUT, Api, calls_of, function

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMAS: dict[str, JSON] = {
    "nothing": {"type": "object", "properties": {}},
    "any": {},
    "simple": {
        "type": "object",
        "properties": {
            "place": {"type": "string", "minLength": 3},
            "unit": {"type": "string", "enum": ["m", "ft"]},
            "above": {"type": "integer", "exclusiveMinimum": 8000, "multipleOf": 7},
            "exact": {"type": "boolean"},
            "note": {"type": ["string", "null"]},
        },
        "required": ["place", "unit", "above", "exact", "note"],
        "additionalProperties": False,
    },
    "formats": {
        "type": "object",
        "properties": {
            "on": {"type": "string", "format": "date"},
            "at": {"type": "string", "format": "date-time"},
            "mail": {"type": "string", "format": "email"},
            "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]+$"},
        },
        "required": ["on", "at", "mail", "code"],
    },
    "nested": {
        "type": "object",
        "properties": {
            "peaks": {
                "type": "array",
                "minItems": 2,
                "uniqueItems": True,
                "items": {"$ref": "#/$defs/peak"},
            }
        },
        "required": ["peaks"],
        "$defs": {
            "peak": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "next": {"anyOf": [{"$ref": "#/$defs/peak"}, {"type": "null"}]},
                },
                "required": ["name", "next"],
                "additionalProperties": False,
            }
        },
    },
    "one of": {
        "type": "object",
        "properties": {
            "where": {
                "oneOf": [
                    {"type": "object", "required": ["lat"], "properties": {"lat": {}}},
                    {"type": "string", "const": "anywhere"},
                ]
            }
        },
        "required": ["where"],
    },
}
IMPOSSIBLE = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 5, "maximum": 4}},
    "required": ["n"],
}


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("height"), function("place")])


def function_of(schema: JSON) -> JSON:
    """Make the definition of a function whose arguments have a schema."""
    return {"type": "function", "function": {"name": "f", "parameters": schema}}


def fits(value: Any, schema: JSON) -> bool:
    """Return whether a value fits a schema, formats included."""
    return Draft202012Validator(schema, format_checker=FormatChecker()).is_valid(value)


def conversation(api: Api) -> list[Any]:
    """Return what several runs wrote and called, without ids and times."""
    tools = [function_of(each) for each in SCHEMAS.values()]
    schema = {"name": "s", "schema": SCHEMAS["nested"]}
    form = {"type": "json_schema", "json_schema": schema}
    assistant = api.assistant(tools=tools, response_format=form)
    run = api.run(api.thread("How high?"), assistant)
    called = [call["function"] for call in calls_of(run)]
    api.submit(run, *("8849" for _ in called))
    run = api.wait(run)
    return [called, api.answers(run), run["usage"]]


def test_two_servers_do_the_same(api: Api) -> None:
    with (
        LocalServer() as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        once = conversation(Api(http))
    assert conversation(api) == once


@pytest.mark.parametrize("name", [*SCHEMAS])
def test_arguments_fit_their_schema(api: Api, assistant: str, name: str) -> None:
    schema = SCHEMAS[name]
    run = api.run(api.thread("Hi"), assistant, tools=[function_of(schema)])
    (call,) = calls_of(run)
    arguments = json.loads(call["function"]["arguments"])
    assert isinstance(arguments, dict)
    assert fits(arguments, schema)
    assert set(schema.get("properties", {})) <= set(arguments)


def test_a_function_without_parameters_gets_none(api: Api, assistant: str) -> None:
    tools = [{"type": "function", "function": {"name": "f"}}]
    (call,) = calls_of(api.run(api.thread("Hi"), assistant, tools=tools))
    assert call["function"]["arguments"] == "{}"


def test_where_no_arguments_fit_there_are_none(api: Api, assistant: str) -> None:
    run = api.run(api.thread("Hi"), assistant, tools=[function_of(IMPOSSIBLE)])
    (call,) = calls_of(run)
    assert call["function"]["arguments"] == "{}"


@pytest.mark.parametrize(
    ("question", "called"),
    [
        ("What is the height of Everest?", ["height"]),
        ("HEIGHT?", ["height"]),
        ("place, then height", ["height", "place"]),
        ("What else?", ["height", "place"]),
    ],
)
def test_the_functions_that_the_question_names_are_called(
    api: Api, assistant: str, question: str, called: list[str]
) -> None:
    run = api.run(api.thread(question), assistant)
    assert [call["function"]["name"] for call in calls_of(run)] == called


def test_the_answer_has_the_question_and_the_outputs_in_it(
    api: Api, assistant: str
) -> None:
    run = api.run(api.thread("What is the height?"), assistant)
    api.submit(run, "8849 metres")
    run = api.wait(run)
    assert run["status"] == "completed"
    (answer,) = api.answers(run)
    assert "What is the height?" in answer
    assert "height: 8849 metres" in answer


def test_functions_are_called_once_a_run(api: Api, assistant: str) -> None:
    thread = api.thread("What is the height?")
    for _ in range(2):
        run = api.run(thread, assistant)
        assert len(calls_of(run)) == 1
        api.submit(run, "8849")
        assert api.wait(run)["status"] == "completed"


def test_there_may_be_no_question(api: Api) -> None:
    (answer,) = api.answers(api.run(api.thread(), api.assistant()))
    assert "no question" in answer


def test_a_long_question_is_cut(api: Api) -> None:
    (answer,) = api.answers(api.run(api.thread("word " * 10000), api.assistant()))
    assert len(answer) < 500


def test_the_answer_comes_in_pieces_and_loses_nothing(api: Api) -> None:
    question = "  two  spaces\n\nand\tlines  "
    body = {"assistant_id": api.assistant()}
    events = api.events(f"/threads/{api.thread(question)}/runs", body)
    assert [name for name, _ in events].count("thread.message.delta") > 3
    assert "two  spaces\n\nand\tlines" in written_in(events)


def written_in(events: list[Any]) -> str:
    """Return the text of the message that a stream completes."""
    (part,) = dict(events)["thread.message.completed"]["content"]
    text: str = part["text"]["value"]
    return text


def a_text(answer: str) -> bool:
    return answer == "You said: Hi"


def an_object(answer: str) -> bool:
    return isinstance(json.loads(answer), dict)


@pytest.mark.parametrize(
    ("format", "fine"),
    [
        ("auto", a_text),
        (None, a_text),
        ({"type": "text"}, a_text),
        ({"type": "json_object"}, an_object),
    ],
)
@pytest.mark.parametrize("where", ["assistant", "run"])
def test_the_answer_has_the_format(
    api: Api, format: Any, fine: Callable[[str], bool], where: str
) -> None:
    setting = {"response_format": format}
    assistant = api.assistant(**(setting if where == "assistant" else {}))
    of_run = setting if where == "run" else {}
    (answer,) = api.answers(api.run(api.thread("Hi"), assistant, **of_run))
    assert fine(answer)


@pytest.mark.parametrize("name", [*SCHEMAS])
def test_an_answer_fits_its_schema(api: Api, name: str) -> None:
    schema = {"name": "s", "schema": SCHEMAS[name]}
    form = {"type": "json_schema", "json_schema": schema}
    run = api.run(api.thread("Hi"), api.assistant(), response_format=form)
    (answer,) = api.answers(run)
    assert fits(json.loads(answer), SCHEMAS[name])


def test_a_format_without_a_schema_takes_any_json(api: Api) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "s"}}
    run = api.run(api.thread("Hi"), api.assistant(), response_format=form)
    (answer,) = api.answers(run)
    json.loads(answer)


def test_where_no_answer_fits_it_is_an_empty_object(api: Api) -> None:
    schema = {"name": "s", "schema": IMPOSSIBLE}
    form = {"type": "json_schema", "json_schema": schema}
    run = api.run(api.thread("Hi"), api.assistant(), response_format=form)
    assert api.answers(run) == ["{}"]


@pytest.mark.parametrize("kind", ["code_interpreter", "file_search"])
def test_the_servers_own_tools_are_used_when_they_are_chosen(
    api: Api, kind: str
) -> None:
    assistant = api.assistant(tools=[{"type": kind}])
    for choice in ({"type": kind}, "required"):
        run = api.run(api.thread("Hi"), assistant, tool_choice=choice)
        assert run["status"] == "completed"
        used, _ = api.steps(run)
        (call,) = used["step_details"]["tool_calls"]
        assert call["type"] == kind
    for choice in ("none", "auto"):
        run = api.run(api.thread("Hi"), assistant, tool_choice=choice)
        assert len(api.steps(run)) == 1
