"""LangChain's runnables for assistants, as agents that an executor carries out."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from typing import Any

from openai import OpenAI

from harness.cases import tell
from harness.fronts.programs.common import CALLED, MODEL, QUESTION, TOOLS, expect

classic: Any = import_module("langchain_classic.agents")
openai_assistant: Any = import_module("langchain_classic.agents.openai_assistant")
community: Any = import_module("langchain_community.agents.openai_assistant")
tools: Any = import_module("langchain_core.tools")

warnings.simplefilter("ignore")


def runnable() -> None:
    """Let the executor carry out the runnable of the API's first version."""
    _agent(openai_assistant.OpenAIAssistantRunnable)


def runnable_version_2() -> None:
    """Let the executor carry out the runnable of the API's second version."""
    _agent(community.OpenAIAssistantV2Runnable)


def _agent(kind: Any) -> None:
    functions = [tools.tool(function) for function in TOOLS.values()]
    agent = kind.create_assistant(
        name="Ada",
        instructions="",
        tools=functions,
        model=MODEL,
        client=OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0),
        as_agent=True,
        check_every_ms=5,
    )
    executor = classic.AgentExecutor(
        agent=agent, tools=functions, return_intermediate_steps=True
    )
    found = executor.invoke({"content": QUESTION})
    expect(found["output"])
    expect([action.tool for action, _ in found["intermediate_steps"]], CALLED)


if __name__ == "__main__":
    tell(runnable, runnable_version_2)
