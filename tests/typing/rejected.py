"""What type checkers must refuse, line by line.

Each line would be an error at run time, at the latest at the server. Both checkers say
so where one of these comments has nothing to ignore.
"""

# pyright: reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

from assistants_api import UNSET
from assistants_api.models import FunctionObject
from assistants_client import (
    AssistantEventHandler,
    AsyncAssistantEventHandler,
    AsyncClient,
    AsyncRun,
    Client,
    Run,
    Thread,
    ToolSet,
    tool,
)


def clients() -> None:
    Client(colour="blue")  # type: ignore[call-arg]
    Client(verbosity=4)  # type: ignore[arg-type]
    Client("key")  # type: ignore[call-arg]
    Client().with_options(colour="blue")  # type: ignore[call-arg]
    Client.for_azure(token_provider="t")  # type: ignore[arg-type]
    Client().completions  # type: ignore[attr-defined]  # noqa: B018


def calls(client: Client) -> None:
    client.assistants.create()  # type: ignore[call-arg]
    client.assistants.create(model=7)  # type: ignore[arg-type]
    client.assistants.retrieve()  # type: ignore[call-arg]
    client.assistants.retrieve(7)  # type: ignore[arg-type]
    client.assistants.update("a", nmae="b")  # type: ignore[call-arg]
    client.assistants.list(order="up")  # type: ignore[arg-type]
    client.assistants.list(max_items="1")  # type: ignore[arg-type]


def answers(run: Run) -> None:
    run.statsu  # type: ignore[attr-defined]  # noqa: B018
    run.temperature + 1  # type: ignore[operator]
    run.temperature = UNSET  # type: ignore[assignment]
    run.model_dump(exclude_nones=True)  # type: ignore[call-arg]
    FunctionObject(name="f", description=7)  # type: ignore[arg-type]
    FunctionObject(name="f", parameters=None)  # type: ignore[arg-type]


def nested(client: Client) -> None:
    runs, messages = client.threads.runs, client.threads.messages
    runs.create("t")  # type: ignore[call-overload]
    runs.retrieve("r")  # type: ignore[call-arg]
    runs.retrieve("r", "t")  # type: ignore[call-arg]
    runs.create("t", assistant_id="a", verbosity=9)  # type: ignore[call-overload]
    messages.create("t", role="user")  # type: ignore[call-arg]
    client.threads.create(messages=[{"role": "user"}])  # type: ignore[list-item]
    runs.with_raw_response.create("t")  # type: ignore[call-overload]
    runs.create("t", assistant_id="a").parse()  # type: ignore[attr-defined]


async def awaited(client: AsyncClient) -> None:
    client.threads.create().id  # type: ignore[attr-defined]  # noqa: B018
    for _ in client.assistants.list():  # type: ignore[attr-defined]
        pass
    (await client.threads.retrieve("t")).nothing  # type: ignore[attr-defined]  # noqa: B018


@tool
def add(a: int) -> int:
    """Add."""
    return a


def tools() -> None:
    add("1")  # type: ignore[arg-type]
    ToolSet([], on_error="ignore")  # type: ignore[arg-type]
    tool(5)  # type: ignore[call-overload]


def alive(run: Run, thread: Thread) -> None:
    run.wait(tolls=[add])  # type: ignore[call-arg]
    run.wait(timeout="5")  # type: ignore[arg-type]
    run.wait(tools=[5])  # type: ignore[list-item]
    run.submit_tool_outputs(5)  # type: ignore[call-overload]
    run.update(status="completed")  # type: ignore[call-arg]
    run.submit_tool_outputs([], stream=True).status  # type: ignore[attr-defined]  # noqa: B018
    thread.add_message()  # type: ignore[call-arg]
    thread.run()  # type: ignore[call-arg]


def streams(client: Client, handler: AsyncAssistantEventHandler) -> None:
    runs = client.threads.runs
    runs.stream(thread_id="t")  # type: ignore[call-arg]
    runs.stream(thread_id="t", assistant_id="a", event_handler=handler)  # type: ignore[arg-type]
    runs.stream(thread_id="t", assistant_id="a").until_done()  # type: ignore[attr-defined]
    runs.stream(thread_id="t", assistant_id="a", on_text=print)  # type: ignore[call-arg]
    runs.create("t", assistant_id="a", stream=True).status  # type: ignore[attr-defined]  # noqa: B018


async def async_runs(
    client: AsyncClient, run: AsyncRun, handler: AssistantEventHandler
) -> None:
    run.wait().status  # type: ignore[attr-defined]  # noqa: B018
    runs = client.threads.runs
    runs.stream(thread_id="t", assistant_id="a", event_handler=handler)  # type: ignore[arg-type]
    with runs.stream(thread_id="t", assistant_id="a"):  # type: ignore[attr-defined]
        pass
    for _ in await runs.create("t", assistant_id="a", stream=True):  # type: ignore[attr-defined]
        pass
