"""The `openai` package follows runs of the server as streams, with its callbacks."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from openai import AssistantEventHandler

from assistants_server import LocalServer
from tests.server.openai_clients import (
    HEIGHT,
    HELLO,
    IGNORED,
    WEATHER,
    Log,
    client_of,
    data_of,
    names,
    script,
    text_of,
)
from tests.server.streams import BEGINNING, CALLING, WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI
    from openai.types.beta import AssistantStreamEvent

pytestmark = pytest.mark.filterwarnings(IGNORED)
CITATION: Any = {
    "type": "file_citation",
    "text": "[1]",
    "file_citation": {"file_id": "file-1"},
    "start_index": 4,
    "end_index": 7,
}


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with LocalServer(poll_after=1) as server, client_of(server) as client:
        yield client


@pytest.fixture(scope="module")
def assistant(client: OpenAI) -> str:
    return client.beta.assistants.create(model="m", instructions="Be brief.").id


@pytest.fixture
def thread(client: OpenAI) -> str:
    return client.beta.threads.create(messages=[HELLO]).id


def test_events_come_in_the_order_of_the_api(
    client: OpenAI, assistant: str, thread: str
) -> None:
    events = client.beta.threads.runs.create(
        thread, assistant_id=assistant, stream=True
    )
    assert names(events) == [*BEGINNING, *WRITTEN, "thread.run.completed"]


def test_a_new_thread_is_the_first_event(client: OpenAI, assistant: str) -> None:
    events = client.beta.threads.create_and_run(
        assistant_id=assistant, thread={"messages": [HELLO]}, stream=True
    )
    assert names(events) == [
        "thread.created",
        *BEGINNING,
        *WRITTEN,
        "thread.run.completed",
    ]


def test_a_stream_goes_on_after_the_functions(
    client: OpenAI, assistant: str, thread: str
) -> None:
    """Begin a run, submit the outputs, and take both answers as streams."""
    runs = client.beta.threads.runs
    events = list(
        runs.create(thread, assistant_id=assistant, tools=[HEIGHT], stream=True)
    )
    assert names(events) == [*BEGINNING, *CALLING, "thread.run.requires_action"]
    last = events[-1]
    assert last.event == "thread.run.requires_action"
    assert last.data.required_action
    (call,) = last.data.required_action.submit_tool_outputs.tool_calls
    more = runs.submit_tool_outputs(
        last.data.id,
        thread_id=thread,
        tool_outputs=[{"tool_call_id": call.id, "output": "3 m"}],
        stream=True,
    )
    assert names(more) == [
        "thread.run.step.completed",
        *BEGINNING[1:],
        *WRITTEN,
        "thread.run.completed",
    ]


def test_the_pieces_make_up_the_text(
    client: OpenAI, assistant: str, thread: str
) -> None:
    with client.beta.threads.runs.stream(
        thread_id=thread,
        assistant_id=assistant,
        extra_headers=script(["One, ", "two,\u2028", "\U0001f438 three"]),
    ) as stream:
        pieces = list(stream.text_deltas)
    assert pieces == ["One, ", "two,\u2028", "\U0001f438 three"]
    assert text_of(stream.get_final_messages()[0]) == "".join(pieces)


def test_what_was_streamed_is_what_is_kept(
    client: OpenAI, assistant: str, thread: str
) -> None:
    """Compare what the package put together of the pieces with what it reads later."""
    turn = [
        {"code": "print('a long line of code')", "logs": "a", "images": ["file-2"]},
        "See ",
        {"text": "[1]", "annotations": [CITATION]},
        {"image": "file-2"},
        "Done.",
        {"call": "weather", "arguments": {"place": "A place with a long name"}},
        {"call": "height"},
    ]
    runs = client.beta.threads.runs
    with runs.stream(
        thread_id=thread, assistant_id=assistant, extra_headers=script(turn)
    ) as stream:
        stream.until_done()
    run = stream.get_final_run()
    assert run.status == "requires_action"
    assert runs.retrieve(run.id, thread_id=thread) == run
    assert stream.current_run == run

    (message,) = stream.get_final_messages()
    assert client.beta.threads.messages.list(thread, run_id=run.id).data == [message]
    kinds = [part["type"] for part in data_of(message, "MessageObject")["content"]]
    assert kinds == ["text", "image_file", "text"]

    put_together = [
        _without_index(step.step_details.to_dict(mode="json"))
        for step in stream.get_final_run_steps()
    ]
    kept = runs.steps.list(run.id, thread_id=thread, order="asc")
    assert put_together == [step.step_details.to_dict(mode="json") for step in kept]


def _without_index(node: Any) -> Any:
    """Leave the numbers out that the package keeps of the pieces."""
    if isinstance(node, list):
        return [_without_index(each) for each in node]
    if isinstance(node, dict):
        return {k: _without_index(v) for k, v in node.items() if k != "index"}
    return node


def test_the_callbacks_for_a_message(
    client: OpenAI, assistant: str, thread: str
) -> None:
    turn = ["One ", "two", {"image": "file-2"}, "three"]
    with client.beta.threads.runs.stream(
        thread_id=thread,
        assistant_id=assistant,
        extra_headers=script(turn),
        event_handler=Log(),
    ) as log:
        log.until_done()
    text = ["on_text_created", "on_text_delta"]
    assert log.without_events == [
        "on_run_step_created",
        "on_message_created",
        *text,
        "on_message_delta",
        "on_text_delta",
        "on_message_delta",
        # Of the image, whose end is told when the next part begins.
        "on_text_done",
        "on_message_delta",
        *text,
        "on_image_file_done",
        "on_message_delta",
        "on_text_done",
        "on_message_done",
        "on_run_step_done",
        "on_end",
    ]


def test_the_callbacks_for_functions(
    client: OpenAI, assistant: str, thread: str
) -> None:
    calls = [{"call": "height", "arguments": {"of": name}} for name in "ab"]
    with client.beta.threads.runs.stream(
        thread_id=thread,
        assistant_id=assistant,
        extra_headers=script(calls),
        event_handler=Log(),
    ) as log:
        log.until_done()
    call = ["on_tool_call_created", "on_run_step_delta"]
    grown = ["on_tool_call_delta", "on_run_step_delta"]
    assert log.without_events == [
        "on_run_step_created",
        *call,
        *grown,
        "on_tool_call_done",
        *call,
        *grown,
        "on_tool_call_done",
        "on_end",
    ]


class Surveyor(AssistantEventHandler):
    """Submit outputs from within a callback, as the package's own examples do."""

    def __init__(self, client: OpenAI, texts: list[str]) -> None:
        super().__init__()
        self._client = client
        self._texts = texts

    def on_event(self, event: AssistantStreamEvent) -> None:
        if event.event != "thread.run.requires_action":
            return
        assert event.data.required_action
        calls = event.data.required_action.submit_tool_outputs.tool_calls
        with self._client.beta.threads.runs.submit_tool_outputs_stream(
            run_id=event.data.id,
            thread_id=event.data.thread_id,
            tool_outputs=[
                {"tool_call_id": call.id, "output": f"{call.function.name} is 3"}
                for call in calls
            ],
            event_handler=Surveyor(self._client, self._texts),
        ) as stream:
            self._texts.extend(stream.text_deltas)


def test_functions_are_called_from_a_callback(client: OpenAI, assistant: str) -> None:
    """Call twice in turn; each answer is a stream inside of the one before."""
    texts: list[str] = []
    with client.beta.threads.create_and_run_stream(
        assistant_id=assistant,
        thread={"messages": [HELLO]},
        tools=[WEATHER, HEIGHT],
        parallel_tool_calls=False,
        event_handler=Surveyor(client, texts),
    ) as stream:
        stream.until_done()
    said = "The functions gave: weather: weather is 3; height: height is 3"
    assert "".join(texts) == f"You said: Hello you {said}"
