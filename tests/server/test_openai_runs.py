"""The `openai` package lets runs go on the server, by polling."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistants_server import LocalServer
from tests.server.conformance import deviations
from tests.server.openai_clients import (
    HEIGHT,
    HELLO,
    IGNORED,
    WEATHER,
    client_of,
    data_of,
    script,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI
    from openai.types.beta.threads import Run

pytestmark = pytest.mark.filterwarnings(IGNORED)
FOUND: Any = {
    "file_id": "file-1",
    "file_name": "a.txt",
    "score": 0.5,
    "content": [{"type": "text", "text": "of the file"}],
}
INCLUDE: Any = ["step_details.tool_calls[*].file_search.results[*].content"]


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with LocalServer(poll_after=1) as server, client_of(server) as client:
        yield client


@pytest.fixture(scope="module")
def assistant(client: OpenAI) -> str:
    return client.beta.assistants.create(
        model="m", instructions="Be brief.", tools=[WEATHER], temperature=0.5
    ).id


@pytest.fixture
def thread(client: OpenAI) -> str:
    return client.beta.threads.create(messages=[HELLO]).id


def test_a_run_completes(client: OpenAI, assistant: str, thread: str) -> None:
    run = client.beta.threads.runs.create_and_poll(
        assistant_id=assistant, thread_id=thread, tool_choice="none"
    )
    data = data_of(run, "RunObject")
    assert run.status == "completed"
    assert data["created_at"] <= data["started_at"] <= data["completed_at"]
    assert (run.required_action, run.last_error, run.expires_at) == (None, None, None)
    assert run.usage
    assert run.usage.total_tokens == (
        run.usage.prompt_tokens + run.usage.completion_tokens
    )
    newest, question = client.beta.threads.messages.list(thread)
    assert (newest.role, question.role) == ("assistant", "user")
    assert text_of(newest) == "You said: Hello you"


def test_a_run_begins_queued(client: OpenAI, assistant: str, thread: str) -> None:
    run = client.beta.threads.runs.create(thread, assistant_id=assistant)
    assert data_of(run, "RunObject")["status"] == "queued"
    assert (run.started_at, run.completed_at, run.usage) == (None, None, None)
    assert run.expires_at
    assert run.expires_at > run.created_at


def test_a_run_has_what_its_assistant_has(
    client: OpenAI, assistant: str, thread: str
) -> None:
    run = data_of(
        client.beta.threads.runs.create(thread, assistant_id=assistant), "RunObject"
    )
    assert run["model"] == "m"
    assert run["instructions"] == "Be brief."
    assert run["tools"] == [WEATHER]
    assert run["temperature"] == 0.5


def test_a_run_can_have_things_of_its_own(
    client: OpenAI, assistant: str, thread: str
) -> None:
    own: dict[str, Any] = {
        "model": "other",
        "instructions": "Be long.",
        "tools": [HEIGHT],
        "metadata": {"a": "b"},
        "temperature": 1.5,
        "top_p": 0.5,
        "max_prompt_tokens": 1000,
        "max_completion_tokens": 2000,
        "truncation_strategy": {"type": "last_messages", "last_messages": 5},
        "tool_choice": {"type": "function", "function": {"name": "height"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_object"},
        "reasoning_effort": "high",
    }
    made = client.beta.threads.runs.create(thread, assistant_id=assistant, **own)
    run = data_of(made, "RunObject")
    assert {name: run[name] for name in own} == own


def test_a_run_can_bring_messages_and_instructions(
    client: OpenAI, assistant: str, thread: str
) -> None:
    run = client.beta.threads.runs.create_and_poll(
        assistant_id=assistant,
        thread_id=thread,
        additional_instructions="In verse.",
        additional_messages=[{"role": "user", "content": "And now?"}],
        tool_choice="none",
    )
    assert run.instructions == "Be brief.\n\nIn verse."
    texts = [text_of(each) for each in client.beta.threads.messages.list(thread)]
    assert texts == ["You said: And now?", "And now?", "Hello you"]


def test_a_thread_and_a_run_in_one_request(client: OpenAI, assistant: str) -> None:
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant,
        thread={"messages": [HELLO], "metadata": {"a": "b"}},
        tool_choice="none",
        metadata={"c": "d"},
    )
    assert data_of(run, "RunObject")["status"] == "completed"
    assert run.metadata == {"c": "d"}
    assert client.beta.threads.retrieve(run.thread_id).metadata == {"a": "b"}


def waiting(client: OpenAI, assistant: str, **options: Any) -> Run:
    """Return a run that waits for the outputs of functions."""
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant, thread={"messages": [HELLO]}, **options
    )
    assert data_of(run, "RunObject")["status"] == "requires_action"
    return run


def calls_of(run: Run) -> list[Any]:
    assert run.required_action
    return run.required_action.submit_tool_outputs.tool_calls


def test_a_run_asks_for_functions_and_goes_on(client: OpenAI, assistant: str) -> None:
    run = waiting(client, assistant, tools=[WEATHER, HEIGHT])
    weather, height = calls_of(run)
    assert (weather.function.name, height.function.name) == ("weather", "height")
    arguments = json.loads(weather.function.arguments)
    assert list(arguments) == ["place"]
    assert len(arguments["place"]) > 0
    assert json.loads(height.function.arguments) == {}

    ended = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id,
        thread_id=run.thread_id,
        tool_outputs=[
            {"tool_call_id": height.id, "output": "3 m"},
            {"tool_call_id": weather.id, "output": "sunny"},
        ],
    )
    assert data_of(ended, "RunObject")["status"] == "completed"
    assert ended.required_action is None
    answer = client.beta.threads.messages.list(run.thread_id).data[0]
    assert "weather: sunny; height: 3 m" in text_of(answer)


def test_functions_are_asked_for_one_by_one(client: OpenAI, assistant: str) -> None:
    run = waiting(client, assistant, tools=[WEATHER, HEIGHT], parallel_tool_calls=False)
    names: list[str] = []
    while run.status == "requires_action":
        assert len(names) < 2
        (call,) = calls_of(run)
        names.append(call.function.name)
        run = client.beta.threads.runs.submit_tool_outputs_and_poll(
            run_id=run.id,
            thread_id=run.thread_id,
            tool_outputs=[{"tool_call_id": call.id, "output": "x"}],
        )
    assert (run.status, names) == ("completed", ["weather", "height"])


def test_outputs_are_taken_without_waiting(client: OpenAI, assistant: str) -> None:
    run = waiting(client, assistant)
    (call,) = calls_of(run)
    taken = client.beta.threads.runs.submit_tool_outputs(
        run.id,
        thread_id=run.thread_id,
        tool_outputs=[{"tool_call_id": call.id, "output": "x"}],
    )
    data = data_of(taken, "RunObject")
    assert (data["status"], data["required_action"]) == ("queued", None)


@pytest.mark.parametrize("tools", [[WEATHER], []], ids=["waiting", "working"])
def test_a_run_is_cancelled(client: OpenAI, assistant: str, tools: list[Any]) -> None:
    threads = client.beta.threads
    if tools:
        run = waiting(client, assistant, tools=tools)
    else:
        run = threads.create_and_run(
            assistant_id=assistant, extra_headers=script([{"wait": 600}])
        )
    cancelled = threads.runs.cancel(run.id, thread_id=run.thread_id)
    assert data_of(cancelled, "RunObject")["status"] == "cancelling"
    ended = data_of(threads.runs.poll(run.id, thread_id=run.thread_id), "RunObject")
    assert ended["status"] == "cancelled"
    assert ended["cancelled_at"] >= ended["created_at"]
    assert ended["required_action"] is None
    # The thread is free again.
    threads.messages.create(run.thread_id, role="user", content="x")


ENDINGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "failed": (
        {"fail": "No more", "code": "rate_limit_exceeded"},
        {"last_error": {"code": "rate_limit_exceeded", "message": "No more"}},
    ),
    "incomplete": (
        {"incomplete": "max_prompt_tokens"},
        {"incomplete_details": {"reason": "max_prompt_tokens"}},
    ),
}


@pytest.mark.parametrize("status", ENDINGS)
def test_a_run_ends_otherwise(client: OpenAI, assistant: str, status: str) -> None:
    ending, expected = ENDINGS[status]
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant, extra_headers=script([ending])
    )
    data = data_of(run, "RunObject")
    assert (data["status"], data["completed_at"]) == (status, None)
    assert {name: data[name] for name in expected} == expected


def test_a_run_expires() -> None:
    with LocalServer(poll_after=1, expires_after=0.05) as server:
        with client_of(server) as client:
            assistant = client.beta.assistants.create(model="m", tools=[WEATHER]).id
            run = client.beta.threads.create_and_run(
                assistant_id=assistant, thread={"messages": [HELLO]}
            )
            # `poll` would give the run while it requires action, too.
            for _ in range(5000):
                run = client.beta.threads.runs.retrieve(run.id, thread_id=run.thread_id)
                if run.status not in ("queued", "in_progress", "requires_action"):
                    break
        assert data_of(run, "RunObject")["status"] == "expired"


def test_a_run_keeps_within_its_tokens(client: OpenAI, assistant: str) -> None:
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant,
        max_completion_tokens=256,
        extra_headers=script(["word " * 100] * 100),
    )
    assert data_of(run, "RunObject")["incomplete_details"] == {
        "reason": "max_completion_tokens"
    }
    (message,) = client.beta.threads.messages.list(run.thread_id)
    assert (message.status, message.completed_at) == ("incomplete", None)
    assert data_of(message, "MessageObject")["incomplete_at"] is not None


def test_an_answer_has_the_form_that_was_asked_for(
    client: OpenAI, assistant: str
) -> None:
    schema = {
        "type": "object",
        "properties": {"size": {"type": "integer", "minimum": 7}},
        "required": ["size"],
        "additionalProperties": False,
    }
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant,
        tool_choice="none",
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "size", "schema": schema, "strict": True},
        },
    )
    (message,) = client.beta.threads.messages.list(run.thread_id)
    answer = json.loads(text_of(message))
    assert list(answer) == ["size"]
    assert answer["size"] >= 7


def test_a_run_s_metadata_can_be_changed_at_any_time(
    client: OpenAI, assistant: str
) -> None:
    run = waiting(client, assistant)
    runs = client.beta.threads.runs
    changed = runs.update(run.id, thread_id=run.thread_id, metadata={"a": "b"})
    assert changed == run.model_copy(update={"metadata": {"a": "b"}})
    runs.cancel(run.id, thread_id=run.thread_id)
    ended = runs.poll(run.id, thread_id=run.thread_id)
    assert ended.metadata == {"a": "b"}


def test_a_run_s_steps(client: OpenAI, assistant: str) -> None:
    threads = client.beta.threads
    turn = [{"code": "print(1)", "logs": "1", "images": ["file-2"]}, "One."]
    run = threads.create_and_run_poll(
        assistant_id=assistant, extra_headers=script(turn)
    )
    steps = list(threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc"))
    code, message = (data_of(step, "RunStepObject") for step in steps)
    (call,) = code["step_details"]["tool_calls"]
    assert call["code_interpreter"] == {
        "input": "print(1)",
        "outputs": [
            {"type": "logs", "logs": "1"},
            {"type": "image", "image": {"file_id": "file-2"}},
        ],
    }
    (answer,) = threads.messages.list(run.thread_id)
    assert message["step_details"]["message_creation"] == {"message_id": answer.id}
    assert run.usage
    assert run.usage.total_tokens == sum(
        step.usage.total_tokens for step in steps if step.usage
    )
    for step in steps:
        assert step.status == "completed"
        assert step == threads.runs.steps.retrieve(
            step.id, run_id=run.id, thread_id=run.thread_id
        )


def test_what_a_search_found_comes_on_demand(client: OpenAI, assistant: str) -> None:
    runs = client.beta.threads.runs
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant, extra_headers=script([{"search": [FOUND]}])
    )
    ids: Any = {"thread_id": run.thread_id}
    found: dict[str, Any] = {}
    for include in (None, INCLUDE):
        query: Any = {"include": include} if include else {}
        (listed,) = runs.steps.list(run.id, **query, **ids)
        read = runs.steps.retrieve(listed.id, run_id=run.id, **query, **ids)
        assert read == listed
        data = data_of(read, "RunStepObject")
        (call,) = data["step_details"]["tool_calls"]
        (found,) = call["file_search"]["results"]
        assert ("content" in found) == bool(include)
    assert found == FOUND


def test_a_list_of_runs(client: OpenAI, assistant: str, thread: str) -> None:
    runs = client.beta.threads.runs
    made = [
        runs.create_and_poll(
            assistant_id=assistant, thread_id=thread, extra_headers=script([ending])
        )
        for ending in ("x", {"fail": "No"}, {"call": "height"})
    ]
    found = list(runs.list(thread))
    assert found == made[::-1]
    assert [run.status for run in found] == ["requires_action", "failed", "completed"]
    assert all(deviations(run.to_dict(mode="json"), "RunObject") == [] for run in found)
