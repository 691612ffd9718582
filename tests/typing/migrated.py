"""Applications as they are written for `openai`, with the imports changed alone.

Nothing runs this; `scripts/lint` has mypy and pyright read it, at their strictest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from typing_extensions import override

from assistants_client import APIStatusError, AssistantEventHandler, NotFoundError
from assistants_client import AsyncClient as AsyncOpenAI
from assistants_client import Client as OpenAI
from assistants_client.types.beta.threads import Message, Run, TextContentBlock
from assistants_client.types.beta.threads.runs import (
    CodeInterpreterToolCall,
    FunctionToolCall,
    RunStep,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from assistants_client import AsyncPage, Page
    from assistants_client.types.beta import AssistantStreamEvent
    from assistants_client.types.beta.threads import MessageContent, Text, TextDelta
    from assistants_client.types.beta.threads.runs import ToolCall, ToolCallDelta


def said_in(message: Message, client: OpenAI) -> str:
    """Distinguish contents and annotations by `type`."""
    said = ""
    for part in message.content:
        if part.type == "text":
            said += part.text.value
            for mark in part.text.annotations:
                if mark.type == "file_citation":
                    stored = client.files.retrieve(mark.file_citation.file_id)
                    said = said.replace(mark.text, stored.filename)
                elif mark.type == "file_path":
                    said += mark.file_path.file_id
        elif part.type == "image_file":
            said += f"[{part.image_file.file_id}]"
        elif part.type == "image_url":
            said += part.image_url.url
        elif part.type == "refusal":
            said += part.refusal
    return said


def part_of(part: MessageContent) -> str:
    return part.text.value if isinstance(part, TextContentBlock) else ""


def steps_in(step: RunStep) -> list[str]:
    if step.step_details.type == "message_creation":
        return [step.step_details.message_creation.message_id]
    found: list[str] = []
    if step.step_details.type == "tool_calls":
        for call in step.step_details.tool_calls:
            if call.type == "function":
                assert_type(call, FunctionToolCall)
                found.append(call.function.arguments)
            elif call.type == "code_interpreter":
                assert_type(call, CodeInterpreterToolCall)
                for output in call.code_interpreter.outputs:
                    if output.type == "logs":
                        found.append(output.logs)
                    elif output.type == "image":
                        found.append(output.image.file_id)
            elif call.type == "file_search":
                found += [each.file_name for each in call.file_search.results or []]
    return found


def tools_of(client: OpenAI) -> list[str]:
    return [
        tool.function.name
        for assistant in client.beta.assistants.list()
        for tool in assistant.tools
        if tool.type == "function"
    ]


class Handler(AssistantEventHandler):
    """Overrides with the types of `openai` as annotations."""

    def __init__(self, client: OpenAI) -> None:
        super().__init__()
        self.client = client
        self.heard: list[str | None] = []

    @override
    def on_event(self, event: AssistantStreamEvent) -> None:
        if event.event == "thread.run.requires_action":
            self.act(event.data)
        elif event.event == "thread.message.delta":
            for part in event.data.delta.content or []:
                if part.type == "text" and part.text:
                    self.heard.append(part.text.value)

    @override
    def on_text_delta(self, delta: TextDelta, snapshot: Text) -> None:
        self.heard += [delta.value, snapshot.value]

    @override
    def on_tool_call_delta(self, delta: ToolCallDelta, snapshot: ToolCall) -> None:
        if delta.type == "code_interpreter" and delta.code_interpreter:
            self.heard.append(delta.code_interpreter.input)
            for output in delta.code_interpreter.outputs or []:
                if output.type == "logs":
                    self.heard.append(output.logs)
        elif delta.type == "function" and delta.function:
            self.heard.append(delta.function.arguments)

    def act(self, run: Run) -> None:
        if run.required_action is None or self.current_run is None:
            return
        calls = run.required_action.submit_tool_outputs.tool_calls
        with self.client.beta.threads.runs.submit_tool_outputs_stream(
            thread_id=self.current_run.thread_id,
            run_id=self.current_run.id,
            tool_outputs=[{"tool_call_id": each.id, "output": ""} for each in calls],
            event_handler=Handler(self.client),
        ) as stream:
            stream.until_done()


async def streamed(client: AsyncOpenAI, thread: str, bot: str) -> AsyncIterator[str]:
    async with client.beta.threads.runs.stream(
        thread_id=thread, assistant_id=bot
    ) as stream:
        async for event in stream:
            if event.event == "thread.message.completed":
                for part in event.data.content:
                    if part.type == "text":
                        yield part.text.value
            elif event.event == "thread.run.failed" and event.data.last_error:
                yield event.data.last_error.message
        messages = await stream.get_final_messages()
    yield str(len(messages))


def failed(client: OpenAI) -> int | None:
    try:
        client.beta.threads.retrieve("thread_1")
    except NotFoundError as error:
        return error.response.status_code
    except APIStatusError as error:
        return error.status_code
    return None


def sorted_page(client: OpenAI, thread: str) -> list[Message]:
    """Annotate a page with the type that `openai.types` has for its items."""
    page: Page[Message] = client.beta.threads.messages.list(thread)
    return sorted(page, key=lambda message: message.created_at)


async def first_page(client: AsyncOpenAI, thread: str) -> AsyncPage[Message]:
    return await client.beta.threads.messages.list(thread)
