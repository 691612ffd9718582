"""What people write with the Assistants API, in a form that takes either package.

Each example gets the package as `api`, which is `openai` or `assistants_client`, a
client of it, and `say`, which stands for `print`. What is said holds no ids.
"""

# Whatever package it is, its classes have no types here.
# mypy: disable-error-code="misc"

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Say = Callable[[str], None]

TIDES: Any = {
    "type": "function",
    "function": {
        "name": "tide",
        "description": "Tell how high the water stands in a harbour",
        "parameters": {
            "type": "object",
            "properties": {"harbour": {"type": "string"}},
            "required": ["harbour"],
        },
    },
}
FERRIES: Any = {"type": "function", "function": {"name": "ferries"}}
ABOUT_TIDES: Any = {"role": "user", "content": "How are the tides?"}
CODE: Any = {"type": "code_interpreter"}
ASKS = [
    ["Let me see. ", {"call": "tide", "arguments": {"harbour": "Brest"}}],
    [{"call": "tide", "arguments": {"harbour": "Hull"}}, {"call": "ferries"}],
    ["All ", "is well."],
]
COMPUTES = [[{"code": "6 * 7", "logs": "42\n"}, "It is ", "42."]]


def script(turns: list[Any]) -> dict[str, str]:
    """Return the header that says what the model of the server does."""
    return {"X-Local-Script": json.dumps(turns)}


def answers(run: Any) -> list[Any]:
    """Return the outputs of the functions that a run requires."""
    found = []
    for call in run.required_action.submit_tool_outputs.tool_calls:
        if call.function.name == "tide":
            harbour = json.loads(call.function.arguments)["harbour"]
            output = f"{len(harbour)} m in {harbour}"
        else:
            output = "two a day"
        found.append({"tool_call_id": call.id, "output": output})
    return found


def tell(messages: Any, say: Say) -> None:
    """Say what a thread holds, the last message first."""
    for message in messages:
        for part in message.content:
            if part.type == "text":
                say(f"{message.role}: {part.text.value}")


def polling(api: Any, client: Any, say: Say) -> None:
    """Make all there is, wait for a run, and read the thread."""
    assistant = client.beta.assistants.create(
        name="Sums", instructions="Compute.", model="m", tools=[CODE]
    )
    thread = client.beta.threads.create()
    messages = client.beta.threads.messages
    message = messages.create(
        thread_id=thread.id, content="What is 6 times 7?", role="user"
    )
    say(f"{message.role} {message.content[0].type}")
    run = client.beta.threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, instructions="Be kind."
    )
    say(f"{run.status} {run.instructions} {run.usage.total_tokens > 0}")
    if run.status == "completed":
        tell(client.beta.threads.messages.list(thread_id=thread.id), say)
    for step in client.beta.threads.runs.steps.list(run_id=run.id, thread_id=thread.id):
        say(f"{step.type} {step.status} {step.step_details.type}")
    say(str(client.beta.threads.delete(thread.id).deleted))
    say(str(client.beta.assistants.delete(assistant.id).deleted))


def what_is_null_or_absent(api: Any, client: Any, say: Say) -> None:
    """Ask for what isn't there, and keep it in a database and as JSON."""
    assistant = client.beta.assistants.create(model="m")
    asked = {"messages": [{"role": "user", "content": "Good day"}]}
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id, thread=asked
    )
    if run.last_error is not None:
        say(f"failed: {run.last_error.message}")
    if run.required_action is not None:
        say(run.required_action.submit_tool_outputs)
    say(f"{run.incomplete_details} {run.max_prompt_tokens} {run.failed_at}")
    say(json.dumps({"error": run.last_error, "until": run.cancelled_at}))
    with closing(sqlite3.connect(":memory:")) as database:
        row = database.execute("SELECT ?, ?", (run.failed_at, run.last_error))
        say(f"{row.fetchone()} kept")
    for message in client.beta.threads.messages.list(run.thread_id):
        wrote = "nobody's run" if message.run_id is None else "a run"
        say(f"{message.role} {wrote} {message.incomplete_at} {assistant.name}")
    whole = run.model_dump()
    say(f"{sorted(whole)} {whole['usage']} {whole['last_error']}")
    say(f"{sorted(run.model_dump(exclude_none=True))}")
    say(f"{sorted(json.loads(run.model_dump_json(exclude_none=True, indent=2)))}")
    say(f"{sorted(json.loads(run.to_json()))} {sorted(run.to_dict())}")
    say(f"{sorted(run.model_fields_set)} {sorted(dict(run))}")
    say(f"{run.model_copy(update={'status': 'mine'}).status} {run.status}")
    say(f"{hasattr(run, 'last_error')} {hasattr(run, 'no_such_thing')}")


