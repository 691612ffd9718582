"""Streams of known events, and the callbacks that a handler has for them."""

from __future__ import annotations

import asyncio
import inspect
import json
from typing import TYPE_CHECKING, Any

import httpx

from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncClient,
    Client,
    ToolSet,
)
from assistants_client._events.dispatch import CALLBACKS, ENDINGS

if TYPE_CHECKING:
    from collections.abc import Callable

KEY = "sk-of-the-test"
URL = "http://127.0.0.1:1/v1"
HANDLERS = [AssistantEventHandler, AsyncAssistantEventHandler]
Event = tuple[str, Any]


def run_as(name: str, **more: Any) -> Event:
    fields = {"id": "run_1", "object": "thread.run", "thread_id": "thread_1"}
    return f"thread.run.{name}", {**fields, "status": name, **more}


def step_as(name: str, key: str, details: Any, **more: Any) -> Event:
    status = "completed" if name == "completed" else "in_progress"
    fields = {"id": key, "object": "thread.run.step", "status": status}
    ids = {"run_id": "run_1", "thread_id": "thread_1", "type": details["type"]}
    return f"thread.run.step.{name}", {**fields, **ids, "step_details": details, **more}


def message_as(name: str, key: str, content: Any) -> Event:
    status = "completed" if name == "completed" else "in_progress"
    fields = {"id": key, "object": "thread.message", "status": status}
    ids = {"run_id": "run_1", "thread_id": "thread_1", "role": "assistant"}
    return f"thread.message.{name}", {**fields, **ids, "content": content}


def growth(key: str, delta: Any) -> Event:
    kind = (
        "thread.run.step.delta" if "step_details" in delta else "thread.message.delta"
    )
    return kind, {"id": key, "object": kind, "delta": delta}


def piece(index: int, key: str | None, arguments: str) -> Any:
    call: Any = {"index": index, "type": "function"}
    call["function"] = {"arguments": arguments}
    if key is not None:
        call["id"] = key
        call["function"].update(name="add", output=None)
    return {"step_details": {"type": "tool_calls", "tool_calls": [call]}}


def part(index: int, kind: str, value: Any) -> Any:
    return {"content": [{"index": index, "type": kind, kind: value}]}


def text(value: str) -> Any:
    return {"type": "text", "text": {"value": value, "annotations": []}}


def called(*outputs: str | None) -> Any:
    calls = [
        {
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": "add", "arguments": f'{{"a":{number}}}', "output": o},
        }
        for number, o in enumerate(outputs)
    ]
    return {"type": "tool_calls", "tool_calls": calls}


def written(key: str) -> Any:
    return {"type": "message_creation", "message_creation": {"message_id": key}}


ACTION = {
    "type": "submit_tool_outputs",
    "submit_tool_outputs": {"tool_calls": called(None, None)["tool_calls"]},
}
DONE: Event = ("done", "[DONE]")
WHOLE = [
    text("Sunny"),
    {"type": "image_file", "image_file": {"file_id": "file_1"}},
    text("?"),
]
FIRST: list[Event] = [
    run_as("created", status="queued"),
    run_as("in_progress"),
    step_as("created", "step_1", called()),
    step_as("in_progress", "step_1", called()),
    growth("step_1", piece(0, "call_0", "")),
    growth("step_1", piece(0, None, '{"a":0}')),
    growth("step_1", piece(1, "call_1", '{"a":1}')),
    run_as("requires_action", required_action=ACTION),
    DONE,
]
SECOND: list[Event] = [
    step_as("completed", "step_1", called("1", "2")),
    run_as("queued"),
    run_as("in_progress"),
    step_as("created", "step_2", called()),
    growth("step_2", piece(0, "call_0", '{"a":0}')),
    step_as("completed", "step_2", called("1")),
    step_as("created", "step_3", written("msg_1")),
    message_as("created", "msg_1", []),
    message_as("in_progress", "msg_1", []),
    growth("msg_1", part(0, "text", {"value": "Sun", "annotations": []})),
    growth("msg_1", part(0, "text", {"value": "ny"})),
    growth("msg_1", part(1, "image_file", {"file_id": "file_1"})),
    growth("msg_1", part(2, "text", {"value": "?", "annotations": []})),
    message_as("completed", "msg_1", WHOLE),
    step_as("completed", "step_3", written("msg_1")),
    step_as("created", "step_4", written("msg_2")),
    message_as("created", "msg_2", []),
    growth("msg_2", part(0, "text", {"value": "Bye", "annotations": []})),
    message_as("completed", "msg_2", [text("Bye")]),
    step_as("completed", "step_4", written("msg_2")),
    run_as("completed"),
    DONE,
]
# What the events call for besides `on_event`, a line for each that calls for anything.
CALLED = """
on_run_step_created on_run_step
on_run_step
on_tool_call_created on_tool_call_delta on_run_step_delta
on_tool_call_delta on_run_step_delta
on_tool_call_done on_tool_call_created on_tool_call_delta on_run_step_delta
on_tool_call_done
on_run_step on_run_step_done
on_run_step_created on_run_step
on_tool_call_created on_tool_call_delta on_run_step_delta
on_run_step on_tool_call_done on_run_step_done
on_run_step_created on_run_step
on_message_created on_message
on_message
on_text_created on_text_delta on_message_delta
on_text_delta on_message_delta
on_text_done on_message_delta
on_image_file_done on_text_created on_text_delta on_message_delta
on_message on_text_done on_message_done
on_run_step on_run_step_done
on_run_step_created on_run_step
on_message_created on_message
on_text_created on_text_delta on_message_delta
on_message on_text_done on_message_done
on_run_step on_run_step_done
on_end
"""


