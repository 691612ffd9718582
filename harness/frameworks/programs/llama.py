"""LlamaIndex: OpenAIAssistantAgent, with a client that is given to it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from harness.frameworks.programs.common import (
    MODEL,
    QUESTION,
    Clients,
    expect,
    run,
    times,
)

agents: Any = import_module("llama_index.agent.openai")
core: Any = import_module("llama_index.core.tools")


def chat(clients: Clients) -> None:
    """Have a tool called."""
    expect(str(_agent(clients).chat(QUESTION)))


def history(clients: Clients) -> None:
    """Read the messages."""
    agent = _agent(clients)
    agent.chat("Good day!")
    expect(agent.chat_history[-1].content, "Good day!")


async def asynchronous(clients: Clients) -> None:
    """Await the same."""
    expect(str(await _agent(clients).achat(QUESTION)))


def _agent(clients: Clients) -> Any:
    tool = core.FunctionTool.from_defaults(times)
    definition = tool.metadata.to_openai_tool()
    beta = clients.plain.beta
    assistant = beta.assistants.create(model=MODEL, tools=[definition])
    return agents.OpenAIAssistantAgent(clients.plain, assistant, [tool])


if __name__ == "__main__":
    run(chat, history, asynchronous)
