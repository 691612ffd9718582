"""Runs that are cancelled or expire, wherever they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

from assistants_server import LocalServer
from tests.server.api import (
    JSON,
    TIMEOUT,
    Api,
    Gate,
    function,
    outputs_for,
    path_of,
    text_of,
    until,
)
from tests.server.inside import let_pass

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistants_server import Engine

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


def test_queued_run_is_cancelled(assistant: str) -> None:
    with (
        LocalServer(pace=3600) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        api = Api(http)
        run = api.start(api.thread(), api.assistant())
        cancelling = api.cancel(run)
        assert cancelling["status"] == "cancelling"
        run = api.wait(run)
        assert run["status"] == "cancelled"
        assert [*stamps(run)] == ["cancelled_at"]
        assert api.steps(run) == []


def test_writing_run_is_cancelled(
    api: Api,
    assistant: str,
    thread: str,
    use_engine: Callable[[Engine], None],
) -> None:
    gate = Gate("It is", after=(" high.",))
    use_engine(gate)
    run = api.start(thread, assistant)
    assert gate.reached.wait(TIMEOUT)
    cancelling = api.cancel(run)
    assert (cancelling["status"], cancelling["cancelled_at"]) == ("cancelling", None)
    run = api.wait(run)
    gate.open()
    assert run["status"] == "cancelled"
    assert [*stamps(run)] == ["started_at", "cancelled_at"]
    assert run["expires_at"] is None
    assert [*results(run)] == ["usage"]
    assert unfinished(api, run) == ("It is", "run_cancelled")
    (step,) = api.steps(run)
    assert step["status"] == "cancelled"
    assert step["cancelled_at"] >= step["created_at"]


def test_waiting_run_is_cancelled(api: Api, assistant: str, thread: str) -> None:
    run = api.run(thread, assistant, script=[[CALL]])
    cancelling = api.cancel(run)
    assert (cancelling["status"], results(cancelling)) == ("cancelling", {})
    ended = api.wait(run)
    assert (ended["status"], ended["required_action"]) == ("cancelled", None)
    (step,) = api.steps(run)
    assert step["status"] == "cancelled"
    assert step["usage"] == ended["usage"]
    late = {"tool_outputs": outputs_for(run, "8849")}
    path = f"{path_of(run)}/submit_tool_outputs"
    error = api.post(path, late, status=400)["error"]
    assert "cancelled" in error["message"]


def test_run_expires(hasty: tuple[LocalServer, Api]) -> None:
    server, api = hasty
    assistant = api.assistant(tools=TOOLS)
    scripts = [[["It is", HOLD]], [[CALL]], [[HOLD]], [[CALL], [HOLD]]]
    begun = [api.start(api.thread(), assistant, script=each) for each in scripts]
    until(lambda: api.steps(begun[0]), "a message")
    api.wait(begun[1], "requires_action")
    # Outputs don't prolong a run.
    api.submit(api.wait(begun[3], "requires_action"), "8849")
    for run in begun[2:]:
        api.wait(run, "in_progress")
    let_pass(server, 10)
    ended = [api.wait(run, "expired") for run in begun]
    for run in ended:
        assert [*stamps(run)] == ["started_at"]
        assert [*results(run)] == ["usage"]
        assert run["expires_at"] is None
    writing, calling, silent, _ = ended
    assert unfinished(api, writing) == ("It is", "run_expired")
    for run in (writing, calling):
        (step,) = api.steps(run)
        assert step["status"] == "expired"
        assert step["expired_at"] >= step["created_at"]
    assert api.steps(silent) == []
    late = {"tool_outputs": [{"tool_call_id": "call_1", "output": ""}]}
    error = api.post(f"{path_of(calling)}/submit_tool_outputs", late, status=400)
    assert "expired" in error["error"]["message"]
    # Its thread is free again.
    again = api.run(calling["thread_id"], assistant, script=[["8849 m"]])
    assert again["status"] == "completed"


def test_a_run_that_may_take_no_time_expires_before_it_begins() -> None:
    with (
        LocalServer(expires_after=0) as server,
        httpx.Client(base_url=server.url, timeout=TIMEOUT) as http,
    ):
        api = Api(http)
        run = api.run(api.thread("Hi"), api.assistant())
        assert run["status"] == "expired"
        assert api.steps(run) == []


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        (["It is"], "completed"),
        ([{"fail": "No."}], "failed"),
        ([{"incomplete": "max_prompt_tokens"}], "incomplete"),
    ],
)
def test_what_has_ended_cannot_be_cancelled(
    api: Api, assistant: str, thread: str, script: list[Any], ending: str
) -> None:
    run = api.run(thread, assistant, script=[script])
    error = api.cancel(run, status=400)["error"]
    assert error["message"] == f"Cannot cancel run with status '{ending}'."
    assert api.again(run) == run
    cancelled = api.start(thread, assistant, script=[[HOLD]])
    api.cancel(cancelled)
    cancelled = api.wait(cancelled)
    assert "cancelled" in api.cancel(cancelled, status=400)["error"]["message"]


def unfinished(api: Api, run: JSON) -> tuple[str, str]:
    """Return the text and the reason of the message that a run left unfinished."""
    (message,) = api.messages(run["thread_id"], run_id=run["id"])
    assert (message["status"], message["completed_at"]) == ("incomplete", None)
    assert message["incomplete_at"] >= message["created_at"]
    return text_of(message), message["incomplete_details"]["reason"]
