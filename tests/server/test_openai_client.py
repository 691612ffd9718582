"""The `openai` package uses the server: objects, errors and raw answers."""

# mypy: disable-error-code="deprecated"

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import openai
import pytest

from assistants_server import LocalServer
from tests.server.conformance import deviations, judge_stream
from tests.server.openai_clients import (
    HELLO,
    IGNORED,
    KEY,
    WEATHER,
    client_of,
    data_of,
    script,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import OpenAI

pytestmark = pytest.mark.filterwarnings(IGNORED)
SETTINGS: dict[str, Any] = {
    "model": "gpt-4o",
    "name": "Weather frog",
    "description": "Sits on its ladder",
    "instructions": "Be brief.",
    "tools": [{"type": "code_interpreter"}, {"type": "file_search"}, WEATHER],
    "tool_resources": {
        "code_interpreter": {"file_ids": ["FILE"]},
        "file_search": {"vector_store_ids": ["vs_1"]},
    },
    "metadata": {"colour": "green", "ähnlich": "\u2028"},
    "temperature": 0.5,
    "top_p": 0.25,
    "response_format": {"type": "json_schema", "json_schema": {"name": "answer"}},
    "reasoning_effort": "low",
}
PARTS: Any = [
    {"type": "text", "text": "What is this?"},
    {"type": "image_file", "image_file": {"file_id": "FILE", "detail": "low"}},
    {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
]


@pytest.fixture(scope="module")
def server() -> Iterator[LocalServer]:
    with LocalServer(poll_after=1) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: LocalServer) -> Iterator[OpenAI]:
    with client_of(server) as client:
        yield client


@pytest.fixture(scope="module")
def file(client: OpenAI) -> str:
    made = client.files.create(file=("a.txt", b"text"), purpose="assistants")
    return made.id


def with_file(value: Any, file: str) -> Any:
    """Return what a request has, with the id of a file."""
    return json.loads(json.dumps(value).replace("FILE", file))


def test_an_assistant_is_kept_as_it_was_made(client: OpenAI, file: str) -> None:
    assistants, settings = client.beta.assistants, with_file(SETTINGS, file)
    made = data_of(assistants.create(**settings), "AssistantObject")
    assert {name: made[name] for name in settings} == settings
    assert made["id"].startswith("asst_")
    assert data_of(assistants.retrieve(made["id"]), "AssistantObject") == made


def test_an_assistant_is_changed_where_asked_and_nowhere_else(
    client: OpenAI, file: str
) -> None:
    assistants = client.beta.assistants
    made = assistants.create(**with_file(SETTINGS, file))
    changes: Any = {"name": "Toad", "metadata": {"colour": "brown"}, "tools": []}
    changed = data_of(assistants.update(made.id, **changes), "AssistantObject")
    assert changed == {**made.to_dict(mode="json"), **changes}
    assert assistants.retrieve(made.id).to_dict(mode="json") == changed


def test_a_deleted_assistant_is_gone(client: OpenAI) -> None:
    assistants = client.beta.assistants
    made = assistants.create(model="m").id
    receipt = data_of(assistants.delete(made), "DeleteAssistantResponse")
    assert receipt == {"id": made, "object": "assistant.deleted", "deleted": True}
    assert made not in [each.id for each in assistants.list(limit=100)]
    with pytest.raises(openai.NotFoundError):
        assistants.delete(made)


def test_a_thread_is_made_changed_and_deleted(client: OpenAI, file: str) -> None:
    threads = client.beta.threads
    resources: Any = {"code_interpreter": {"file_ids": [file]}}
    made = threads.create(messages=[HELLO], tool_resources=resources)
    thread = data_of(made, "ThreadObject")
    assert thread["id"].startswith("thread_")
    assert (thread["tool_resources"], thread["metadata"]) == (resources, {})
    assert [text_of(each) for each in threads.messages.list(made.id)] == ["Hello you"]

    changed = data_of(threads.update(made.id, metadata={"a": "b"}), "ThreadObject")
    assert changed == {**thread, "metadata": {"a": "b"}}
    assert threads.retrieve(made.id).to_dict(mode="json") == changed

    receipt = data_of(threads.delete(made.id), "DeleteThreadResponse")
    assert receipt == {"id": made.id, "object": "thread.deleted", "deleted": True}
    with pytest.raises(openai.NotFoundError):
        threads.messages.list(made.id)


def test_a_thread_needs_nothing_to_begin_with(client: OpenAI) -> None:
    thread = client.beta.threads.create()
    assert list(client.beta.threads.messages.list(thread.id)) == []


def test_a_message_of_several_parts_with_files(client: OpenAI, file: str) -> None:
    messages, thread = client.beta.threads.messages, client.beta.threads.create().id
    parts = with_file(PARTS, file)
    files: Any = [{"file_id": file, "tools": [{"type": "file_search"}]}]
    made = messages.create(
        thread, role="user", content=parts, attachments=files, metadata={"a": "b"}
    )
    message = data_of(made, "MessageObject")
    assert [part["type"] for part in message["content"]] == [
        part["type"] for part in parts
    ]
    text, image, url = message["content"]
    assert text["text"] == {"value": "What is this?", "annotations": []}
    assert image["image_file"] == {"file_id": file, "detail": "low"}
    assert url["image_url"]["url"] == "https://example.com/a.png"
    assert message["attachments"] == files
    assert message["metadata"] == {"a": "b"}
    assert (message["thread_id"], message["run_id"]) == (thread, None)
    assert messages.retrieve(made.id, thread_id=thread) == made


def test_a_message_is_changed_and_deleted(client: OpenAI) -> None:
    messages, thread = client.beta.threads.messages, client.beta.threads.create().id
    made = messages.create(thread, role="assistant", content="Said before")
    changed = messages.update(made.id, thread_id=thread, metadata={"a": "b"})
    assert changed == made.model_copy(update={"metadata": {"a": "b"}})
    receipt = data_of(
        messages.delete(made.id, thread_id=thread), "DeleteMessageResponse"
    )
    assert receipt == {
        "id": made.id,
        "object": "thread.message.deleted",
        "deleted": True,
    }
    with pytest.raises(openai.NotFoundError):
        messages.retrieve(made.id, thread_id=thread)


def test_the_messages_of_one_run(client: OpenAI) -> None:
    threads, assistant = client.beta.threads, client.beta.assistants.create(model="m")
    thread = threads.create(messages=[HELLO]).id
    runs = [
        threads.runs.create_and_poll(
            assistant_id=assistant.id, thread_id=thread, extra_headers=script([text])
        )
        for text in ("one", "two")
    ]
    for run, text in zip(runs, ("one", "two"), strict=True):
        (message,) = threads.messages.list(thread, run_id=run.id)
        assert text_of(message) == text
        assert (message.run_id, message.assistant_id) == (run.id, assistant.id)
    assert len(list(threads.messages.list(thread))) == 3


def test_an_answer_can_be_had_raw(server: LocalServer, client: OpenAI) -> None:
    raw = client.beta.assistants.with_raw_response.create(model="m")
    assert (raw.http_response.status_code, raw.retries_taken) == (200, 0)
    assert raw.headers["content-type"] == "application/json"
    assert raw.request_id is not None
    assert raw.request_id.startswith("req_")
    assert raw.parse().to_dict(mode="json") == raw.http_response.json()
    assert server.exchanges[-1].status == 200


def test_a_run_says_when_to_look_again(client: OpenAI) -> None:
    runs, assistant = client.beta.threads.runs, client.beta.assistants.create(model="m")
    thread = client.beta.threads.create(messages=[HELLO]).id
    raw = runs.with_raw_response.create(thread, assistant_id=assistant.id)
    assert raw.headers["openai-poll-after-ms"] == "1"
    run = runs.poll(raw.parse().id, thread_id=thread)
    ended = runs.with_raw_response.retrieve(run.id, thread_id=thread)
    assert "openai-poll-after-ms" not in ended.headers


def test_an_answer_can_be_read_as_it_comes(client: OpenAI) -> None:
    threads = client.beta.threads
    thread = threads.create(messages=[HELLO]).id
    with threads.messages.with_streaming_response.list(thread) as response:
        text = "".join(response.iter_text())
    assert deviations(json.loads(text), "ListMessagesResponse") == []
    with threads.messages.with_streaming_response.list(thread) as response:
        assert [text_of(each) for each in response.parse()] == ["Hello you"]


def test_events_can_be_had_raw(client: OpenAI) -> None:
    threads, assistant = client.beta.threads, client.beta.assistants.create(model="m")
    with threads.with_streaming_response.create_and_run(
        assistant_id=assistant.id, thread={"messages": [HELLO]}, stream=True
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        text = "".join(response.iter_text())
    assert judge_stream(text) == []
    raw = threads.with_raw_response.create_and_run(
        assistant_id=assistant.id, thread={"messages": [HELLO]}, stream=True
    )
    assert [event.event for event in raw.parse()][-1] == "thread.run.completed"


def test_every_request_is_one_of_the_document(
    server: LocalServer, client: OpenAI
) -> None:
    """Leave nothing to chance: headers that the package sends, and its user's."""
    client.beta.assistants.list(extra_headers={"X-Mine": "1"}, extra_query={"x": "y"})
    exchange = server.exchanges[-1]
    assert (exchange.operation, exchange.status) == ("listAssistants", 200)
    assert exchange.headers["openai-beta"] == "assistants=v2"
    assert exchange.headers["x-mine"] == "1"
    assert KEY not in repr(exchange) + str(exchange.headers)


def test_one_connection_serves_them_all(server: LocalServer) -> None:
    """Copies of a client with other settings share it too."""
    with client_of(server) as client:
        for _ in range(3):
            client.with_options(timeout=30).beta.assistants.list()
            client.beta.threads.create()
    assert [each.status for each in server.exchanges[-6:]] == [200] * 6
