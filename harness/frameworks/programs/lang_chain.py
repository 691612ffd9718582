"""LangChain: OpenAIAssistantRunnable and its successor, plain and as agents.

None of them can be awaited, whatever the client: what they do then loops over a page
that is asynchronous without `async`.
"""

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

classic: Any = import_module("langchain_classic.agents")
openai_assistant: Any = import_module("langchain_classic.agents.openai_assistant")
community: Any = import_module("langchain_community.agents.openai_assistant")
tools: Any = import_module("langchain_core.tools")


def plain(clients: Clients) -> None:
    """Ask without a tool; what it returns are messages of the client."""
    runnable = openai_assistant.OpenAIAssistantRunnable.create_assistant(
        name="Ada", instructions="", tools=[], model=MODEL, client=clients.plain
    )
    (message,) = runnable.invoke({"content": "Good day!"})
    expect(message.content[0].text.value, "Good day!")


def as_agent(clients: Clients) -> None:
    """Have a tool called."""
    _agent(clients, openai_assistant.OpenAIAssistantRunnable)


def version_2_as_agent(clients: Clients) -> None:
    """Have a tool called by the runnable for the second version of the API."""
    _agent(clients, community.OpenAIAssistantV2Runnable)


def _agent(clients: Clients, kind: Any) -> None:
    tool = tools.tool(times)
    runnable = kind.create_assistant(
        name="Ada",
        instructions="",
        tools=[tool],
        model=MODEL,
        client=clients.plain,
        as_agent=True,
    )
    executor = classic.AgentExecutor(agent=runnable, tools=[tool])
    expect(executor.invoke({"content": QUESTION})["output"])


if __name__ == "__main__":
    run(plain, as_agent, version_2_as_agent)
