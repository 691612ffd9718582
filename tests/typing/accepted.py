"""What type checkers must accept, and what they must know of it.

Nothing runs this; `scripts/lint` has mypy and pyright read it, at their strictest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Literal, assert_type

import httpx

from assistants_api.models import (
    CreateMessageRequest,
    DeleteAssistantResponse,
    DeleteMessageResponse,
    DeleteThreadResponse,
    RunObject,
    ThreadObject,
)
from assistants_client import (
    APIError,
    Assistant,
    AsyncAssistant,
    AsyncClient,
    AsyncMessage,
    AsyncPage,
    AsyncRun,
    AsyncThread,
    Client,
    Message,
    NotFoundError,
    Page,
    RawResponse,
    Run,
    RunStep,
    StreamedResponse,
    Thread,
    verbosity,
)


def clients() -> None:
    client = Client()
    assert_type(client.beta, Client)
    assert_type(client.with_options(timeout=httpx.Timeout(5), max_retries=0), Client)
    assert_type(AsyncClient(api_key=lambda: "key").copy(verbosity=1), AsyncClient)
    assert_type(Client.for_azure("https://x", token_provider=lambda: "t"), Client)
    with Client(default_headers={"x": "y"}, verbosity=2) as same, verbosity(3):
        assert_type(same, Client)


def assistants(client: Client) -> None:
    made = client.assistants.create(
        model="gpt-4o-mini",
        name=None,
        tools=[
            {"type": "code_interpreter"},
            {
                "type": "function",
                "function": {"name": "add", "parameters": {"type": "object"}},
            },
        ],
        metadata={"a": "b"},
        response_format="auto",
        temperature=0.5,
        extra_headers={"x": "y", "z": None},
        extra_query={"q": [1, 2]},
        extra_body={"new": True},
        timeout=5,
        max_retries=0,
        idempotency_key="once",
        verbosity=2,
    )
    assert_type(made, Assistant)
    assert_type(made.id, str)
    assert_type(made.created_at_datetime, datetime | None)
    assert_type(client.assistants.retrieve(made), Assistant)
    assert_type(client.assistants.update(made.id, name="b"), Assistant)
    assert_type(client.assistants.delete(made), DeleteAssistantResponse)
    page = client.assistants.list(limit=20, order="asc", after="asst_1", max_items=250)
    assert_type(page, Page[Assistant])
    for each in page:
        assert_type(each, Assistant)
    for part in page.iter_pages():
        assert_type(part.data, list[Assistant])
    assert_type(page.get_next_page(), Page[Assistant])


def threads(client: Client) -> None:
    thread = client.threads.create(
        messages=[{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]
    )
    assert_type(thread, Thread)
    assert_type(client.threads.update(thread, metadata={}), Thread)
    assert_type(client.threads.delete(thread), DeleteThreadResponse)
    given = CreateMessageRequest(role="user", content="Hello")
    assert_type(client.threads.create(messages=[given]), Thread)
    messages = client.threads.messages
    message = messages.create(thread, role="user", content="Hello")
    assert_type(message, Message)
    assert_type(messages.delete(message, thread_id=thread), DeleteMessageResponse)
    for moment in (date(2026, 8, 26), datetime.now(UTC), 1.5, "2026-08-26"):
        listed = messages.list(thread, run_id="run_1", created_after=moment)
        assert_type(listed, Page[Message])


def runs(client: Client, thread: ThreadObject) -> None:
    run = client.threads.runs.create(
        thread,
        assistant_id="asst_1",
        additional_messages=[{"role": "user", "content": "And this"}],
        tool_choice={"type": "function", "function": {"name": "add"}},
        truncation_strategy={"type": "last_messages", "last_messages": 3},
        include=["step_details.tool_calls[*].file_search.results[*].content"],
    )
    assert_type(run, Run)
    # A status that the document doesn't know must not be an error of types.
    if run.status == "paused":
        return
    run = client.threads.runs.submit_tool_outputs(
        run, thread_id=thread, tool_outputs=[{"tool_call_id": "c", "output": "42"}]
    )
    assert_type(client.threads.runs.cancel(run, thread_id="thread_1"), Run)
    assert_type(client.threads.create_and_run(assistant_id="asst_1"), Run)
    steps = client.threads.runs.steps.list(run, thread_id=thread, order="asc")
    assert_type(steps, Page[RunStep])


def answers(client: Client) -> None:
    raw = client.threads.runs.with_raw_response.create("t", assistant_id="a", model="m")
    assert_type(raw, RawResponse[Run])
    assert_type(raw.parse(), Run)
    assert_type(raw.parse(to=bytes), bytes)
    assert_type(raw.request_id, str | None)
    listed = client.with_raw_response.threads.messages.list("t", limit=3)
    assert_type(listed.parse(), Page[Message])
    with client.assistants.with_streaming_response.retrieve("asst_1") as streamed:
        assert_type(streamed, StreamedResponse[Assistant])
        assert_type(streamed.parse(), Assistant)
    assert_type(client.get("/models", cast_to=list[str]), list[str])
    assert_type(client.post("/x", cast_to=RunObject, body={}, timeout=1), RunObject)
    assert_type(client.delete("/x", cast_to=httpx.Response), httpx.Response)


def errors(client: Client) -> None:
    try:
        client.threads.retrieve("thread_1")
    except NotFoundError as error:
        assert_type(error.status_code, int)
        assert_type(error.request_id, str | None)
    except APIError as error:
        assert_type(error.message, str)


async def awaited(client: AsyncClient) -> None:
    assert_type(await client.assistants.create(model="m"), AsyncAssistant)
    run = await client.threads.create_and_run(assistant_id="a", thread={"messages": []})
    assert_type(run, AsyncRun)
    pages = client.threads.messages.list(run.thread_id, limit=2)
    assert_type(await pages, AsyncPage[AsyncMessage])
    async for message in pages:
        assert_type(message, AsyncMessage)
    raw = await client.threads.with_raw_response.retrieve("t")
    assert_type(raw, RawResponse[AsyncThread])
    assert_type(raw.parse(), AsyncThread)
    listed = await client.assistants.with_raw_response.list(limit=1)
    assert_type(listed.parse(), AsyncPage[AsyncAssistant])
    async with client.threads.with_streaming_response.create() as streamed:
        assert_type(await streamed.parse(), AsyncThread)
        async for line in streamed.iter_lines():
            assert_type(line, str)
    assert_type(await client.get("/x", cast_to=dict[str, int]), dict[str, int])


def keys() -> None:
    async def provider() -> str:
        return "key"

    level: Literal[0, 1, 2, 3] = 1
    asked: Callable[[], Awaitable[str]] = provider
    AsyncClient(api_key=asked, verbosity=level)
