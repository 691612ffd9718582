"""The second half of the demo: calls through generated endpoints, over a socket."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import groupby
from typing import TYPE_CHECKING

from assistants_api import AuthenticatedClient, check
from assistants_api.api.assistants import create_assistant
from assistants_api.api.messages import list_messages
from assistants_api.api.runs import (
    create_run,
    create_thread_and_run,
    get_run,
    list_runs,
    submit_tool_outputs_to_run,
)
from assistants_api.api.threads import create_thread
from assistants_api.errors import DocumentedError
from assistants_api.models import (
    AssistantToolsCode,
    AssistantToolsFunction,
    MessageContentTextObject,
    MessageDeltaContentTextObject,
    ThreadMessageDeltaEvent,
    ThreadRunCompletedEvent,
    ThreadRunRequiresActionEvent,
)
from scripts._demo_report import Report, expect

if TYPE_CHECKING:
    from rich.console import Console

    from assistants_api.client import Client
    from assistants_api.models import (
        AssistantStreamEvent,
        AssistantTool,
        CreateAssistantRequestDict,
        CreateRunRequestDict,
        CreateThreadAndRunRequestDict,
        RunObject,
        SubmitToolOutputsRunRequestDict,
        ToolOutputDict,
    )

_ASSISTANT: CreateAssistantRequestDict = {
    "model": "gpt-4o-mini",
    "name": "Sums",
    "tools": [
        {"type": "code_interpreter"},
        {
            "type": "function",
            "function": {
                "name": "multiply",
                "parameters": {
                    "type": "object",
                    "properties": {
                        "a": {"type": "number", "default": 6},
                        "b": {"type": "number", "default": 7},
                    },
                },
            },
        },
    ],
}
_QUESTION = "What is six times seven?"
_GOING_ON = ("queued", "in_progress", "cancelling")
# Seconds between two looks at a run.
_INTERVAL = 0.05


def call(out: Console, url: str) -> None:
    """Call the server sync, async and streamed, and show what came back.

    Raises:
        OffError: an answer is not what it should be.
    """
    report = Report(out)
    report.heading("2. Calls over a socket, sync and async")
    out.print(f"\n{url} is the embedded server; its model is a canned one")
    with AuthenticatedClient(base_url=url, token="sk-demo", timeout=10) as client:
        assistant = _make_assistant(report, client)
        thread = create_thread.sync(
            client=client, body={"messages": [{"role": "user", "content": _QUESTION}]}
        )
        body: CreateRunRequestDict = {"assistant_id": assistant}
        _run(report, client, thread.id, body)
        _be_refused(report, client, thread.id)
        asyncio.run(_run_several(report, client, assistant))
        report.heading("3. Streams, sync and async")
        _stream(report, client, thread.id, {**body, "tool_choice": "none"})
        asyncio.run(_stream_async(report, client, thread.id, body))


def _make_assistant(report: Report, client: Client) -> str:
    request = create_assistant.build_request(body=_ASSISTANT)
    report.asked("create_assistant.sync", request)
    assistant = create_assistant.sync(client=client, body=_ASSISTANT)
    made = assistant.created_at_datetime
    expect(made is not None, "the assistant has no date")
    report.got(f'{assistant.id}, "{assistant.name}", made {made:%F at %T %Z}')
    for tool in assistant.tools:
        report.got(f"tool: {_told(tool)}")
    report.fits(assistant, "AssistantObject")
    return assistant.id


def _told(tool: AssistantTool) -> str:
    match tool:
        case AssistantToolsCode():
            return "code interpreter"
        case AssistantToolsFunction(function=function):
            arguments = (function.parameters or {}).get("properties", {})
            return f"the function {function.name}({', '.join(arguments)})"
        case other:
            return f"unexpected: {other}"


def _run(
    report: Report, client: Client, thread: str, body: CreateRunRequestDict
) -> None:
    report.asked("create_run.sync", create_run.build_request(thread, body=body))
    run = create_run.sync(thread, client=client, body=body)
    report.got(f"{run.id}: {run.status}")
    report.asked("get_run.sync, until it waits", get_run.build_request(thread, run.id))
    run = _wait(client, run)
    outputs = _outputs(run)
    report.got(f"{run.status}: {', '.join(_calls(run))}")
    request = submit_tool_outputs_to_run.build_request(thread, run.id, body=outputs)
    report.asked("submit_tool_outputs_to_run.sync", request)
    run = submit_tool_outputs_to_run.sync(thread, run.id, client=client, body=outputs)
    report.got(f"{run.id}: {run.status}")
    run = _wait(client, run)
    expect(run.status == "completed", f"the run ended as {run.status}")
    report.got(
        f"then {run.status}, {run.usage.total_tokens if run.usage else 0} tokens"
    )
    report.fits(run, "RunObject")
    report.asked("list_messages.sync", list_messages.build_request(thread, limit=1))
    page = list_messages.sync(thread, client=client, limit=1)
    for part in page.data[0].content:
        if isinstance(part, MessageContentTextObject):
            report.got(part.text.value)
            expect("42" in part.text.value, "the answer lacks the result")
    report.fits(page, "ListMessagesResponse")


def _wait(client: Client, run: RunObject) -> RunObject:
    while run.status in _GOING_ON:
        time.sleep(_INTERVAL)
        run = get_run.sync(run.thread_id, run.id, client=client)
    return run


def _calls(run: RunObject) -> list[str]:
    action = run.required_action
    called = (
        [c.function for c in action.submit_tool_outputs.tool_calls] if action else []
    )
    return [f"{function.name}({function.arguments})" for function in called]


def _outputs(run: RunObject) -> SubmitToolOutputsRunRequestDict:
    """Do what the run asks for: multiply."""
    expect(run.status == "requires_action", f"the run is {run.status}")
    outputs: list[ToolOutputDict] = []
    if run.required_action:
        for call in run.required_action.submit_tool_outputs.tool_calls:
            numbers = json.loads(call.function.arguments)
            output = str(numbers["a"] * numbers["b"])
            outputs.append({"tool_call_id": call.id, "output": output})
    return {"tool_outputs": outputs}


def _be_refused(report: Report, client: Client, thread: str) -> None:
    wrong = "run_of_nobody"
    report.asked("get_run.sync", get_run.build_request(thread, wrong))
    refusals = []
    try:
        get_run.sync(thread, wrong, client=client)
    except DocumentedError as error:
        said = error.parsed.error.message
        refusals.append(f"DocumentedError, status {error.status_code}: {said}")
    try:
        get_run.sync(thread, "", client=client)
    except ValueError as error:
        refusals.append(f"and for an empty id, with nothing sent: {error}")
    expect(len(refusals) > 1, f"not every wrong id was refused: {refusals}")
    for refusal in refusals:
        report.got(refusal)


async def _run_several(report: Report, client: Client, assistant: str) -> None:
    body: CreateThreadAndRunRequestDict = {
        "assistant_id": assistant,
        "thread": {"messages": [{"role": "user", "content": _QUESTION}]},
        "tool_choice": "none",
    }

    async def run_once() -> RunObject:
        run = await create_thread_and_run.asyncio(client=client, body=body)
        while run.status in _GOING_ON:
            await asyncio.sleep(_INTERVAL)
            run = await get_run.asyncio(run.thread_id, run.id, client=client)
        return run

    request = create_thread_and_run.build_request(body=body)
    report.asked("create_thread_and_run.asyncio, three at once, until all end", request)
    async with client:
        runs = await asyncio.gather(run_once(), run_once(), run_once())
        for run in runs:
            expect(run.status == "completed", f"a run ended as {run.status}")
            report.got(f"{run.id}: {run.status} at {run.completed_at_datetime:%T %Z}")
        thread = runs[0].thread_id
        report.asked("list_runs.asyncio", list_runs.build_request(thread, limit=20))
        page = await list_runs.asyncio(thread, client=client, limit=20)
    listed = [run.id for run in page.data]
    expect(listed == [runs[0].id], "the list lacks the run")
    report.got(f"{len(listed)} run: {', '.join(listed)}")
    report.fits(page, "ListRunsResponse")


def _stream(
    report: Report, client: Client, thread: str, body: CreateRunRequestDict
) -> None:
    request = create_run.build_request(thread, body={**body, "stream": True})
    report.asked("create_run.stream", request)
    events = []
    for event in create_run.stream(thread, client=client, body=body):
        events.append(event)
        report.got_piece(_text(event))
    report.end_pieces()
    ended = [event for event in events if isinstance(event, ThreadRunCompletedEvent)]
    expect([e.data.status for e in ended] == ["completed"], "the run did not end")
    _sum_up(report, events)


async def _stream_async(
    report: Report, client: Client, thread: str, body: CreateRunRequestDict
) -> None:
    request = create_run.build_request(thread, body={**body, "stream": True})
    report.asked("create_run.stream_async", request)
    async with client:
        stream = create_run.stream_async(thread, client=client, body=body)
        events = [event async for event in stream]
        waiting = [e for e in events if isinstance(e, ThreadRunRequiresActionEvent)]
        expect(len(waiting) == 1, "the run did not call the function")
        run = waiting[0].data
        report.got(f"{run.status}: {', '.join(_calls(run))}")
        _sum_up(report, events)
        outputs = _outputs(run)
        request = submit_tool_outputs_to_run.build_request(thread, run.id, body=outputs)
        report.asked("submit_tool_outputs_to_run.stream_async", request)
        events = []
        async for event in submit_tool_outputs_to_run.stream_async(
            thread, run.id, client=client, body=outputs
        ):
            events.append(event)
            report.got_piece(_text(event))
    report.end_pieces()
    expect("42" in "".join(map(_text, events)), "the answer lacks the result")
    _sum_up(report, events)


def _text(event: AssistantStreamEvent) -> str:
    """Give the text that an event adds to the answer."""
    if not isinstance(event, ThreadMessageDeltaEvent):
        return ""
    return "".join(
        part.text.value or ""
        for part in event.data.delta.content or []
        if isinstance(part, MessageDeltaContentTextObject) and part.text
    )


def _sum_up(report: Report, events: list[AssistantStreamEvent]) -> None:
    expect(_kind(events[-1]) == "DoneEvent", "the stream has no end")
    deviations = [d for event in events for d in check(event, "AssistantStreamEvent")]
    expect(not deviations, f"events are not what the document says: {deviations}")
    kinds = [(kind, len([*same])) for kind, same in groupby(map(_kind, events))]
    parts = [kind if count == 1 else f"{kind} ({count})" for kind, count in kinds]
    report.got(f"{len(events)} events: {', '.join(parts)}")
    report.got('check(..., "AssistantStreamEvent") finds nothing wrong')


def _kind(event: AssistantStreamEvent) -> str:
    return type(event).__name__
