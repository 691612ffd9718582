"""Scripts: what a run is to say and do, in Python or in a request's header."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import (
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    RefusedText,
    ScriptError,
    Text,
    ToolCall,
    Wait,
    scripted,
)
from assistants_server.engines.scripted import HELP, parse_script
from tests.cases import each_case, some
from tests.server.api import JSON, Api, function

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from assistants_server import Engine

CITED = {
    "type": "file_citation",
    "text": "[1]",
    "start_index": 0,
    "end_index": 3,
    "file_citation": {"file_id": "file-1"},
}
HIT = {"file_id": "file-1", "file_name": "a.txt", "score": 0.5}
# Each form that a script knows, and the same in Python.
FORMS: list[tuple[Any, Any]] = [
    ("Hi", "Hi"),
    ({"text": "Hi"}, Text("Hi")),
    ({"text": "[1]", "annotations": [CITED]}, Text("[1]", (CITED,))),
    ({"refuse": "No."}, RefusedText("No.")),
    ({"image": "file-1"}, Image("file-1")),
    ({"call": "height"}, ToolCall("height")),
    ({"call": "height", "arguments": {"a": 1}}, ToolCall("height", {"a": 1})),
    ({"call": "height", "arguments": "{"}, ToolCall("height", "{")),
    ({"code": "1"}, CodeCall("1")),
    (
        {"code": "1", "logs": "2", "images": ["file-1"]},
        CodeCall("1", "2", ("file-1",)),
    ),
    ({"search": []}, FileSearch()),
    ({"search": [HIT]}, FileSearch((HIT,))),
    ({"wait": 0}, Wait(0)),
    ({"wait": 1.5}, Wait(1.5)),
    ({"fail": "No."}, Fail("No.")),
    ({"fail": "No.", "code": "invalid_prompt"}, Fail("No.", "invalid_prompt")),
    ({"incomplete": "max_prompt_tokens"}, Incomplete("max_prompt_tokens")),
]
# What is no script, and what has to be said about it.
MALFORMED: list[tuple[str, str]] = [
    ("", "is not JSON"),
    ("Hi", "is not JSON"),
    ('[["Hi"]', "is not JSON"),
    ("[" * 3000, "is not JSON"),
    ("null", "$: expected an array of turns"),
    ('"Hi"', "$: expected an array of turns"),
    ('{"text": "Hi"}', "$: expected an array of turns"),
    ('["Hi"]', "$[0]: expected an array"),
    ('[[], {"text": "Hi"}]', "$[1]: expected an array"),
    ("[[7]]", "$[0][0]: expected text, or an object with one of text,"),
    ("[[null]]", "$[0][0]: expected text"),
    ("[[[]]]", "$[0][0]: expected text"),
    ("[[{}]]", "$[0][0]: expected text"),
    ('[["Hi"], ["a", {"say": "Hi"}]]', "$[1][1]: expected text"),
    ('[[{"text": 7}]]', "$[0][0]: Text.value is int, not str"),
    ('[[{"text": "Hi", "loudly": true}]]', "$[0][0]: 'loudly' is unknown here"),
    ('[[{"text": "Hi", "refuse": "No."}]]', "'refuse' is unknown here"),
    ('[[{"text": "Hi", "annotations": {}}]]', "$[0][0]: Text.annotations is dict"),
    ('[[{"text": "Hi", "annotations": [7]}]]', "Text.annotations holds int"),
    ('[[{"refuse": null}]]', "$[0][0]: RefusedText.value is"),
    ('[[{"image": ["file-1"]}]]', "$[0][0]: Image.file_id is tuple"),
    ('[[{"call": null}]]', "$[0][0]: ToolCall.name is"),
    ('[[{"call": "height", "arguments": [1]}]]', "ToolCall.arguments is"),
    ('[[{"call": "height", "arguments": null}]]', "ToolCall.arguments is"),
    ('[[{"code": 7}]]', "$[0][0]: CodeCall.input is int"),
    ('[[{"code": "1", "logs": 7}]]', "$[0][0]: CodeCall.logs is int"),
    ('[[{"code": "1", "images": "file-1"}]]', "CodeCall.images is str, not a tuple"),
    ('[[{"code": "1", "images": [7]}]]', "$[0][0]: CodeCall.images is int"),
    ('[[{"search": {}}]]', "$[0][0]: FileSearch.results is dict"),
    ('[[{"search": ["a.txt"]}]]', "$[0][0]: FileSearch.results holds str"),
    ('[[{"wait": "1"}]]', "$[0][0]: Wait.seconds is"),
    ('[[{"wait": -1}]]', "$[0][0]: Wait.seconds is"),
    ('[[{"wait": true}]]', "$[0][0]: Wait.seconds is"),
    ('[[{"wait": 1e999}]]', "$[0][0]: Wait.seconds is"),
    ('[[{"wait": NaN}]]', "NaN"),
    ('[[{"call": "height", "arguments": {"of": Infinity}}]]', "Infinity"),
    ('[[{"fail": 7}]]', "$[0][0]: Fail.message is int"),
    ('[[{"fail": "No.", "code": "bad"}]]', "server_error, rate_limit_exceeded"),
    ('[[{"fail": "No.", "code": []}]]', "server_error, rate_limit_exceeded"),
    ('[[{"incomplete": "bad"}]]', "max_completion_tokens, max_prompt_tokens"),
    ('[[{"incomplete": {}}]]', "max_completion_tokens, max_prompt_tokens"),
    ('[["half: \\ud800"]]', "surrogate"),
    ('[[{"call": "a", "arguments": {"\\udc00": 1}}]]', "surrogate"),
]


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=[function("height")])


@each_case(("form", "output"), FORMS, ids=[str(f) for f, _ in FORMS])
def test_every_form(form: Any, output: Any) -> None:
    read = parse_script(json.dumps([["Hi"], [form, "Hi"]]))
    assert read == (("Hi",), (output, "Hi"))


def test_the_help_names_every_form_and_property() -> None:
    used = {name for form, _ in FORMS if isinstance(form, dict) for name in form}
    for name in some(used):
        assert f'"{name}":' in HELP


@each_case(("text", "said"), MALFORMED, ids=[text[:50] for text, _ in MALFORMED])
def test_malformed_script_is_refused(text: str, said: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(text)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", [MALFORMED[2][0], MALFORMED[15][0], MALFORMED[-2][0]])
def test_a_malformed_header_is_refused(
    api: Api, http: httpx.Client, assistant: str, text: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(text)
    thread = api.thread("Hi")
    body = {"assistant_id": assistant}
    for path in (f"/threads/{thread}/runs", "/threads/runs"):
        for sent in (body, {**body, "stream": True}):
            answer = http.post(path, json=sent, headers={"X-Local-Script": text})
            assert answer.status_code == 400
            error = answer.json()["error"]
            assert error["param"] == "X-Local-Script"
            assert error["message"] == f"X-Local-Script: {caught.value}"
    assert api.get(f"/threads/{thread}/runs")["data"] == []


def test_other_operations_pass_over_the_header(http: httpx.Client) -> None:
    answer = http.post("/threads", headers={"X-Local-Script": "no script"})
    assert answer.status_code == 200


def said_and_done(api: Api, run: JSON) -> list[Any]:
    """Return what a run wrote and called, in order, with what the server made up."""
    contents = {each["id"]: each["content"] for each in api.messages(run["thread_id"])}
    done: list[Any] = []
    for step in api.steps(run):
        details = step["step_details"]
        if step["type"] == "message_creation":
            done.append(contents[details["message_creation"]["message_id"]])
        else:
            calls = details["tool_calls"]
            done += [{**call, "id": "", "status": step["status"]} for call in calls]
    return done


def test_a_script_does_the_same_in_python(
    api: Api, assistant: str, use_engine: Callable[[Engine], None]
) -> None:
    """Run the same script by a header and by an engine, turn by turn."""
    calls = [each for each in FORMS if isinstance(each[1], ToolCall)]
    ends = [each for each in FORMS if isinstance(each[1], Fail | Incomplete)]
    others = [
        each
        for each in FORMS
        if each not in [*calls, *ends] and not isinstance(each[1], Wait)
    ]
    for end in [[], *([each] for each in ends)]:
        turns = [[*others, *calls], [*others, *end]]
        script = [[form for form, _ in turn] for turn in turns]
        use_engine(scripted(*([output for _, output in turn] for turn in turns)))
        runs = []
        for how in ({}, {"script": script}):
            run = api.run(api.thread("Hi"), assistant, **how)
            assert run["status"] == "requires_action"
            api.submit(run, *("8849" for _ in calls))
            runs.append(api.wait(run))
        by_engine, by_header = runs
        assert said_and_done(api, by_engine) == said_and_done(api, by_header)
        for name in ("status", "last_error", "incomplete_details", "usage"):
            assert by_engine[name] == by_header[name]


def test_every_run_begins_with_the_first_turn(
    api: Api, assistant: str, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(scripted(ToolCall("height"), "Thanks."))
    thread = api.thread("Hi")
    for _ in range(2):
        run = api.run(thread, assistant)
        assert run["status"] == "requires_action"
        api.submit(run, "8849")
        assert api.answers(api.wait(run)) == ["Thanks."]


def test_a_single_output_is_a_turn(
    api: Api, assistant: str, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(scripted("Hello."))
    assert api.answers(api.run(api.thread("Hi"), assistant)) == ["Hello."]
    use_engine(scripted(each for each in ["Hello", "."]))
    for _ in range(2):
        assert api.answers(api.run(api.thread("Hi"), assistant)) == ["Hello."]


def test_the_header_wins(
    api: Api, assistant: str, use_engine: Callable[[Engine], None]
) -> None:
    use_engine(scripted("From the engine."))
    run = api.run(api.thread("Hi"), assistant, script=[["From the header."]])
    assert api.answers(run) == ["From the header."]


def test_the_usual_answer_follows_the_last_turn(api: Api, assistant: str) -> None:
    run = api.run(api.thread("Hi"), assistant, script=[[{"call": "height"}]])
    api.submit(run, "8849")
    run = api.wait(run)
    (answer,) = api.answers(run)
    assert run["status"] == "completed"
    assert "Hi" in answer
    assert "8849" in answer


def test_an_empty_script_is_none(api: Api, assistant: str) -> None:
    run = api.run(api.thread("Hi"), assistant, script=[])
    assert run["status"] == "requires_action"


def test_a_script_may_call_what_the_run_does_not_have(api: Api, assistant: str) -> None:
    run = api.run(api.thread("Hi"), assistant, script=[[{"call": "nobody"}]])
    assert run["status"] == "requires_action"


def test_a_header_in_utf_8(api: Api, http: httpx.Client, assistant: str) -> None:
    header = '[["Grüß dich, 世界"]]'.encode()
    answer = http.post(
        f"/threads/{api.thread('Hi')}/runs",
        json={"assistant_id": assistant},
        headers={b"X-Local-Script": header},
    )
    assert answer.status_code == 200
    assert api.answers(api.wait(answer.json())) == ["Grüß dich, 世界"]


def test_annotations_that_do_not_fit_let_the_run_fail(api: Api, assistant: str) -> None:
    wrong: list[Any] = [{"text": "[1]", "annotations": [{"type": "file_citation"}]}]
    run = api.run(api.thread("Hi"), assistant, script=[wrong])
    assert run["status"] == "failed"
    assert "MessageAnnotation" in run["last_error"]["message"]
