"""Call every operation, sync and async, at a server that judges what it gets.

The generated modules do so, and the clients that people use. Prism judges the requests
and makes up the responses, so neither is of our making.
"""

from __future__ import annotations

import asyncio
import importlib
import re
import socket
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from assistants_api import AuthenticatedClient, check, errors, models
from harness.environments import node, node_with
from harness.prism.clients import async_faults, sync_faults
from harness.processes import ProcessError, running

ROOT = Path(__file__).resolve().parents[2]
VERSION = "5.14.2"
THREAD, RUN, MESSAGE, STEP = "thread_1", "run_1", "msg_1", "step_1"
PAGE = {"limit": 5, "order": "asc", "after": "id_1", "before": "id_9"}
INCLUDE = {"include": ["step_details.tool_calls[*].file_search.results[*].content"]}
METADATA = {"colour": "blue"}


@dataclass(frozen=True)
class Call:
    """A correct call: module below `api`, result, path and other arguments."""

    name: str
    result: type[Any]
    ids: tuple[str, ...] = ()
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def module(self) -> Any:
        return importlib.import_module(f"assistants_api.api.{self.name}")


MESSAGE_BODY = models.CreateMessageRequest(
    role="user",
    content=[models.MessageRequestContentTextObject(text="How high is it?")],
    attachments=[
        models.MessageAttachment(file_id="file_1", tools=[models.AssistantToolsCode()])
    ],
)
FUNCTION = models.AssistantToolsFunction(
    function=models.FunctionObject(
        name="height", parameters={"type": "object", "properties": {}}, strict=True
    )
)
ASSISTANT_BODY = models.CreateAssistantRequest(
    model="gpt-4o",
    name="Surveyor",
    tools=[models.AssistantToolsCode(), FUNCTION],
    metadata=METADATA,
    temperature=0.5,
    response_format="auto",
)
RUN_BODY = models.CreateRunRequest(
    assistant_id="asst_1",
    additional_messages=[MESSAGE_BODY],
    tools=[FUNCTION],
    max_prompt_tokens=256,
    truncation_strategy=models.TruncationObject(type="last_messages", last_messages=3),
    tool_choice="required",
    response_format=models.ResponseFormatJsonObject(),
)
CALLS = [
    Call("assistants.list_assistants", models.ListAssistantsResponse, (), PAGE),
    Call(
        "assistants.create_assistant",
        models.AssistantObject,
        (),
        {"body": ASSISTANT_BODY},
    ),
    Call("assistants.get_assistant", models.AssistantObject, ("asst_1",)),
    Call(
        "assistants.modify_assistant",
        models.AssistantObject,
        ("asst_1",),
        {"body": {"name": None, "reasoning_effort": "low", "metadata": METADATA}},
    ),
    Call("assistants.delete_assistant", models.DeleteAssistantResponse, ("asst_1",)),
    Call(
        "threads.create_thread",
        models.ThreadObject,
        (),
        {"body": models.CreateThreadRequest(messages=[MESSAGE_BODY])},
    ),
    Call("threads.get_thread", models.ThreadObject, (THREAD,)),
    Call(
        "threads.modify_thread",
        models.ThreadObject,
        (THREAD,),
        {"body": models.ModifyThreadRequest(metadata=METADATA)},
    ),
    Call("threads.delete_thread", models.DeleteThreadResponse, (THREAD,)),
    Call(
        "messages.list_messages",
        models.ListMessagesResponse,
        (THREAD,),
        {**PAGE, "run_id": RUN},
    ),
    Call(
        "messages.create_message",
        models.MessageObject,
        (THREAD,),
        {"body": MESSAGE_BODY},
    ),
    Call("messages.get_message", models.MessageObject, (THREAD, MESSAGE)),
    Call(
        "messages.modify_message",
        models.MessageObject,
        (THREAD, MESSAGE),
        {"body": {"metadata": None}},
    ),
    Call("messages.delete_message", models.DeleteMessageResponse, (THREAD, MESSAGE)),
    Call("runs.list_runs", models.ListRunsResponse, (THREAD,), PAGE),
    Call("runs.create_run", models.RunObject, (THREAD,), {"body": RUN_BODY, **INCLUDE}),
    Call(
        "runs.create_thread_and_run",
        models.RunObject,
        (),
        {"body": {"assistant_id": "asst_1", "thread": {"messages": [MESSAGE_BODY]}}},
    ),
    Call("runs.get_run", models.RunObject, (THREAD, RUN)),
    Call(
        "runs.modify_run",
        models.RunObject,
        (THREAD, RUN),
        {"body": {"metadata": METADATA}},
    ),
    Call("runs.cancel_run", models.RunObject, (THREAD, RUN)),
    Call(
        "runs.submit_tool_outputs_to_run",
        models.RunObject,
        (THREAD, RUN),
        {"body": {"tool_outputs": [{"tool_call_id": "call_1", "output": "98 m"}]}},
    ),
    Call(
        "run_steps.list_run_steps",
        models.ListRunStepsResponse,
        (THREAD, RUN),
        {**PAGE, **INCLUDE},
    ),
    Call("run_steps.get_run_step", models.RunStepObject, (THREAD, RUN, STEP), INCLUDE),
]


