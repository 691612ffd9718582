"""Semantic Kernel: OpenAIAssistantAgent."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from harness.frameworks.programs.common import MODEL, QUESTION, Clients, expect, run
from harness.frameworks.programs.common import times as multiply

agents: Any = import_module("semantic_kernel.agents")
functions: Any = import_module("semantic_kernel.functions")


def _times(self: object, a: int, b: int) -> int:
    """Multiply two numbers."""
    return multiply(a, b)


class Calculator:
    """A plugin."""

    times: Any = functions.kernel_function(_times, name="times")


async def get_response(clients: Clients) -> None:
    """Have a tool called."""
    agent = await _agent(clients)
    expect(str((await agent.get_response(messages=QUESTION)).content))


async def invoke_stream(clients: Clients) -> None:
    """Have a tool called in a stream."""
    agent = await _agent(clients)
    pieces = [
        str(each.content) async for each in agent.invoke_stream(messages=QUESTION)
    ]
    expect("".join(pieces))


async def _agent(clients: Clients) -> Any:
    definition = await clients.asynchronous.beta.assistants.create(
        model=MODEL, name="Ada", instructions="Answer."
    )
    return agents.OpenAIAssistantAgent(
        client=clients.asynchronous, definition=definition, plugins=[Calculator()]
    )


if __name__ == "__main__":
    run(get_response, invoke_stream)