def add(a: int) -> int:
    """Add."""
    return a + 1


def body(events: list[Event]) -> bytes:
    return "".join(
        f"event: {name}\ndata: {said if said == '[DONE]' else json.dumps(said)}\n\n"
        for name, said in events
    ).encode()


def plain(value: Any) -> Any:
    return value if isinstance(value, Exception) else value.to_dict()


class Story:
    """Streams to send, one for each request, and the callbacks that were called."""

    def __init__(self, *streams: list[Event]) -> None:
        self.left = [body(each) for each in streams]
        self.requests: list[httpx.Request] = []
        self.heard: list[tuple[str, list[Any]]] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        kind = {"content-type": "text/event-stream"}
        return httpx.Response(200, headers=kind, content=self.left.pop(0))

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.heard if name != "on_event"]

    def all(self, *names: str) -> list[list[Any]]:
        return [arguments for name, arguments in self.heard if name in names]

    def listener(self, name: str) -> Callable[..., None]:
        def heard(*arguments: Any) -> None:
            self.heard.append((name, [plain(each) for each in arguments]))

        return heard

    def listeners(self) -> dict[str, Any]:
        return {name: self.listener(name) for name in (*CALLBACKS, *ENDINGS)}

    def handler(self, base: type[Any]) -> Any:
        """Return a handler that overrides all callbacks."""
        asynchronous = base is AsyncAssistantEventHandler
        methods: dict[str, Any] = {}
        for name in (*CALLBACKS, *ENDINGS):
            names = [*inspect.signature(getattr(base, name)).parameters][1:]
            methods[name] = self._method(name, len(names), asynchronous)
        # The constructor of the base is not called.
        methods["__init__"] = lambda _: None
        return type("Mine", (base,), methods)()

    def _method(self, name: str, number: int, asynchronous: bool) -> Any:
        heard = self.listener(name)

        def take(_: Any, *arguments: Any) -> None:
            assert len(arguments) == number
            heard(*arguments)

        async def take_async(_: Any, *arguments: Any) -> None:
            await asyncio.sleep(0)
            take(_, *arguments)

        return take_async if asynchronous else take


def sync(story: Story, use: Any, **given: Any) -> Any:
    transport = httpx.MockTransport(story.answer)
    with httpx.Client(transport=transport) as http:
        client = Client(base_url=URL, api_key=KEY, http_client=http)
        runs = client.threads.runs
        with runs.stream(thread_id="thread_1", assistant_id="asst_1", **given) as found:
            return use(found)


def awaited(story: Story, use: Any, **given: Any) -> Any:
    async def run() -> Any:
        transport = httpx.MockTransport(story.answer)
        async with httpx.AsyncClient(transport=transport) as http:
            runs = AsyncClient(base_url=URL, api_key=KEY, http_client=http).threads.runs
            ids: Any = {"thread_id": "thread_1", "assistant_id": "asst_1"}
            async with runs.stream(**ids, **given) as found:
                value = use(found)
                return await value if inspect.isawaitable(value) else value

    return asyncio.run(run())


def handler_for(follow: Any) -> type[Any]:
    return HANDLERS[follow is awaited]


def to_the_end(found: Any) -> Any:
    return found.until_done()


def asking(story: Story) -> dict[str, Any]:
    """Return the arguments of a run with functions and callbacks."""
    return {"tools": ToolSet([add]), **story.listeners()}
