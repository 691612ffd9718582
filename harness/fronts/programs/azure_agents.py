"""The client of Azure AI Foundry (classic): polled, streamed and awaited.

It sends its token over https alone, unless it is told otherwise; what it asks for ends
in `/api/projects/NAME`, as the addresses of projects do.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module
from pathlib import Path
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
    plus,
    times,
)

agents: Any = import_module("azure.ai.agents")
aio: Any = import_module("azure.ai.agents.aio")
models: Any = import_module("azure.ai.agents.models")
credentials: Any = import_module("azure.core.credentials")
policies: Any = import_module("azure.core.pipeline.policies")
errors: Any = import_module("azure.core.exceptions")

_PROJECT = sys.argv[1].removesuffix("/v1") + "/api/projects/demo"
_KEY = credentials.AzureKeyCredential("none")


def _client(module: Any = agents) -> Any:
    policy = policies.AzureKeyCredentialPolicy(_KEY, "Authorization", prefix="Bearer")
    return module.AgentsClient(_PROJECT, _KEY, authentication_policy=policy)


def polled() -> None:
    """Let the client poll, and call functions by itself."""
    with _client() as client:
        functions = models.FunctionTool({times, plus})
        client.enable_auto_function_calls({times, plus})
        agent = client.create_agent(model=MODEL, tools=functions.definitions)
        thread = _thread(client)
        run = client.runs.create_and_process(
            thread_id=thread.id, agent_id=agent.id, polling_interval=0.01
        )
        expect((run.status, run.last_error), ("completed", None))
        expect(run.usage.total_tokens, 4 * 30)
        role = models.MessageRole.AGENT
        last = client.messages.get_last_message_text_by_role(thread.id, role)
        expect(last.text.value)
        steps = client.run_steps.list(thread.id, run.id, order="asc")
        expect(_called(steps), CALLED)


def polled_by_hand() -> None:
    """Poll, and submit outputs, as many programs do."""
    with _client() as client:
        agent = client.create_agent(model=MODEL, tools=DEFINITIONS)
        thread = _thread(client)
        run = client.runs.create(thread_id=thread.id, agent_id=agent.id)
        while run.status in ("queued", "in_progress", "requires_action"):
            if run.status == "requires_action":
                calls = run.required_action.submit_tool_outputs.tool_calls
                outputs = [models.ToolOutput(**output_of(call)) for call in calls]
                client.runs.submit_tool_outputs(
                    thread_id=thread.id, run_id=run.id, tool_outputs=outputs
                )
            run = client.runs.get(thread_id=thread.id, run_id=run.id)
        expect(run.status, "completed")


if TYPE_CHECKING:
    _Base = object
else:
    _Base = models.AgentEventHandler


class _Handler(_Base):
    def __init__(self) -> None:
        super().__init__()
        self.deltas: list[str] = []
        self.kinds: set[str] = set()

    def on_message_delta(self, delta: Any) -> None:
        self.deltas.append(delta.text)

    def on_run_step_delta(self, delta: Any) -> None:
        self.kinds.add(type(delta.delta.step_details).__name__)

    def on_unhandled_event(self, event_type: str, event_data: Any) -> None:
        self.kinds.add(f"unhandled {event_type}")


def streamed() -> None:
    """Stream to a handler; the client calls functions by itself."""
    with _client() as client:
        functions = models.FunctionTool({times, plus})
        client.enable_auto_function_calls({times, plus})
        agent = client.create_agent(model=MODEL, tools=functions.definitions)
        handler = _Handler()
        with client.runs.stream(
            thread_id=_thread(client).id, agent_id=agent.id, event_handler=handler
        ) as stream:
            stream.until_done()
        expect("".join(handler.deltas))
        expect(handler.kinds, {"RunStepDeltaToolCallObject"})


async def awaited() -> None:
    """Stream with the client to await."""
    async with _client(aio) as client:
        functions = models.AsyncFunctionTool({times, plus})
        client.enable_auto_function_calls({times, plus})
        agent = await client.create_agent(model=MODEL, tools=functions.definitions)
        thread = await client.threads.create()
        await client.messages.create(thread.id, role="user", content=QUESTION)
        text = ""
        async with await client.runs.stream(
            thread_id=thread.id, agent_id=agent.id
        ) as stream:
            async for _, data, _ in stream:
                if isinstance(data, models.MessageDeltaChunk):
                    text += data.text
        expect(text, ANSWER)


def everything_else() -> None:
    """Use what else the client has: lists, changes, files, vector stores, errors."""
    with _client() as client, tempfile.TemporaryDirectory() as folder:
        agent = client.create_agent(model=MODEL, name="Ada")
        expect(client.update_agent(agent.id, name="Eva").name, "Eva")
        expect(client.get_agent(agent.id).name, "Eva")
        expect(agent.id in [each.id for each in client.list_agents()], wanted=True)
        thread = _thread(client)
        changed = client.threads.update(thread.id, metadata={"a": "1"})
        expect(changed.metadata, {"a": "1"})
        expect(thread.id in [each.id for each in client.threads.list()], wanted=True)
        path = Path(folder, "notes.txt")
        path.write_text("The tower is 300 m high.", encoding="utf-8")
        file = client.files.upload_and_poll(
            file_path=str(path), purpose="assistants", polling_interval=0.01
        )
        expect(b"".join(client.files.get_content(file.id)), path.read_bytes())
        store = client.vector_stores.create_and_poll(
            file_ids=[file.id], name="notes", polling_interval=0.01
        )
        expect((store.status, store.file_counts.completed), ("completed", 1))
        ids = [each.id for each in client.vector_store_files.list(store.id)]
        expect(ids, [file.id])
        client.vector_stores.delete(store.id)
        client.files.delete(file.id)
        client.threads.delete(thread.id)
        client.delete_agent(agent.id)
        try:
            client.get_agent(agent.id)
        except errors.ResourceNotFoundError as error:
            expect(agent.id in str(error), wanted=True)
        else:
            raise AssertionError("the agent is still there")


def _thread(client: Any) -> Any:
    thread = client.threads.create()
    client.messages.create(thread_id=thread.id, role="user", content=QUESTION)
    return thread


def _called(steps: Any) -> list[str]:
    return [
        call.function.name
        for step in steps
        if step.type == "tool_calls"
        for call in step.step_details.tool_calls
    ]


if __name__ == "__main__":
    tell(polled, polled_by_hand, streamed, awaited, everything_else)
