"""ag2: GPTAssistantAgent, which makes its client itself."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from unittest.mock import patch

from harness.frameworks.programs.common import (
    MODEL,
    QUESTION,
    Clients,
    expect,
    run,
    times,
)

contrib: Any = import_module("autogen.agentchat.contrib.gpt_assistant_agent")
agents: Any = import_module("autogen")
DEFINITION = {
    "name": "times",
    "description": "Multiply a by b.",
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
            assistant_config={"tools": [{"type": "function", "function": DEFINITION}]},
        )
    # What it makes of the configuration has None in this place, and it fails when a run
    # isn't done at once, with whatever client.
    agent.llm_config = {"check_every_ms": 10}
    # Outputs are texts in the API, and ag2 passes on what it gets.
    agent.register_function({"times": lambda **given: str(times(**given))})
    user = agents.UserProxyAgent(
        "user", human_input_mode="NEVER", code_execution_config=False
    )
    result = user.initiate_chat(agent, message=question, max_turns=1, silent=True)
    return result.chat_history[-1]["content"]


if __name__ == "__main__":
    run(reply, reply_of_one_that_exists)
