"""The second half of the demo: calls through generated endpoints, over a socket."""

from __future__ import annotations

import asyncio
from itertools import groupby
from typing import TYPE_CHECKING

from assistants_api import AuthenticatedClient, check
from assistants_api.api.assistants import create_assistant
from assistants_api.api.runs import create_run, get_run, list_runs
from assistants_api.api.threads import create_thread
from assistants_api.errors import DocumentedError
from assistants_api.models import (
    AssistantToolsCode,
    AssistantToolsFunction,
    MessageDeltaContentTextObject,
    ThreadMessageDeltaEvent,
    ThreadRunCompletedEvent,
)
from scripts._answers import ANSWER
from scripts._demo_report import Report, expect

if TYPE_CHECKING:
    from rich.console import Console

    from assistants_api.client import Client
    from assistants_api.models import (
        AssistantStreamEvent,
        AssistantTool,
        CreateAssistantRequestDict,
        CreateRunRequestDict,
        RunObject,
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
                    "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
                },
            },
        },
    ],
}
_QUESTION = "What is six times seven?"
_GOING_ON = ("queued", "in_progress")
# Seconds between two looks at a run.
_INTERVAL = 0.05


def call(out: Console, url: str) -> None:
    """Call the server sync, async and streamed, and show what came back.

    Raises:
        OffError: an answer is not what it should be.
    """
    report = Report(out)
    report.heading("2. Calls over a socket, sync and async")
    out.print(f"\n{url} is a small server within this demo; its answer is canned")
    with AuthenticatedClient(base_url=url, token="sk-demo", timeout=10) as client:
        assistant = _make_assistant(report, client)
        thread = create_thread.sync(
            client=client, body={"messages": [{"role": "user", "content": _QUESTION}]}
        )
        body: CreateRunRequestDict = {"assistant_id": assistant}
        _run(report, client, thread.id, body)
        _be_refused(report, client, thread.id)
        asyncio.run(_run_several(report, client, thread.id, body))
        report.heading("3. Streams, sync and async")
        _stream(report, client, thread.id, body)
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
    report.asked("get_run.sync, until it ends", get_run.build_request(thread, run.id))
    seen = []
    while run.status in _GOING_ON:
        run = get_run.sync(thread, run.id, client=client)
        seen.append(run.status)
    expect(run.status == "completed", f"the run ended as {run.status}")
    report.got(", then ".join(seen))
    report.got(f"{run.usage.total_tokens if run.usage else 'no'} tokens")
    report.fits(run, "RunObject")


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


async def _run_several(
    report: Report, client: Client, thread: str, body: CreateRunRequestDict
) -> None:
    async def run_once() -> RunObject:
        run = await create_run.asyncio(thread, client=client, body=body)
        while run.status in _GOING_ON:
            await asyncio.sleep(_INTERVAL)
            run = await get_run.asyncio(thread, run.id, client=client)
        return run

    request = create_run.build_request(thread, body=body)
    report.asked("create_run.asyncio, three at once, until all end", request)
    async with client:
        runs = await asyncio.gather(run_once(), run_once(), run_once())
        for run in runs:
            expect(run.status == "completed", f"a run ended as {run.status}")
            report.got(f"{run.id}: {run.status} at {run.completed_at_datetime:%T %Z}")
        report.asked("list_runs.asyncio", list_runs.build_request(thread, limit=20))
        page = await list_runs.asyncio(thread, client=client, limit=20)
    listed = [run.id for run in page.data]
    expect({run.id for run in runs} < {*listed}, "the list lacks runs")
    report.got(f"{len(listed)} runs: {', '.join(listed)}")
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
    _sum_up(report, events)


async def _stream_async(
    report: Report, client: Client, thread: str, body: CreateRunRequestDict
) -> None:
    request = create_run.build_request(thread, body={**body, "stream": True})
    report.asked("create_run.stream_async", request)
    events = []
    async with client:
        async for event in create_run.stream_async(thread, client=client, body=body):
            events.append(event)
            report.got_piece(_text(event))
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
    report.end_pieces()
    expect("".join(map(_text, events)) == ANSWER, "the streamed answer is not whole")
    expect(_kind(events[-1]) == "DoneEvent", "the stream has no end")
    ended = [event for event in events if isinstance(event, ThreadRunCompletedEvent)]
    expect([e.data.status for e in ended] == ["completed"], "the run did not end")
    deviations = [d for event in events for d in check(event, "AssistantStreamEvent")]
    expect(not deviations, f"events are not what the document says: {deviations}")
    kinds = [(kind, len([*same])) for kind, same in groupby(map(_kind, events))]
    parts = [kind if count == 1 else f"{kind} ({count})" for kind, count in kinds]
    report.got(f"{len(events)} events: {', '.join(parts)}")
    report.got('check(..., "AssistantStreamEvent") finds nothing wrong')


def _kind(event: AssistantStreamEvent) -> str:
    return type(event).__name__
