"""A client for the Assistants API: assistants, threads, messages, runs, run steps."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._errors import APIConnectionError as APIConnectionError
    from ._errors import APIError as APIError
    from ._errors import APIStatusError as APIStatusError
    from ._errors import APITimeoutError as APITimeoutError
    from ._errors import AssistantsError as AssistantsError
    from ._errors import AuthenticationError as AuthenticationError
    from ._errors import BadRequestError as BadRequestError
    from ._errors import ConfigurationError as ConfigurationError
    from ._errors import ConflictError as ConflictError
    from ._errors import DecodeError as DecodeError
    from ._errors import InternalServerError as InternalServerError
    from ._errors import NotFoundError as NotFoundError
    from ._errors import PermissionDeniedError as PermissionDeniedError
    from ._errors import RateLimitError as RateLimitError
    from ._errors import RunError as RunError
    from ._errors import RunTimeout as RunTimeout
    from ._errors import ToolError as ToolError
    from ._errors import UnprocessableEntityError as UnprocessableEntityError
    from ._pages import AsyncPage as AsyncPage
    from ._pages import Page as Page
    from ._responses import RawResponse as RawResponse
    from ._streamed import AsyncStreamedResponse as AsyncStreamedResponse
    from ._streamed import StreamedResponse as StreamedResponse
    from ._verbosity import verbosity as verbosity
    from ._version import __version__ as __version__
    from .client import AsyncClient as AsyncClient
    from .client import Client as Client
    from .tools import Tool as Tool
    from .tools import ToolSet as ToolSet
    from .tools import tool as tool
    from .tools import tool_output as tool_output

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIStatusError",
    "APITimeoutError",
    "AssistantsError",
    "AsyncClient",
    "AsyncPage",
    "AsyncStreamedResponse",
    "AuthenticationError",
    "BadRequestError",
    "Client",
    "ConfigurationError",
    "ConflictError",
    "DecodeError",
    "InternalServerError",
    "NotFoundError",
    "Page",
    "PermissionDeniedError",
    "RateLimitError",
    "RawResponse",
    "RunError",
    "RunTimeout",
    "StreamedResponse",
    "Tool",
    "ToolError",
    "ToolSet",
    "UnprocessableEntityError",
    "__version__",
    "tool",
    "tool_output",
    "verbosity",
]
_HOMES = {
    "AsyncClient": "client",
    "AsyncPage": "_pages",
    "Client": "client",
    "Page": "_pages",
    "RawResponse": "_responses",
    "AsyncStreamedResponse": "_streamed",
    "StreamedResponse": "_streamed",
    "Tool": "tools",
    "ToolSet": "tools",
    "__version__": "_version",
    "tool": "tools",
    "tool_output": "tools",
    "verbosity": "_verbosity",
}

# Hidden from type checkers, to whom it would mean that every name exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import what somebody asks for."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        home = _HOMES.get(name, "_errors")
        value = getattr(import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
