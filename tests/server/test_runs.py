"""The states of a run, its properties in each, and how its steps end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from tests.server.api import (
    JSON,
    TIMEOUT,
    Api,
    calls_of,
    function,
    outputs_for,
    path_of,
    text_of,
)

if TYPE_CHECKING:
    pass

STAMPS = ("started_at", "cancelled_at", "failed_at", "completed_at")
TOOLS = [function("height", of={"type": "string"})]
CALL = {"call": "height", "arguments": {"of": "Everest"}}
# Long enough for any test to act meanwhile.
HOLD = {"wait": 3600}


@pytest.fixture(scope="module")
def assistant(api: Api) -> str:
    return api.assistant(instructions="Be brief.", tools=TOOLS)


@pytest.fixture
def thread(api: Api) -> str:
    return api.thread("How high is Everest?")


def stamps(run: JSON) -> dict[str, Any]:
    """Return the times that stand in a run, but for those that always do."""
    return {name: run[name] for name in STAMPS if run[name] is not None}


def results(run: JSON) -> dict[str, Any]:
    """Return what stands in a run only in some of its states."""
    names = ("required_action", "last_error", "incomplete_details", "usage")
    return {name: run[name] for name in names if run[name] is not None}


def test_a_run_is_queued_at_first(api: Api, assistant: str, thread: str) -> None:
    before = int(time.time())
    run = api.start(thread, assistant, script=[[HOLD]], metadata={"a": "b"})
    assert run["status"] == "queued"
    assert before <= run["created_at"] <= time.time()
    assert run["expires_at"] - run["created_at"] in (600, 601)
    assert (stamps(run), results(run)) == ({}, {})
    assert (run["thread_id"], run["assistant_id"]) == (thread, assistant)
    assert run["metadata"] == {"a": "b"}
    api.cancel(run)


def test_run_is_in_progress_while_the_engine_works(
    api: Api, assistant: str, thread: str
) -> None:
    queued = api.start(thread, assistant, script=[["It is", HOLD]])
    run = api.wait(queued, "in_progress")
    assert stamps(run) == {"started_at": run["started_at"]}
    assert run["started_at"] >= run["created_at"]
    assert results(run) == {}
    assert run["expires_at"] == queued["expires_at"]
    api.cancel(run)


def test_run_completes(api: Api, assistant: str, thread: str) -> None:
    run = api.run(thread, assistant, script=[["It is ", "8849 m."]])
    assert run["status"] == "completed"
    assert [*stamps(run)] == ["started_at", "completed_at"]
    assert run["created_at"] <= run["started_at"] <= run["completed_at"]
    assert run["expires_at"] is None
    assert [*results(run)] == ["usage"]
    question, response = api.messages(thread)
    assert text_of(response) == "It is 8849 m."
    assert (response["role"], response["status"]) == ("assistant", "completed")
    assert (response["assistant_id"], response["run_id"]) == (assistant, run["id"])
    assert run["created_at"] <= response["created_at"] <= response["completed_at"]
    assert question["run_id"] is question["assistant_id"] is None
    (step,) = api.steps(run)
    assert (step["type"], step["status"]) == ("message_creation", "completed")
    assert step["step_details"]["message_creation"] == {"message_id": response["id"]}
    assert (step["run_id"], step["thread_id"]) == (run["id"], thread)


def test_a_run_that_says_nothing_completes(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[[]])
    assert (run["status"], api.steps(run), api.answers(run)) == ("completed", [], [])


def test_run_waits_for_outputs_and_continues(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[["Let me see.", CALL], ["8849 m"]])
    assert run["status"] == "requires_action"
    assert [*stamps(run)] == ["started_at"]
    assert [*results(run)] == ["required_action"]
    (call,) = calls_of(run)
    called = {"name": "height", "arguments": '{"of": "Everest"}'}
    assert call == {"id": call["id"], "type": "function", "function": called}
    said, asked = api.steps(run)
    assert (said["status"], asked["status"]) == ("completed", "in_progress")
    assert asked["usage"] is None
    (kept,) = asked["step_details"]["tool_calls"]
    assert kept == {**call, "function": {**called, "output": None}}

    queued = api.submit(run, "8849")
    assert queued["status"] == "queued"
    assert results(queued) == {}
    assert queued["started_at"] == run["started_at"]
    assert queued["expires_at"] == run["expires_at"]
    ended = api.wait(run)
    assert ended["status"] == "completed"
    assert ended["started_at"] == run["started_at"]
    assert api.answers(run) == ["Let me see.", "8849 m"]
    _, asked, said = api.steps(run)
    assert (asked["status"], said["type"]) == ("completed", "message_creation")
    (kept,) = asked["step_details"]["tool_calls"]
    assert kept["function"]["output"] == "8849"


def test_usage_is_the_sum_of_the_steps(api: Api, assistant: str, thread: str) -> None:
    script = [["Look: ", {"code": "1 + 1"}, CALL, CALL], [CALL], ["8849 m"]]
    run = api.run(thread, assistant, script=script)
    api.submit(run, "8849", "8849")
    run = api.wait(run)
    api.submit(run, "8849")
    run = api.wait(run)
    steps = api.steps(run)
    assert len(steps) == 5
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        assert run["usage"][name] == sum(step["usage"][name] for step in steps) > 0
    for usage in [run["usage"], *(step["usage"] for step in steps)]:
        both = usage["prompt_tokens"] + usage["completion_tokens"]
        assert usage["total_tokens"] == both


def test_the_prompt_counts_once_a_turn(api: Api, assistant: str) -> None:
    scripts: list[list[Any]] = [["One"], ["One", {"code": "1"}, "two", {"code": "2"}]]
    read = [
        api.run(api.thread("Hi"), assistant, script=[script])["usage"]["prompt_tokens"]
        for script in scripts
    ]
    assert read[0] == read[1] > 0


@pytest.mark.parametrize(
    "code", ["server_error", "rate_limit_exceeded", "invalid_prompt"]
)
def test_run_fails(api: Api, assistant: str, thread: str, code: str) -> None:
    fail = {"fail": "Out of order.", "code": code}
    run = api.run(thread, assistant, script=[["It", fail, " goes on"]])
    assert run["status"] == "failed"
    assert [*stamps(run)] == ["started_at", "failed_at"]
    assert run["expires_at"] is None
    assert [*results(run)] == ["last_error", "usage"]
    assert run["last_error"] == {"code": code, "message": "Out of order."}
    assert unfinished(api, run) == ("It", "run_failed")
    (step,) = api.steps(run)
    assert (step["status"], step["completed_at"]) == ("failed", None)
    assert step["failed_at"] >= step["created_at"]
    assert step["last_error"]["message"] == "Out of order."


def test_a_failure_without_words_before_it(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[[{"fail": "No."}]])
    assert (run["status"], api.steps(run), api.answers(run)) == ("failed", [], [])


def test_a_failure_after_a_call_ends_the_call_too(
    api: Api, assistant: str, thread: str
) -> None:
    run = api.run(thread, assistant, script=[[CALL, {"fail": "No."}]])
    assert (run["status"], run["required_action"]) == ("failed", None)
    (step,) = api.steps(run)
    assert (step["type"], step["status"]) == ("tool_calls", "failed")


@pytest.mark.parametrize("reason", ["max_completion_tokens", "max_prompt_tokens"])
def test_run_ends_incomplete(
    api: Api, assistant: str, thread: str, reason: str
) -> None:
    run = api.run(thread, assistant, script=[["It", {"incomplete": reason}]])
    assert run["status"] == "incomplete"
    assert [*stamps(run)] == ["started_at"]
    assert run["expires_at"] is None
    assert [*results(run)] == ["incomplete_details", "usage"]
    assert run["incomplete_details"] == {"reason": reason}
    assert unfinished(api, run) == ("It", "max_tokens")
    (step,) = api.steps(run)
    assert step["status"] == "completed"


def test_clients_are_told_when_to_poll_again() -> None:
    with (
        LocalServer(poll_after=1234) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        api = Api(http)
        body = {"assistant_id": api.assistant(tools=TOOLS)}
        script = {"X-Local-Script": '[[{"call": "height"}], ["8849 m"]]'}
        response = http.post("/threads/runs", json=body, headers=script)
        assert response.headers["openai-poll-after-ms"] == "1234"
        run = api.wait(response.json())
        going_on = http.get(path_of(run))
        modified = http.post(path_of(run), json={"metadata": {}})
        outputs = {"tool_outputs": outputs_for(run, "1")}
        submitted = http.post(f"{path_of(run)}/submit_tool_outputs", json=outputs)
        for each in (going_on, modified, submitted):
            assert each.headers["openai-poll-after-ms"] == "1234"
        api.wait(run)
        assert "openai-poll-after-ms" not in http.get(path_of(run)).headers


def unfinished(api: Api, run: JSON) -> tuple[str, str]:
    """Return the text and the reason of the message that a run left unfinished."""
    (message,) = api.messages(run["thread_id"], run_id=run["id"])
    assert (message["status"], message["completed_at"]) == ("incomplete", None)
    assert message["incomplete_at"] >= message["created_at"]
    return text_of(message), message["incomplete_details"]["reason"]
