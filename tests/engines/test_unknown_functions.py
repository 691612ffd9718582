"""Functions that a model calls and its run doesn't have."""

from __future__ import annotations

from typing import Any

import pytest

from assistants_server.engines import ChatEngine, ResponsesEngine
from assistants_server.engines.turn_events import FileSearch, Usage
from harness.scripted_server import Response
from tests.cases import each_case
from tests.engines.asking import ANSWER, QUICK, ask
from tests.engines.test_runs import begin, poll, served
from tests.engines.test_searching import ASKED, CALLED, FOUND, after, searching
from tests.engines.turns import function, outputs_of, told, turn
from tests.engines.upstreams import chat, chat_calls, upstream
from tests.server.openai_clients import IGNORED

JSON = dict[str, Any]
UNKNOWN = ("u1", "multi_tool_use.parallel", '{"tool_uses": []}')
TOLD = "There is no function multi_tool_use.parallel. There are: multiply."


def test_the_model_is_told_and_asked_again() -> None:
    with upstream(chat_calls(UNKNOWN), chat()) as server:
        assert ask(server, turn(tools=[function("multiply")])) == ANSWER
        called, output = server.requests[1].json()["messages"][-2:]
    assert called["tool_calls"][0]["function"]["name"] == UNKNOWN[1]
    assert output == {"role": "tool", "tool_call_id": "u1", "content": TOLD}


def test_the_same_in_responses() -> None:
    call: JSON = {"type": "function_call", "id": "f", "call_id": "u1"}
    call |= {"name": UNKNOWN[1], "arguments": "{}"}
    whole: JSON = {"object": "response", "status": "completed", "output": [call]}
    replies = Response.of(whole), Response.of({**whole, "output": []})
    with upstream(*replies) as server:
        engine = ResponsesEngine(server.url, **QUICK)
        assert outputs_of(engine, turn(tools=[function("multiply")])) == []
        *_, sent, output = server.requests[1].json()["input"]
    assert sent == call
    assert (output["call_id"], output["output"]) == ("u1", TOLD)


@each_case("calls", [(UNKNOWN, CALLED, ASKED), (CALLED, UNKNOWN, ASKED)])
def test_the_client_is_asked_for_the_others(calls: Any) -> None:
    """Outputs of all calls go back together, whichever came first."""
    with upstream(chat_calls(*calls), chat()) as server:
        engine = ChatEngine(server.url, **QUICK)
        *_, call, state = [
            each
            for each in told(outputs_of(engine, searching(), [FOUND]))
            if not isinstance(each, FileSearch)
        ]
        assert call == [*CALLED]
        found = told(outputs_of(engine, after(CALLED, state), [FOUND]))
        assert found[-2:] == ["42", Usage(7, 2)]
        sent = server.requests[1].json()["messages"]
    (asked,) = [each for each in sent if each.get("tool_calls")]
    outputs = {e["tool_call_id"]: e["content"] for e in sent if e["role"] == "tool"}
    names = {c["id"]: c["function"]["name"] for c in asked["tool_calls"]}
    assert names == {each[0]: each[1] for each in calls}
    assert outputs["u1"].startswith("There is no function multi_tool_use.parallel.")
    assert "It is 42." in outputs["s1"]
    assert outputs["c1"] == "42"


@pytest.mark.filterwarnings(IGNORED)
def test_a_run_that_only_searches_asks_for_no_outputs() -> None:
    with upstream(chat_calls(UNKNOWN), chat()) as up, served(up) as client:
        store = client.vector_stores.create()
        given = begin(
            client,
            tools=[{"type": "file_search"}],
            tool_resources={"file_search": {"vector_store_ids": [store.id]}},
        )
        run = poll(client, **given)
        steps = client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id)
        kinds = [each.type for each in steps]
    assert (run.status, kinds) == ("completed", ["message_creation"])


def test_without_any_function_all_are_the_clients() -> None:
    """Then nothing is known of what it can do."""
    with upstream(chat_calls(UNKNOWN)) as server:
        assert ask(server)[0] == [*UNKNOWN]
