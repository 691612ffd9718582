"""ag2: GPTAssistantAgent, which makes its client itself."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from unittest.mock import patch

from common import MODEL, QUESTION, Clients, expect, run, times

contrib: Any = import_module("autogen.agentchat.contrib.gpt_assistant_agent")
agents: Any = import_module("autogen")
DEFINITION = {
    "name": "times",
    "description": "Multiply two numbers.",
    "parameters": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


def reply(clients: Clients) -> None:
    """Have a tool called, by an assistant that is new."""
    expect(_answer(clients, QUESTION, "new"))


def reply_of_one_that_exists(clients: Clients) -> None:
    """Find the assistant by its name."""
    _answer(clients, "Good day!", "old")
    expect(_answer(clients, QUESTION, "old"))


def _answer(clients: Clients, question: str, name: str) -> Any:
    endpoint = {"model": MODEL, "base_url": clients.url, "api_key": "none"}
    with patch("autogen.oai.client.OpenAI", clients.class_):
        agent = contrib.GPTAssistantAgent(
            name=f"{clients.kind}-{name}",
            instructions="Answer.",
            llm_config={"config_list": [endpoint]},
            assistant_config={
                "tools": [{"type": "function", "function": DEFINITION}],
                "check_every_ms": 10,
            },
        )
    agent.register_function({"times": times})
    user = agents.UserProxyAgent(
        "user", human_input_mode="NEVER", code_execution_config=False
    )
    result = user.initiate_chat(agent, message=question, max_turns=1, silent=True)
    return result.chat_history[-1]["content"]


if __name__ == "__main__":
    run(reply, reply_of_one_that_exists)
