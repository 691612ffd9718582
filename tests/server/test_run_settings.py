"""What a request to create a run sets: overrides, messages, limits, tools."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.api import JSON, Api, calls_of, function, text_of

if TYPE_CHECKING:
    from collections.abc import Callable


HEIGHT, PLACE = function("height"), function("place")
SETTINGS: JSON = {
    "model": "m",
    "instructions": "Be brief.",
    "tools": [HEIGHT, {"type": "code_interpreter"}],
    "temperature": 0.5,
    "top_p": 0.25,
    "response_format": {"type": "json_object"},
}
OTHERS: JSON = {
    "model": "n",
    "instructions": "Go on and on.",
    "tools": [PLACE],
    "temperature": 0,
    "top_p": 0,
    "response_format": {"type": "text"},
}
OF_THE_RUN: JSON = {
    "max_prompt_tokens": 300,
    "max_completion_tokens": 400,
    "truncation_strategy": {"type": "last_messages", "last_messages": 3},
    "tool_choice": "none",
    "parallel_tool_calls": False,
    "metadata": {"a": "b"},
}
HI = {"role": "user", "content": "Hi"}


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(**SETTINGS)


@pytest.fixture(scope="module")
def plain(api: Api) -> str:
    """Provide an assistant for which nothing was set but two functions."""
    return api.assistant(tools=[HEIGHT, PLACE])


@pytest.fixture(params=["/threads/THREAD/runs", "/threads/runs"])
def create(request: pytest.FixtureRequest, api: Api) -> Callable[[JSON], JSON]:
    """Provide either way of creating a run, which then gives it when it is idle."""

    def made(body: JSON) -> JSON:
        path = request.param.replace("THREAD", api.thread("Hi"))
        return api.wait(api.post(path, body, script=[["Hello."]]))

    return made


def test_settings_default_to_the_assistants(
    create: Callable[[JSON], JSON], assistant: str
) -> None:
    run = create({"assistant_id": assistant})
    assert {name: run[name] for name in SETTINGS} == SETTINGS
    assert {name: run[name] for name in OF_THE_RUN} == {
        "max_prompt_tokens": None,
        "max_completion_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "tool_choice": "auto",
        "parallel_tool_calls": True,
        "metadata": {},
    }


def test_null_is_the_same_as_absent(
    create: Callable[[JSON], JSON], assistant: str
) -> None:
    names = {*SETTINGS, *OF_THE_RUN} - {"parallel_tool_calls"}
    plain = create({"assistant_id": assistant})
    nulls = create({"assistant_id": assistant, **dict.fromkeys(names)})
    assert {n: nulls[n] for n in names} == {n: plain[n] for n in names}


def test_settings_of_the_run_win(
    create: Callable[[JSON], JSON], assistant: str
) -> None:
    run = create({"assistant_id": assistant, **OTHERS, **OF_THE_RUN})
    said = {**OTHERS, **OF_THE_RUN}
    assert {name: run[name] for name in said} == said


@pytest.mark.parametrize("name", [*SETTINGS])
def test_each_setting_is_taken_by_itself(
    create: Callable[[JSON], JSON], assistant: str, name: str
) -> None:
    run = create({"assistant_id": assistant, name: OTHERS[name]})
    assert {n: run[n] for n in SETTINGS} == {**SETTINGS, name: OTHERS[name]}


def test_a_run_without_any_tools(api: Api, plain: str) -> None:
    run = api.run(api.thread("height"), plain, tools=[])
    assert (run["status"], run["tools"]) == ("completed", [])


@pytest.mark.parametrize(
    ("given", "more", "expected"),
    [
        (None, "At once.", "Be brief.\n\nAt once."),
        ("Go on.", "At once.", "Go on.\n\nAt once."),
        (None, "", "Be brief."),
        (None, None, "Be brief."),
        ("", "At once.", "At once."),
    ],
)
def test_additional_instructions_stand_behind_the_others(
    api: Api, assistant: str, given: str | None, more: str | None, expected: str
) -> None:
    body = {"instructions": given, "additional_instructions": more}
    script = [["Hello."]]
    run = api.run(api.thread("Hi"), assistant, script=script, **body)
    assert run["instructions"] == expected


def test_additional_messages_come_first_and_stay(api: Api, plain: str) -> None:
    thread = api.thread("Hi")
    more: list[JSON] = [
        {"role": "assistant", "content": "Hello.", "metadata": {"a": "b"}},
        {"role": "user", "content": [{"type": "text", "text": "How are you?"}]},
    ]
    run = api.run(thread, plain, additional_messages=more, tools=[])
    *asked, answer = api.messages(thread)
    assert [*map(text_of, asked)] == ["Hi", "Hello.", "How are you?"]
    assert [each["run_id"] for each in asked] == [None] * 3
    assert asked[1]["role"] == "assistant"
    assert asked[1]["metadata"] == {"a": "b"}
    assert text_of(answer) == "You said: How are you?"
    assert answer["run_id"] == run["id"]


def test_a_thread_is_made_with_the_run(api: Api, plain: str) -> None:
    thread = {"messages": [HI], "metadata": {"a": "b"}}
    body = {"assistant_id": plain, "thread": thread, "tools": []}
    run = api.wait(api.post("/threads/runs", body))
    made = api.get(f"/threads/{run['thread_id']}")
    assert (made["metadata"], run["metadata"]) == ({"a": "b"}, {})
    assert [*map(text_of, api.messages(made["id"]))] == ["Hi", "You said: Hi"]


def test_a_refused_run_makes_no_thread_and_adds_no_message(
    api: Api, plain: str
) -> None:
    thread = api.thread("Hi")
    wrong = {"tool_choice": {"type": "function", "function": {"name": "nobody"}}}
    more = {"additional_messages": [HI], **wrong}
    api.start(thread, plain, status=400, **more)
    api.start(thread, "asst_of_nobody", status=404, additional_messages=[HI])
    assert len(api.messages(thread)) == 1
    assert api.get(f"/threads/{thread}/runs")["data"] == []
    error = api.post("/threads/runs", {"assistant_id": plain, **wrong}, status=400)
    assert error["error"]["param"] == "tool_choice"


def called(run: JSON) -> list[str]:
    """Return the names of the functions whose outputs a run waits for."""
    assert run["status"] == "requires_action"
    return [call["function"]["name"] for call in calls_of(run)]


def test_functions_are_called_or_not_by_the_tool_choice(api: Api, plain: str) -> None:
    def start(choice: Any) -> JSON:
        return api.run(api.thread("Hi"), plain, tool_choice=choice)

    assert start("none")["status"] == "completed"
    assert called(start("required")) == ["height", "place"]
    assert called(start("auto")) == ["height", "place"]
    chosen = {"type": "function", "function": {"name": "place"}}
    run = start(chosen)
    assert called(run) == ["place"]
    assert run["tool_choice"] == chosen


@pytest.mark.parametrize(
    ("choice", "param"),
    [
        ({"type": "function", "function": {"name": "nobody"}}, "tool_choice"),
        ({"type": "function"}, "tool_choice.function"),
        ({"type": "code_interpreter"}, "tool_choice"),
        ({"type": "file_search"}, "tool_choice"),
        ("height", "tool_choice"),
        ({"type": "height"}, "tool_choice"),
    ],
)
def test_a_tool_choice_must_be_possible(
    api: Api, plain: str, choice: Any, param: str
) -> None:
    error = api.start(api.thread(), plain, status=400, tool_choice=choice)["error"]
    assert error["param"].startswith(param)
    api.start(api.thread(), plain, status=400, tools=[], tool_choice=choice)


def test_the_tool_choice_is_among_the_tools_of_the_run(api: Api, plain: str) -> None:
    choice = {"type": "code_interpreter"}
    tools = [{"type": "code_interpreter"}]
    run = api.run(api.thread("Hi"), plain, tools=tools, tool_choice=choice)
    assert run["status"] == "completed"
    code, _ = api.steps(run)
    (call,) = code["step_details"]["tool_calls"]
    assert call["type"] == "code_interpreter"


def test_calls_come_one_by_one_where_parallel_ones_are_off(
    api: Api, plain: str
) -> None:
    run = api.run(api.thread("Hi"), plain, parallel_tool_calls=False)
    assert called(run) == ["height"]
    api.submit(run, "8849")
    run = api.wait(run)
    assert called(run) == ["place"]
    api.submit(run, "Nepal")
    run = api.wait(run)
    assert run["status"] == "completed"
    assert [step["type"] for step in api.steps(run)] == [
        *("tool_calls", "tool_calls", "message_creation")
    ]
    (answer,) = api.answers(run)
    assert "height: 8849" in answer
    assert "place: Nepal" in answer


def test_a_run_shows_twenty_tools_at_most(api: Api, plain: str) -> None:
    many = [function(f"f{number}") for number in range(21)]
    assistant = api.assistant(tools=many)
    thread = api.thread("Hi")
    error = api.start(thread, assistant, status=400)["error"]
    assert error["param"] == "tools"
    assert api.start(thread, plain, status=400, tools=many)["error"]["param"] == "tools"
    assert len(api.run(thread, assistant, tools=many[:20])["tools"]) == 20


def test_a_run_reads_messages_as_they_are_when_it_begins(api: Api, plain: str) -> None:
    thread = api.thread("One", "Two")
    _, last = api.messages(thread)
    api.delete(f"/threads/{thread}/messages/{last['id']}")
    run = api.run(thread, plain, tools=[])
    assert api.answers(run) == ["You said: One"]


def test_the_format_of_the_answer_is_kept(api: Api, plain: str) -> None:
    schema = {
        "type": "object",
        "properties": {"metres": {"type": "integer", "minimum": 8000}},
        "required": ["metres"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "h", "schema": schema}}
    run = api.run(api.thread("Hi"), plain, tools=[], response_format=form)
    assert run["response_format"] == form
    (answer,) = api.answers(run)
    assert json.loads(answer)["metres"] >= 8000
