"""autogen-ext: OpenAIAssistantAgent."""

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

agents: Any = import_module("autogen_ext.agents.openai")
messages: Any = import_module("autogen_agentchat.messages")
core: Any = import_module("autogen_core")


async def on_messages(clients: Clients) -> None:
    """Have a tool called."""
    agent = agents.OpenAIAssistantAgent(
        name="Ada",
        description="Calculates.",
        client=clients.asynchronous,
        model=MODEL,
        instructions="Answer.",
        tools=[times],
    )
    question = messages.TextMessage(source="user", content=QUESTION)
    response = await agent.on_messages([question], core.CancellationToken())
    expect(response.chat_message.content)
    await agent.on_reset(core.CancellationToken())


if __name__ == "__main__":
    run(on_messages)
