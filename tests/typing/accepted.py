"""What type checkers must accept, and what they must know of it.

Nothing runs this; `scripts/lint` has mypy and pyright read it, at their strictest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any, Literal, assert_type

import httpx

from assistants_api import UNSET
from assistants_api.models import (
    CreateMessageRequest,
    DeleteAssistantResponse,
    DeleteMessageResponse,
    DeleteThreadResponse,
    FunctionObject,
    KnownAssistantStreamEvent,
    RunCompletionUsage,
    RunObject,
    ThreadObject,
)
from assistants_client import (
    APIError,
    Assistant,
    AssistantEventHandler,
    AsyncAssistant,
    AsyncAssistantEventHandler,
    AsyncClient,
    AsyncMessage,
    AsyncPage,
    AsyncRun,
    AsyncRunStep,
    AsyncStream,
    AsyncThread,
    Client,
    Conversation,
    Message,
    NotFoundError,
    Page,
    RawResponse,
    Run,
    RunFailed,
    RunStep,
    Stream,
    StreamedResponse,
    Thread,
    Timeline,
    Tool,
    ToolSet,
    tool,
    tool_output,
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
    # What may be missing says so, and what may be left out is another matter.
    assert_type(run.temperature, float | None)
    assert_type(run.usage, RunCompletionUsage | None)
    assert_type(run.model_dump(exclude_none=True, mode="json"), dict[str, Any])
    assert_type(run.model_copy(update={"status": "failed"}), Run)
    assert_type(run.is_set("usage"), bool)
    FunctionObject(name="f", description=UNSET, strict=None)
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


@tool
def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


@tool(name="greet", strict=True)
async def hello(name: str) -> str:
    """Greet."""
    return f"Hello {name}"


class Taught:
    @tool
    def learn(self, what: str) -> int:
        """Learn."""
        return len(what)


def tools() -> None:
    assert_type(add(1, b=2), int)
    one: Tool[..., int] = add
    assert_type(one.name, str)
    both = ToolSet([add, hello, {"type": "file_search"}], on_error="raise")
    assert_type(tool_output("call_1", {"a": [1]}), dict[str, str])
    Client().assistants.create(model="m", tools=both)
    Client().assistants.create(model="m", tools=both.definitions)
    Client().assistants.create(model="m", tools=add)
    Client().assistants.create(model="m", tools=[add, both, {"type": "file_search"}])
    Client().assistants.create(model="m", tools={"one": add, "two": hello})
    learn: Tool[[str], int] = Taught().learn
    assert_type(ToolSet([learn, learn]).names, tuple[str, ...])
    assert_type(Taught().learn("x"), int)


def waiting(client: Client, run: Run) -> None:
    assert_type(run.wait(tools=[add], timeout=None, poll_interval_ms=5), Run)
    assert_type(run.wait(tools=ToolSet([add]), on_update=lambda it: it.status), Run)
    assert_type(client.threads.runs.poll(run, run.thread_id, tools=ToolSet()), Run)
    ended = client.threads.runs.create_and_poll(
        thread_id="t", assistant_id="a", tools=ToolSet([add]), max_wait=5, spinner=True
    )
    assert_type(ended, Run)
    assert_type(client.threads.create_and_run_poll(assistant_id="a"), Run)
    try:
        run.wait(cancel_on_timeout=True)
    except RunFailed as error:
        assert_type(error.message, str)


def alive(run: Run, thread: Thread, assistant: Assistant, message: Message) -> None:
    assert_type(run.refresh(), Run)
    assert_type(run.refresh_status(timeout=5), str)
    assert_type(run.has_ended, bool)
    assert_type(run.update(metadata={}).cancel(max_retries=0), Run)
    assert_type(run.do_tool_calls([add]), list[dict[str, str]])
    assert_type(run.submit_tool_outputs([tool_output("c", 1)]), Run)
    assert_type(run.submit_tool_outputs([], stream=True), Stream)
    assert_type(run.list_steps(limit=5), Page[RunStep])
    assert_type(run.messages(order="asc"), Page[Message])
    assert_type(run.thread(), Thread)
    assert_type(run.assistant(), Assistant)
    assert_type(thread.add_message("Hello", role="assistant", metadata={}), Message)
    assert_type(thread.run(assistant, instructions="Briefly."), Run)
    assert_type(thread.list_runs(max_items=5), Page[Run])
    assert_type(thread.list_messages(run_id="run_1"), Page[Message])
    assert_type(thread.list_messages(run_id=run), Page[Message])
    assert_type(thread.conversation(limit=None, file_names=False), Conversation)
    assert_type(run.timeline(timeout=5), Timeline)
    assert_type(thread.delete(), DeleteThreadResponse)
    assert_type(assistant.run(thread), Run)
    assert_type(assistant.start_thread("Hello", metadata={"a": "b"}), Run)
    assert_type(assistant.update(name="b"), Assistant)
    assert_type(message.text, str)
    assert_type(message.run(), Run)


class Handler(AssistantEventHandler):
    """Count the messages."""

    def __init__(self) -> None:
        self.count = 0

    def on_message_done(self, message: Message) -> None:
        """Take a message."""
        self.count += len(message.text)


class AsyncHandler(AsyncAssistantEventHandler):
    """Count the messages."""

    count = 0


def streams(client: Client, thread: Thread) -> None:
    runs = client.threads.runs
    events = runs.create(thread, assistant_id="a", stream=True)
    assert_type(events, Stream)
    for event in events:
        assert_type(event, KnownAssistantStreamEvent)
        if event.event == "thread.run.completed":
            assert_type(event.data, RunObject)
    with thread.stream("a", tools=ToolSet([add]), resume=True) as followed:
        assert_type(followed, AssistantEventHandler)
        for text in followed.text_deltas:
            assert_type(text, str)
        assert_type(followed.current_run, Run | None)
        assert_type(followed.get_final_run(), Run)
        assert_type(followed.run, Run)
        assert_type(followed.event_data, dict[str, Any])
        assert_type(followed.current_run, Run | None)
        assert_type(followed.get_final_messages(), list[Message])
        assert_type(followed.get_final_run_steps(), list[RunStep])
    with runs.stream(
        thread_id=thread, assistant_id="a", event_handler=Handler()
    ) as handler:
        assert_type(handler.count, int)
    with runs.submit_tool_outputs_stream(
        run_id="r", thread_id=thread, tool_outputs=[], on_message=print
    ) as plain:
        assert_type(plain, AssistantEventHandler)
    with client.threads.create_and_run_stream(
        assistant_id="a", event_handler=Handler()
    ) as made:
        assert_type(made, Handler)


async def async_runs(client: AsyncClient, run: AsyncRun, thread: AsyncThread) -> None:
    assert_type(await run.wait(tools=[add, hello]), AsyncRun)
    assert_type(await run.refresh_status(), str)
    assert_type(await run.submit_tool_outputs([]), AsyncRun)
    assert_type(await run.submit_tool_outputs([], stream=True), AsyncStream)
    assert_type(await run.list_steps(), AsyncPage[AsyncRunStep])
    assert_type(await run.thread(), AsyncThread)
    assert_type(await thread.add_message("Hello"), AsyncMessage)
    assert_type(await thread.run("a"), AsyncRun)
    events = await client.threads.runs.create(thread, assistant_id="a", stream=True)
    async for event in events:
        assert_type(event, KnownAssistantStreamEvent)
    async with thread.stream("a") as followed:
        assert_type(followed, AsyncAssistantEventHandler)
        async for text in followed.text_deltas:
            assert_type(text, str)
        assert_type(await followed.get_final_run(), AsyncRun)
        assert_type(followed.run, AsyncRun)
        assert_type(followed.current_message_snapshot, AsyncMessage | None)
    async with client.threads.runs.stream(
        thread_id=thread, assistant_id="a", event_handler=AsyncHandler()
    ) as handler:
        assert_type(handler, AsyncHandler)
