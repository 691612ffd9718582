"""Tool outputs: each pending call named once; and the run steps that keep them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import ToolCall
from tests.server.api import JSON, Api, calls_of, function, outputs_for, path_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_server import Engine, Turn

TOOLS = [function("height"), function("place"), {"type": "file_search"}]
CALLS = [{"call": "height", "arguments": "{not json"}, {"call": "place"}]
INCLUDE = "step_details.tool_calls[*].file_search.results[*].content"
FOUND = {
    "file_id": "file-1",
    "file_name": "peaks.txt",
    "score": 0.5,
    "content": [{"type": "text", "text": "Everest, 8849 m"}],
}


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(tools=TOOLS)


@pytest.fixture
def waiting(api: Api, assistant: str) -> JSON:
    """Provide a run that waits for the outputs of two calls."""
    return api.run(api.thread("Hi"), assistant, script=[CALLS, ["Thanks."]])


def change(outputs: list[Any], how: str) -> None:
    """Make outputs wrong."""
    first, last = outputs
    match how:
        case "unknown":
            first["tool_call_id"] = "call_of_nobody"
        case "missing":
            outputs.remove(last)
        case "none":
            outputs.clear()
        case "twice":
            last["tool_call_id"] = first["tool_call_id"]
        case "one too many":
            outputs.append(dict(first))
        case "nameless":
            del last["tool_call_id"]
        case "null":
            last["tool_call_id"] = None
        case "no text":
            last["output"] = {"height": 8849}


@pytest.mark.parametrize(
    ("how", "param", "said"),
    [
        ("unknown", "tool_outputs[0].tool_call_id", "'call_of_nobody'"),
        ("missing", "tool_outputs", "LAST"),
        ("none", "tool_outputs", "'FIRST', 'LAST'"),
        ("twice", "tool_outputs[1].tool_call_id", "a second time"),
        ("one too many", "tool_outputs[2].tool_call_id", "a second time"),
        ("nameless", "tool_outputs[1].tool_call_id", "required"),
        ("null", "tool_outputs[1].tool_call_id", "string"),
        ("no text", "tool_outputs[1].output", "string"),
    ],
)
def test_every_call_is_to_be_named_once(
    api: Api, waiting: JSON, how: str, param: str, said: str
) -> None:
    outputs = outputs_for(waiting, "8849", "Nepal")
    first, last = (each["tool_call_id"] for each in outputs)
    wrong = copy.deepcopy(outputs)
    change(wrong, how)
    path = f"{path_of(waiting)}/submit_tool_outputs"
    error = api.post(path, {"tool_outputs": wrong}, status=400)["error"]
    assert error["param"] == param
    assert f"$.{param}" in error["message"]
    assert said.replace("FIRST", first).replace("LAST", last) in error["message"]
    # Nothing was taken of it, so it can be done right.
    assert api.again(waiting) == waiting
    api.post(path, {"tool_outputs": outputs})
    assert api.wait(waiting)["status"] == "completed"


def test_outputs_of_several_calls_may_come_in_any_order(
    api: Api, waiting: JSON
) -> None:
    outputs = outputs_for(waiting, "8849", "Nepal")
    path = f"{path_of(waiting)}/submit_tool_outputs"
    api.post(path, {"tool_outputs": outputs[::-1]})
    assert api.wait(waiting)["status"] == "completed"
    step, _ = api.steps(waiting)
    kept = [call["function"] for call in step["step_details"]["tool_calls"]]
    assert [each["output"] for each in kept] == ["8849", "Nepal"]
    assert [each["arguments"] for each in kept] == ["{not json", "{}"]


def test_an_output_left_out_is_an_empty_one(api: Api, waiting: JSON) -> None:
    outputs = outputs_for(waiting, "", "Nepal")
    del outputs[0]["output"]
    path = f"{path_of(waiting)}/submit_tool_outputs"
    api.post(path, {"tool_outputs": outputs})
    assert api.wait(waiting)["status"] == "completed"
    step, _ = api.steps(waiting)
    assert step["step_details"]["tool_calls"][0]["function"]["output"] == ""


def test_outputs_can_be_handed_in_once(api: Api, waiting: JSON) -> None:
    outputs = {"tool_outputs": outputs_for(waiting, "8849", "Nepal")}
    path = f"{path_of(waiting)}/submit_tool_outputs"
    api.post(path, outputs)
    api.post(path, outputs, status=400)
    assert api.wait(waiting)["status"] == "completed"
    error = api.post(path, outputs, status=400)["error"]
    assert 'in status "completed"' in error["message"]
    assert "completed" in error["message"]


def test_outputs_of_one_run_are_no_outputs_of_another(
    api: Api, assistant: str, waiting: JSON
) -> None:
    other = api.run(api.thread("Hi"), assistant, script=[CALLS])
    outputs = {"tool_outputs": outputs_for(other, "8849", "Nepal")}
    api.post(f"{path_of(waiting)}/submit_tool_outputs", outputs, status=400)
    mixed = f"/threads/{waiting['thread_id']}/runs/{other['id']}"
    api.post(f"{mixed}/submit_tool_outputs", outputs, status=404)
    assert api.again(other) == other


def test_ids_of_calls_are_never_used_again(api: Api, waiting: JSON) -> None:
    thread, assistant = waiting["thread_id"], waiting["assistant_id"]
    api.submit(waiting, "8849", "Nepal")
    api.wait(waiting)
    script = [CALLS, CALLS]
    first = api.run(thread, assistant, script=script)
    api.submit(first, "8849", "Nepal")
    second = api.wait(first)
    calls = [*calls_of(waiting), *calls_of(first), *calls_of(second)]
    assert len({call["id"] for call in calls}) == 6


def test_the_engine_gets_to_know_all_outputs(
    api: Api, assistant: str, use_engine: Callable[[Engine], None]
) -> None:
    def curious(turn: Turn) -> list[Any]:
        if turn.number < 2:
            return [ToolCall("height", {"turn": turn.number})]
        known = [(each.name, each.arguments, each.output) for each in turn.outputs]
        return [repr(known)]

    use_engine(curious)
    run = api.run(api.thread("Hi"), assistant)
    for output in ("one", "two"):
        api.submit(run, output)
        run = api.wait(run)
    said = [("height", '{"turn": 0}', "one"), ("height", '{"turn": 1}', "two")]
    assert api.answers(run) == [repr(said)]


@pytest.fixture(scope="module")
def searched(api: Api, assistant: str) -> JSON:
    """Provide a run that has searched files, run code and called a function."""
    code = {"code": "plot()", "logs": "done\n", "images": ["file-2"]}
    script = [[{"search": [FOUND]}, code, "Look: ", {"call": "height"}], ["8849 m"]]
    run = api.run(api.thread("Hi"), assistant, script=script)
    api.submit(run, "8849")
    return api.wait(run)


def test_steps_are_in_order(api: Api, searched: JSON) -> None:
    steps = api.steps(searched)
    assert [step["type"] for step in steps] == [
        *("tool_calls", "tool_calls", "message_creation"),
        *("tool_calls", "message_creation"),
    ]
    calls = [
        call for step in steps for call in step["step_details"].get("tool_calls", ())
    ]
    kinds = ["file_search", "code_interpreter", "function"]
    assert [call["type"] for call in calls] == kinds
    assert calls[1]["code_interpreter"] == {
        "input": "plot()",
        "outputs": [
            {"type": "logs", "logs": "done\n"},
            {"type": "image", "image": {"file_id": "file-2"}},
        ],
    }
    texts = api.messages(searched["thread_id"], run_id=searched["id"])
    ids = [
        step["step_details"]["message_creation"]["message_id"]
        for step in steps
        if step["type"] == "message_creation"
    ]
    assert ids == [each["id"] for each in texts]


def test_search_results_are_included_on_demand_only(api: Api, searched: JSON) -> None:
    def found(step: JSON) -> JSON:
        (call,) = step["step_details"]["tool_calls"]
        (result,) = call["file_search"]["results"]
        assert isinstance(result, dict)
        return result

    shorter = {name: FOUND[name] for name in ("file_id", "file_name", "score")}
    step = api.steps(searched)[0]
    assert found(step) == shorter
    assert found(api.steps(searched, include=INCLUDE)[0]) == FOUND
    path = f"{path_of(searched)}/steps/{step['id']}"
    assert found(api.get(path)) == shorter
    assert found(api.get(path, include=INCLUDE)) == FOUND


def test_include_takes_the_one_value_of_the_document(api: Api, searched: JSON) -> None:
    error = api.get(f"{path_of(searched)}/steps", include="all", status=400)["error"]
    assert error["param"] == "include[]"
    assert INCLUDE in error["message"]
    body = {"assistant_id": searched["assistant_id"]}
    path = f"/threads/{searched['thread_id']}/runs"
    assert api.post(path, body, include="all", status=400)["error"] == error


def test_a_step_belongs_to_its_run_and_thread(
    api: Api, assistant: str, searched: JSON, waiting: JSON
) -> None:
    step = api.steps(searched)[0]
    assert api.get(f"{path_of(searched)}/steps/{step['id']}") == step
    for path in (
        f"{path_of(waiting)}/steps/{step['id']}",
        f"/threads/{waiting['thread_id']}/runs/{searched['id']}/steps/{step['id']}",
        f"/threads/{waiting['thread_id']}/runs/{searched['id']}/steps",
        f"{path_of(searched)}/steps/step_of_nobody",
        f"{path_of(searched)}/steps/{searched['id']}",
    ):
        api.get(path, status=404)
