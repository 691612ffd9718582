"""A client for the Assistants API: assistants, threads, messages, runs, run steps."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._api import json_default as json_default
    from ._errors import APIConnectionError as APIConnectionError
    from ._errors import APIError as APIError
    from ._errors import APIStatusError as APIStatusError
    from ._errors import APITimeoutError as APITimeoutError
    from ._errors import ArgumentError as ArgumentError
    from ._errors import AssistantsError as AssistantsError
    from ._errors import AuthenticationError as AuthenticationError
    from ._errors import BadRequestError as BadRequestError
    from ._errors import ConfigurationError as ConfigurationError
    from ._errors import ConflictError as ConflictError
    from ._errors import DecodeError as DecodeError
    from ._errors import FalseSuccessError as FalseSuccessError
    from ._errors import InternalServerError as InternalServerError
    from ._errors import NotFoundError as NotFoundError
    from ._errors import PermissionDeniedError as PermissionDeniedError
    from ._errors import RateLimitError as RateLimitError
    from ._errors import StreamInterrupted as StreamInterrupted
    from ._errors import UnprocessableEntityError as UnprocessableEntityError
    from ._errors import UsageError as UsageError
    from ._file_errors import FileError as FileError
    from ._file_errors import UploadError as UploadError
    from ._file_errors import UploadFailure as UploadFailure
    from ._file_errors import WaitTimeout as WaitTimeout
    from ._imitation import imitate_openai as imitate_openai
    from ._run_errors import RunCancelled as RunCancelled
    from ._run_errors import RunError as RunError
    from ._run_errors import RunExpired as RunExpired
    from ._run_errors import RunFailed as RunFailed
    from ._run_errors import RunIncomplete as RunIncomplete
    from ._run_errors import RunRequiresAction as RunRequiresAction
    from ._run_errors import RunRequiresApproval as RunRequiresApproval
    from ._run_errors import RunTimeout as RunTimeout
    from ._run_errors import ToolError as ToolError
    from ._run_errors import UnknownRunAction as UnknownRunAction
    from ._verbosity import verbosity as verbosity
    from ._version import __version__ as __version__
    from .binary import HttpxBinaryResponseContent as HttpxBinaryResponseContent
    from .client import AsyncClient as AsyncClient
    from .client import Client as Client
    from .display.conversation import Conversation as Conversation
    from .display.timeline import Timeline as Timeline
    from .objects.assistants import Assistant as Assistant
    from .objects.assistants import AsyncAssistant as AsyncAssistant
    from .objects.files import AsyncFileObject as AsyncFileObject
    from .objects.files import FileObject as FileObject
    from .objects.messages import AsyncMessage as AsyncMessage
    from .objects.messages import Message as Message
    from .objects.runs import AsyncRun as AsyncRun
    from .objects.runs import Run as Run
    from .objects.steps import AsyncRunStep as AsyncRunStep
    from .objects.steps import RunStep as RunStep
    from .objects.threads import AsyncThread as AsyncThread
    from .objects.threads import Thread as Thread
    from .objects.vector_stores import AsyncVectorStore as AsyncVectorStore
    from .objects.vector_stores import VectorStore as VectorStore
    from .pages import AsyncPage as AsyncPage
    from .pages import Page as Page
    from .responses import AsyncStreamedResponse as AsyncStreamedResponse
    from .responses import RawResponse as RawResponse
    from .responses import StreamedResponse as StreamedResponse
    from .streaming.handlers import AssistantEventHandler as AssistantEventHandler
    from .streaming.handlers import (
        AsyncAssistantEventHandler as AsyncAssistantEventHandler,
    )
    from .streaming.managers import AssistantStreamManager as AssistantStreamManager
    from .streaming.managers import (
        AsyncAssistantStreamManager as AsyncAssistantStreamManager,
    )
    from .streaming.stream import AsyncStream as AsyncStream
    from .streaming.stream import Stream as Stream
    from .tools import Tool as Tool
    from .tools import ToolSet as ToolSet
    from .tools import tool as tool
    from .tools import tool_output as tool_output

_NAMES = {
    "_api": "json_default",
    "_errors": (
        "APIConnectionError APIError APIStatusError APITimeoutError ArgumentError "
        "AssistantsError AuthenticationError BadRequestError ConfigurationError "
        "ConflictError DecodeError FalseSuccessError InternalServerError "
        "NotFoundError PermissionDeniedError RateLimitError StreamInterrupted "
        "UnprocessableEntityError UsageError"
    ),
    "_file_errors": "FileError UploadError UploadFailure WaitTimeout",
    "_imitation": "imitate_openai",
    "_run_errors": (
        "RunCancelled RunError RunExpired RunFailed RunIncomplete "
        "RunRequiresAction RunRequiresApproval RunTimeout ToolError UnknownRunAction"
    ),
    "_verbosity": "verbosity",
    "_version": "__version__",
    "binary": "HttpxBinaryResponseContent",
    "client": "AsyncClient Client",
    "display.conversation": "Conversation",
    "display.timeline": "Timeline",
    "objects.assistants": "Assistant AsyncAssistant",
    "objects.files": "AsyncFileObject FileObject",
    "objects.messages": "AsyncMessage Message",
    "objects.runs": "AsyncRun Run",
    "objects.steps": "AsyncRunStep RunStep",
    "objects.threads": "AsyncThread Thread",
    "objects.vector_stores": "AsyncVectorStore VectorStore",
    "pages": "AsyncPage Page",
    "responses": "AsyncStreamedResponse RawResponse StreamedResponse",
    "streaming.handlers": "AssistantEventHandler AsyncAssistantEventHandler",
    "streaming.managers": "AssistantStreamManager AsyncAssistantStreamManager",
    "streaming.stream": "AsyncStream Stream",
    "tools": "Tool ToolSet tool tool_output",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

# Checkers know what is public by the imports above.
__all__ = [*_HOMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]

# Hidden from type checkers, to whom it would mean that every name exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a public name when it is first used."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