def main() -> int:
    """Start prism and make all calls; return the exit code."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    def is_ready() -> bool:
        with socket.socket() as connection:
            return connection.connect_ex(("127.0.0.1", port)) == 0

    try:
        prism = node_with(f"prism-{VERSION}", f"@stoplight/prism-cli@{VERSION}")
        # One process, so that ending it ends everything.
        command: list[str | Path] = [
            *(node(), prism / "dist" / "index.js", "mock", "--multiprocess=false"),
            *("--host", "127.0.0.1", "--port", str(port), ROOT / "openapi.yaml"),
        ]
        with (
            tempfile.TemporaryDirectory(prefix="prism-") as folder,
            running(command, Path(folder, "log"), is_ready),
        ):
            return call_everything(f"http://127.0.0.1:{port}")
    except ProcessError as error:
        print(f"prism: {error}", file=sys.stderr)
        return 2


def call_everything(base_url: str) -> int:
    """Make all calls; return the exit code."""
    problems = {call.name: faults for call, faults in asyncio.run(_all(base_url))}
    for name, faults in problems.items():
        print(f"{'refused' if faults else 'ok':8}{name}")
        for fault in faults:
            print(f"        {fault[:300]}")
    missing = _documented() - {name.rpartition(".")[2] for name in problems}
    if missing:
        print(f"no call for: {', '.join(sorted(missing))}")
    good = sum(not faults for faults in problems.values())
    print(
        f"prism accepted {good} of {len(problems)} operations, sync and async, by the "
        "generated modules and by Client and AsyncClient"
    )
    return int(bool(missing) or good < len(problems))


async def _all(base_url: str) -> list[tuple[Call, list[str]]]:
    with AuthenticatedClient(base_url=base_url, token="any") as client:
        async with client:
            found = [(call, await _faults(call, client)) for call in CALLS]
    by_name = {call.name: faults for call, faults in found}
    # In a thread, as the event loop is not to be held up by it.
    for call, fault in await asyncio.to_thread(lambda: [*sync_faults(base_url, CALLS)]):
        by_name[call.name].append(fault)
    async for call, fault in async_faults(base_url, CALLS):
        by_name[call.name].append(fault)
    return found


async def _faults(call: Call, client: AuthenticatedClient) -> list[str]:
    """Make a call in both ways; return what is wrong with the responses."""
    faults: list[str] = []
    for way in ("sync_detailed", "asyncio_detailed"):
        function = getattr(call.module, way)
        try:
            response = function(*call.ids, client=client, **call.others)
            if way == "asyncio_detailed":
                response = await response
        except (errors.ApiError, httpx.TransportError) as error:
            faults.append(f"{way}: {error!r}")
        else:
            faults += [f"{way}: {fault}" for fault in _faults_of(call, response)]
    return faults


def _faults_of(call: Call, response: Any) -> list[str]:
    faults = []
    if not 200 <= response.status_code <= 299:
        faults.append(f"status {response.status_code}")
    if "sl-violations" in response.headers:
        faults.append(response.headers["sl-violations"])
    if type(response.parsed) is not call.result:
        faults.append(f"returned {response.parsed!r}, no {call.result.__name__}")
    elif deviations := check(response.parsed, call.result.__name__):
        faults += [f"response at {deviation}" for deviation in deviations]
    return faults


def _documented() -> set[str]:
    """Return the operations of the document, under the names of their modules."""
    document = yaml.safe_load((ROOT / "openapi.yaml").read_text("utf-8"))
    ids = [
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    return {re.sub("[A-Z]", lambda match: f"_{match[0].lower()}", each) for each in ids}


if __name__ == "__main__":
    sys.exit(main())