def polling_with_functions(api: Any, client: Any, say: Say) -> None:
    """Answer what a run asks for until it asks for nothing more."""
    assistant = client.beta.assistants.create(model="m", tools=[TIDES, FERRIES])
    thread = client.beta.threads.create(messages=[ABOUT_TIDES])
    runs = client.beta.threads.runs
    run = runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, extra_headers=script(ASKS)
    )
    while run.status == "requires_action":
        outputs = answers(run)
        say(f"{run.required_action.type} {[each['output'] for each in outputs]}")
        try:
            run = runs.submit_tool_outputs_and_poll(
                thread_id=thread.id, run_id=run.id, tool_outputs=outputs
            )
        except api.APIError as error:
            say(f"it failed: {error}")
            raise
    say(run.status)
    tell(client.beta.threads.messages.list(thread_id=thread.id), say)


def _printer(api: Any, say: Say) -> Any:
    """Make a handler that says all as it comes."""

    class Printer(api.AssistantEventHandler):
        def on_text_created(self, text: Any) -> None:
            say(f"begins {text.value!r}")

        def on_text_delta(self, delta: Any, snapshot: Any) -> None:
            say(f"{delta.value!r} of {snapshot.value!r}")

        def on_text_done(self, text: Any) -> None:
            say(f"all of it: {text.value!r}")

        def on_tool_call_created(self, tool_call: Any) -> None:
            say(f"calls {tool_call.type}")

        def on_tool_call_delta(self, delta: Any, snapshot: Any) -> None:
            if delta.type == "code_interpreter":
                if delta.code_interpreter.input:
                    say(f"input {delta.code_interpreter.input!r}")
                for output in delta.code_interpreter.outputs or []:
                    if output.type == "logs":
                        say(f"logs {output.logs!r}")

        def on_message_done(self, message: Any) -> None:
            say(f"{message.role} {message.status}")

        def on_run_step_done(self, run_step: Any) -> None:
            say(f"{run_step.type} {self.current_event.event}")

        def on_end(self) -> None:
            say("over")

    return Printer()


def streaming(api: Any, client: Any, say: Say) -> None:
    """Follow a run by the methods of a handler."""
    assistant = client.beta.assistants.create(model="m", tools=[CODE])
    thread = client.beta.threads.create()
    client.beta.threads.messages.create(thread.id, role="user", content="6 times 7?")
    with client.beta.threads.runs.stream(
        thread_id=thread.id,
        assistant_id=assistant.id,
        instructions="Be kind.",
        event_handler=_printer(api, say),
        extra_headers=script(COMPUTES),
    ) as stream:
        stream.until_done()
    tell(client.beta.threads.messages.list(thread.id), say)


def streaming_without_a_handler(api: Any, client: Any, say: Say) -> None:
    """Take the events, then the text alone, then what was gathered."""
    assistant = client.beta.assistants.create(model="m", tools=[CODE])
    threads = client.beta.threads
    thread = threads.create(messages=[{"role": "user", "content": "6 times 7?"}])
    one = {"thread_id": thread.id, "assistant_id": assistant.id}
    for event in threads.runs.create(
        **one, stream=True, extra_headers=script(COMPUTES)
    ):
        say(event.event)
        if event.event == "thread.message.delta":
            say(event.data.delta.content[0].text.value)
    with threads.runs.stream(**one, extra_headers=script(COMPUTES)) as stream:
        for event in stream:
            if event.event == "thread.run.step.completed":
                say(event.data.type)
            if event.event == "thread.run.completed":
                say(stream.current_run.status)
    with threads.runs.stream(**one, extra_headers=script(COMPUTES)) as stream:
        for text in stream.text_deltas:
            say(f"{text!r} {stream.current_message_snapshot.role}")
        say(stream.get_final_run().status)
        tell(stream.get_final_messages(), say)
        for step in stream.get_final_run_steps():
            # Not the status: `openai` gives steps as they were when they began.
            say(step.type)


def creating_and_streaming(api: Any, client: Any, say: Say) -> None:
    """Make the thread and the run in one, and follow it."""
    assistant = client.beta.assistants.create(model="m")
    with client.beta.threads.create_and_run_stream(
        assistant_id=assistant.id,
        thread={"messages": [{"role": "user", "content": "Good day"}]},
        event_handler=_printer(api, say),
    ) as stream:
        for event in stream:
            say(event.event)


