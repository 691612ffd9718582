"""The frameworks: what is installed of each, and what is known not to work."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from harness.environments import ROOT

KINDS = ("ours", "imitating", "openai")
"""Our client, ours after `imitate_openai()`, and the client of `openai`."""
ASKS_FOR_CLASSES = "it asks for openai's own classes: call imitate_openai()"


@dataclass(frozen=True)
class Framework:
    """A framework and its program.

    Attributes:
        name: what people call it.
        program: the file in `programs` that uses it.
        packages: what is installed of it, the version that it has here first.
        refuses_ours: the cases that only work after `imitate_openai()`.
    """

    name: str
    program: str
    packages: tuple[str, ...]
    refuses_ours: tuple[str, ...] = ()

    def all_packages(self) -> list[str]:
        """Return its packages, and what our client imports, in any version allowed."""
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        return [*self.packages, *tomllib.loads(text)["project"]["dependencies"]]


FRAMEWORKS = (
    Framework(
        "LangChain",
        "lang_chain",
        (
            "langchain-classic==1.0.8",
            "langchain-community==0.4.2",
            "langchain-openai==1.7.4",
        ),
        refuses_ours=("as_agent", "version_2_as_agent"),
    ),
    Framework(
        "LlamaIndex",
        "llama",
        ("llama-index-agent-openai==0.4.12",),
        refuses_ours=("chat", "history", "asynchronous"),
    ),
    # The last version with GPTAssistantAgent.
    Framework("ag2", "ag2_agent", ("ag2[openai]==0.13.4",)),
    Framework(
        "autogen-ext",
        "autogen_agent",
        ("autogen-ext[openai]==0.7.5", "autogen-agentchat==0.7.5"),
    ),
    Framework("LiteLLM", "lite_llm", ("litellm==1.110.2",)),
    Framework(
        "Semantic Kernel",
        "semantic_kernel_agent",
        ("semantic-kernel==1.45.0",),
        refuses_ours=("get_response", "invoke_stream"),
    ),
)
