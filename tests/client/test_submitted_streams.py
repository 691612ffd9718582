"""Outputs that a handler submits as a stream, with a handler of its own."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest

import assistants_client
from assistants_server import LocalServer
from tests.client.tool_runs import declared, engine, thread_for


class Performing:
    """Callbacks that note what they hear, and the calls that are to be performed."""

    run_id = ""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.calls: list[Any] = []

    def on_event(self, event: Any) -> None:
        if event.event == "thread.run.requires_action":
            self.run_id = event.data.id

    def on_run_step_created(self, run_step: Any) -> None:
        self.heard.append(f"step of {run_step.type}")

    def on_run_step_done(self, run_step: Any) -> None:
        self.heard.append(f"{run_step.type} done")

    def on_tool_call_created(self, tool_call: Any) -> None:
        self.heard.append(f"call of {tool_call.function.name}")

    def on_tool_call_done(self, tool_call: Any) -> None:
        self.heard.append(f"performed {tool_call.function.arguments}")
        self.calls.append(tool_call)


def followed(library: Any, client: Any) -> list[list[str]]:
    """Have a handler perform a call where it is done; return what each one heard."""
    kind: Any = type("Handler", (Performing, library.AssistantEventHandler), {})
    assistant = client.beta.assistants.create(model="m", tools=declared(["add"]))
    thread = client.beta.threads.create(
        **thread_for([("add", {"a": 1})], [("add", {"a": 5})])
    )
    runs, handler = client.beta.threads.runs, kind()
    heard = [handler.heard]
    with runs.stream(
        thread_id=thread.id, assistant_id=assistant.id, event_handler=handler
    ) as stream:
        stream.until_done()
    while handler.calls:
        before, handler = handler, kind()
        heard.append(handler.heard)
        with runs.submit_tool_outputs_stream(
            run_id=before.run_id,
            thread_id=thread.id,
            tool_outputs=[
                {"tool_call_id": each.id, "output": "1"} for each in before.calls
            ],
            event_handler=handler,
        ) as stream:
            stream.until_done()
    return heard


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_call_is_announced_to_one_handler_alone() -> None:
    with LocalServer(engine=engine) as server:
        settings: Any = {"base_url": server.url, "api_key": "none"}
        with openai.OpenAI(**settings) as client:
            theirs = followed(openai, client)
        with assistants_client.Client(**settings) as own:
            ours = followed(assistants_client, own)
    assert ours == theirs
    assert ours == [
        [
            *("step of tool_calls", "call of add"),
            f"performed {json.dumps({'a': 1})}",
        ],
        [
            *("tool_calls done", "step of tool_calls", "call of add"),
            f"performed {json.dumps({'a': 5})}",
        ],
        ["tool_calls done", "step of message_creation", "message_creation done"],
    ]
