"""The clients: what is installed of each, and how its program is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.environments import ROOT, node, node_with, python_with
from harness.frameworks.frameworks import FRAMEWORKS

Command = list[str | Path]
_PROGRAMS = Path(__file__).with_name("programs")
_AZURE = ("azure-ai-agents==1.1.0", "aiohttp==3.13.2")
_OLD_PYTHON, _OLD_NODE, _NEW_NODE = "1.109.1", "4.104.0", "7.59.0"


@dataclass(frozen=True)
class Front:
    """A client and its program.

    Attributes:
        name: what people call it.
        command: makes its environment, and returns what starts its program at the
            base URL of a server.
    """

    name: str
    command: Callable[[str], Command]


def environment() -> dict[str, str]:
    """Return the variables that programs get besides the plain ones."""
    # LangChain would tell its maker of its use.
    return {"PYTHONPATH": os.fspath(ROOT), "LANGSMITH_TRACING": "false"}


def _ours(url: str) -> Command:
    return [sys.executable, _PROGRAMS / "openai_python.py", url]


def _old_openai(url: str) -> Command:
    python = python_with(f"openai-{_OLD_PYTHON}", f"openai=={_OLD_PYTHON}")
    return [python, _PROGRAMS / "openai_python.py", url]


def _node(version: str) -> Callable[[str], Command]:
    def command(url: str) -> Command:
        folder = node_with(f"node-openai-{version}", f"openai@{version}")
        return [node(), _PROGRAMS / "openai_node.mjs", url, folder]

    return command


def _lang_chain(url: str) -> Command:
    (framework,) = (each for each in FRAMEWORKS if each.name == "LangChain")
    python = python_with(framework.program, *framework.all_packages())
    return [python, _PROGRAMS / "lang_chain.py", url]


def _azure(url: str) -> Command:
    python = python_with("azure-agents", *_AZURE)
    return [python, _PROGRAMS / "azure_agents.py", url]


FRONTS = (
    Front("openai", _ours),
    Front(f"openai {_OLD_PYTHON}", _old_openai),
    Front(f"openai {_OLD_NODE} (Node.js)", _node(_OLD_NODE)),
    Front(f"openai {_NEW_NODE} (Node.js)", _node(_NEW_NODE)),
    Front("LangChain", _lang_chain),
    Front("azure-ai-agents", _azure),
)