def streaming_with_functions(api: Any, client: Any, say: Say) -> None:
    """Answer what the run asks for out of the callback, by a stream inside of it."""
    runs = client.beta.threads.runs

    class Answering(api.AssistantEventHandler):
        def on_event(self, event: Any) -> None:
            if event.event == "thread.run.requires_action":
                self.answer(event.data)

        def on_text_delta(self, delta: Any, snapshot: Any) -> None:
            say(f"{delta.value!r} of {snapshot.value!r}")

        def answer(self, run: Any) -> None:
            # Not its status: `openai` has this event's run only after the callback.
            assert self.current_run.id == run.id
            outputs = answers(run)
            say(f"{run.status} {[each['output'] for each in outputs]}")
            with runs.submit_tool_outputs_stream(
                thread_id=self.current_run.thread_id,
                run_id=self.current_run.id,
                tool_outputs=outputs,
                event_handler=Answering(),
            ) as stream:
                stream.until_done()
                say(stream.current_run.status)

    assistant = client.beta.assistants.create(model="m", tools=[TIDES, FERRIES])
    thread = client.beta.threads.create(messages=[ABOUT_TIDES])
    with runs.stream(
        thread_id=thread.id,
        assistant_id=assistant.id,
        event_handler=Answering(),
        extra_headers=script(ASKS),
    ) as stream:
        stream.until_done()
    tell(client.beta.threads.messages.list(thread_id=thread.id), say)


async def async_polling(api: Any, client: Any, say: Say) -> None:
    """Wait for a run with functions, and read the thread."""
    threads = client.beta.threads
    assistant = await client.beta.assistants.create(model="m", tools=[TIDES, FERRIES])
    thread = await threads.create()
    await threads.messages.create(thread.id, role="user", content="The tides?")
    run = await threads.runs.create_and_poll(
        thread_id=thread.id, assistant_id=assistant.id, extra_headers=script(ASKS)
    )
    while run.status == "requires_action":
        outputs = answers(run)
        say(f"{run.required_action.type} {[each['output'] for each in outputs]}")
        run = await threads.runs.submit_tool_outputs_and_poll(
            thread_id=thread.id, run_id=run.id, tool_outputs=outputs
        )
    say(run.status)
    tell([each async for each in threads.messages.list(thread.id)], say)


async def async_streaming(api: Any, client: Any, say: Say) -> None:
    """Follow runs by a handler, by events, and by the text alone."""

    class Printer(api.AsyncAssistantEventHandler):
        async def on_text_created(self, text: Any) -> None:
            say(f"begins {text.value!r}")

        async def on_text_delta(self, delta: Any, snapshot: Any) -> None:
            say(f"{delta.value!r} of {snapshot.value!r}")

        async def on_tool_call_created(self, tool_call: Any) -> None:
            say(f"calls {tool_call.type}")

        async def on_tool_call_delta(self, delta: Any, snapshot: Any) -> None:
            if delta.type == "code_interpreter":
                if delta.code_interpreter.input:
                    say(f"input {delta.code_interpreter.input!r}")
                for output in delta.code_interpreter.outputs or []:
                    say(f"logs {output.logs!r}")

    assistant = await client.beta.assistants.create(model="m", tools=[CODE])
    threads = client.beta.threads
    thread = await threads.create(messages=[{"role": "user", "content": "6 times 7?"}])
    one = {"thread_id": thread.id, "assistant_id": assistant.id}
    headers = script(COMPUTES)
    async with threads.runs.stream(
        **one, event_handler=Printer(), extra_headers=headers
    ) as stream:
        await stream.until_done()
    events = await threads.runs.create(**one, stream=True, extra_headers=headers)
    async for event in events:
        say(event.event)
    async with threads.create_and_run_stream(
        assistant_id=assistant.id, extra_headers=headers
    ) as stream:
        async for text in stream.text_deltas:
            say(text)
        say((await stream.get_final_run()).status)
        tell(await stream.get_final_messages(), say)


async def async_streaming_with_functions(api: Any, client: Any, say: Say) -> None:
    """Answer what the run asks for out of the callback, by a stream inside of it."""
    runs = client.beta.threads.runs

    class Answering(api.AsyncAssistantEventHandler):
        async def on_event(self, event: Any) -> None:
            if event.event == "thread.run.requires_action":
                await self.answer(event.data)

        async def on_text_delta(self, delta: Any, snapshot: Any) -> None:
            say(f"{delta.value!r} of {snapshot.value!r}")

        async def answer(self, run: Any) -> None:
            outputs = answers(run)
            say(f"{run.status} {[each['output'] for each in outputs]}")
            async with runs.submit_tool_outputs_stream(
                thread_id=self.current_run.thread_id,
                run_id=self.current_run.id,
                tool_outputs=outputs,
                event_handler=Answering(),
            ) as stream:
                await stream.until_done()

    assistant = await client.beta.assistants.create(model="m", tools=[TIDES, FERRIES])
    thread = await client.beta.threads.create(messages=[ABOUT_TIDES])
    async with runs.stream(
        thread_id=thread.id,
        assistant_id=assistant.id,
        event_handler=Answering(),
        extra_headers=script(ASKS),
    ) as stream:
        await stream.until_done()
    tell([each async for each in client.beta.threads.messages.list(thread.id)], say)
