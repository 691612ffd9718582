"""What is measured side by side: our client, the openai package, and bare httpx."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from typing import Any

KEY = "sk-none"
ADDRESS = "http://127.0.0.1/v1"
LIBRARIES = {"ours": "httpx", "openai": "httpx2", "bare": "httpx"}
"""The HTTP library of each."""


def http_client(
    library: str, respond: Callable[[Any, Any], Any], stack: ExitStack
) -> Any:
    """Return an HTTP client whose requests are answered within the process.

    Args:
        library: the HTTP library that it is of.
        respond: is called with the library's type of response, and the request.
        stack: closes the client.
    """
    module: Any = import_module(library)

    def handle(request: Any) -> Any:
        return respond(module.Response, request)

    transport = module.MockTransport(handle)
    return stack.enter_context(module.Client(transport=transport))


def runs_of(name: str, address: str, http: Any, stack: ExitStack) -> Any:
    """Return the runs of our client or of openai's; both are called alike."""
    settings: Any = {"base_url": address, "api_key": KEY, "http_client": http}
    if name == "openai":
        return stack.enter_context(_openai().OpenAI(**settings)).beta.threads.runs
    from assistants_client import Client

    return stack.enter_context(Client(**settings)).threads.runs


def async_client_of(name: str, address: str, http: Any = None) -> Any:
    """Return an asynchronous client of ours or openai's; both are called alike."""
    if name == "openai":
        return _openai().AsyncOpenAI(base_url=address, api_key=KEY, http_client=http)
    from assistants_client import AsyncClient

    return AsyncClient(base_url=address, api_key=KEY, http_client=http)


def _openai() -> Any:
    # Imported by name, as all its methods here are marked as deprecated.
    return import_module("openai")
