"""What the programs share: the clients, and the run of their cases.

A program is started as `python PROGRAM URL KIND`.
"""

from __future__ import annotations

import functools
import logging
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.cases import tell

QUESTION = "What is six times seven?"
MODEL = "gpt-4o-mini"


@dataclass(frozen=True)
class Clients:
    """Clients of a kind, and what they are made with.

    Attributes:
        kind: `ours`, `imitating` (ours, after `imitate_openai`) or `openai`.
        url: the base URL of the server.
        plain: the client.
        asynchronous: the client to await.
        class_: the class of the plain client.
    """

    kind: str
    url: str
    plain: Any
    asynchronous: Any
    class_: type


def times(a: int, b: int) -> int:
    """Multiply two numbers."""
    return a * b


def expect(text: Any, wanted: str = "42") -> None:
    """Check an answer.

    Raises:
        AssertionError: it isn't what the server's engine says.
    """
    if not isinstance(text, str) or wanted not in text:
        raise AssertionError(f"{wanted!r} is not in the answer {text!r}")


def run(*cases: Callable[[Clients], Any]) -> None:
    """Carry out the cases, each with clients of its own."""
    url, kind = sys.argv[1:]
    warnings.simplefilter("ignore")
    logging.disable()
    os.environ.update(OPENAI_API_KEY="none", OPENAI_BASE_URL=url)
    if kind == "imitating":
        import assistants_client

        assistants_client.imitate_openai()
    tell(*(_named(case, kind, url) for case in cases))


def _named(case: Callable[[Clients], Any], kind: str, url: str) -> Callable[[], Any]:
    @functools.wraps(case)
    def call() -> Any:
        return case(_clients(kind, url))

    return call


def _clients(kind: str, url: str) -> Clients:
    settings: Any = {"base_url": url, "api_key": "none"}
    if kind == "openai":
        from openai import AsyncOpenAI, OpenAI

        return Clients(kind, url, OpenAI(**settings), AsyncOpenAI(**settings), OpenAI)
    from assistants_client import AsyncClient, Client

    return Clients(kind, url, Client(**settings), AsyncClient(**settings), Client)
