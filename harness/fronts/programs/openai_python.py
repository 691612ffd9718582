"""The client of `openai`, whatever its version: polled, streamed and awaited."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

from harness.cases import tell
from harness.fronts.programs.common import (
    ANSWER,
    CALLED,
    DEFINITIONS,
    MODEL,
    QUESTION,
    expect,
    output_of,
)

# Whatever version there is: types are those of one.
openai: Any = import_module("openai")

warnings.simplefilter("ignore")
_SETTINGS: Any = {"base_url": sys.argv[1], "api_key": "none", "max_retries": 0}
_ASSISTANT: Any = {"model": MODEL, "tools": DEFINITIONS}
_MESSAGES: Any = [{"role": "user", "content": QUESTION}]


def polled() -> None:
    """Poll the run, and submit outputs as often as it wants them."""
    _poll(openai.OpenAI(**_SETTINGS))


def azure_polled() -> None:
    """Poll with the client for Azure OpenAI, whose paths are others."""
    endpoint = sys.argv[1].removesuffix("/v1")
    _poll(
        openai.AzureOpenAI(
            azure_endpoint=endpoint, api_key="none", api_version="2024-05-01-preview"
        )
    )


def _poll(client: Any) -> None:
    with client:
        assistant = client.beta.assistants.create(**_ASSISTANT)
        thread = client.beta.threads.create(messages=_MESSAGES)
        runs = client.beta.threads.runs
        run = runs.create_and_poll(
            thread_id=thread.id, assistant_id=assistant.id, poll_interval_ms=5
        )
        while run.status == "requires_action":
            run = runs.submit_tool_outputs_and_poll(
                run_id=run.id,
                thread_id=thread.id,
                tool_outputs=[output_of(call) for call in _calls(run)],
                poll_interval_ms=5,
            )
        expect(run.status, "completed")
        expect(run.usage.total_tokens, 4 * 30)
        steps = runs.steps.list(run.id, thread_id=thread.id, order="asc")
        expect(_called(steps), CALLED)
        (message, *_) = client.beta.threads.messages.list(thread.id).data
        expect(message.content[0].text.value)


if TYPE_CHECKING:
    _Base = object
else:
    _Base = openai.AssistantEventHandler


class _Handler(_Base):
    """Collect what comes of one stream, as the documentation shows it."""

    def __init__(self) -> None:
        super().__init__()
        self.deltas: list[str] = []
        self.arguments: list[str] = []
        self.run: Any = None

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        """Collect a piece of text."""
        self.deltas.append(delta.value)

    def on_tool_call_delta(self, delta: Any, snapshot: Any) -> None:
        """Collect a piece of arguments."""
        self.arguments.append(delta.function.arguments)

    def on_event(self, event: Any) -> None:
        """Remember the run."""
        if event.event.startswith("thread.run.") and event.data.object == "thread.run":
            self.run = event.data


def streamed() -> None:
    """Let a handler receive the events, in a stream for each round."""
    with openai.OpenAI(**_SETTINGS) as client:
        assistant = client.beta.assistants.create(**_ASSISTANT)
        thread = client.beta.threads.create(messages=_MESSAGES)
        runs = client.beta.threads.runs
        pieces = 0
        handler = _Handler()
        with runs.stream(
            thread_id=thread.id, assistant_id=assistant.id, event_handler=handler
        ) as stream:
            stream.until_done()
        while handler.run.status == "requires_action":
            pieces += len(handler.arguments)
            run, outputs = handler.run, [output_of(c) for c in _calls(handler.run)]
            handler = _Handler()
            with runs.submit_tool_outputs_stream(
                run_id=run.id,
                thread_id=thread.id,
                tool_outputs=outputs,
                event_handler=handler,
            ) as stream:
                stream.until_done()
        expect(handler.run.status, "completed")
        expect("".join(handler.deltas))
        # Each call comes in pieces: where it begins, and the halves of its arguments.
        expect((pieces >= 2 * len(CALLED), len(handler.deltas) > 1), (True, True))


def raw_events() -> None:
    """Read the events of a thread and a run that are created at once."""
    with openai.OpenAI(**_SETTINGS) as client:
        assistant = client.beta.assistants.create(**_ASSISTANT)
        events = client.beta.threads.create_and_run(
            assistant_id=assistant.id, thread={"messages": _MESSAGES}, stream=True
        )
        text = ""
        while events is not None:
            following = None
            for event in events:
                if event.event == "thread.message.delta":
                    text += event.data.delta.content[0].text.value
                elif event.event == "thread.run.requires_action":
                    run = event.data
                    following = client.beta.threads.runs.submit_tool_outputs(
                        run.id,
                        thread_id=run.thread_id,
                        tool_outputs=[output_of(call) for call in _calls(run)],
                        stream=True,
                    )
            events = following
        expect(text)


async def awaited() -> None:
    """Stream with the client to await."""
    async with openai.AsyncOpenAI(**_SETTINGS) as client:
        assistant = await client.beta.assistants.create(**_ASSISTANT)
        thread = await client.beta.threads.create(messages=_MESSAGES)
        runs = client.beta.threads.runs
        manager = runs.stream(thread_id=thread.id, assistant_id=assistant.id)
        while True:
            async with manager as stream:
                run = await stream.get_final_run()
                if run.status != "requires_action":
                    (message,) = await stream.get_final_messages()
                    expect(message.content[0].text.value, ANSWER)
                    return
            manager = runs.submit_tool_outputs_stream(
                run_id=run.id,
                thread_id=thread.id,
                tool_outputs=[output_of(call) for call in _calls(run)],
            )


def _calls(run: Any) -> Any:
    return run.required_action.submit_tool_outputs.tool_calls


def _called(steps: Any) -> list[str]:
    return [
        call.function.name
        for step in steps
        if step.type == "tool_calls"
        for call in step.step_details.tool_calls
    ]


if __name__ == "__main__":
    tell(polled, azure_polled, streamed, raw_events, awaited)
