"""The one door to the generated package; what lies behind it is imported on use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistants_api.checking import Deviation as Deviation
    from assistants_api.checking import check as check
    from assistants_api.checking import document as document
    from assistants_api.errors import UndecodableBody as UndecodableBody
    from assistants_api.models import (
        AssistantObject as AssistantObject,
    )
    from assistants_api.models import (
        CreateAssistantRequestDict as CreateAssistantRequestDict,
    )
    from assistants_api.models import (
        CreateMessageRequestDict as CreateMessageRequestDict,
    )
    from assistants_api.models import (
        CreateMessageRequestOptionalDict as CreateMessageRequestOptionalDict,
    )
    from assistants_api.models import (
        CreateRunRequestOptionalDict as CreateRunRequestOptionalDict,
    )
    from assistants_api.models import (
        CreateThreadAndRunRequestOptionalDict as CreateThreadAndRunRequestOptionalDict,
    )
    from assistants_api.models import (
        CreateThreadRequestDict as CreateThreadRequestDict,
    )
    from assistants_api.models import (
        DeleteAssistantResponse as DeleteAssistantResponse,
    )
    from assistants_api.models import (
        DeleteMessageResponse as DeleteMessageResponse,
    )
    from assistants_api.models import (
        DeleteThreadResponse as DeleteThreadResponse,
    )
    from assistants_api.models import (
        KnownAssistantStreamEvent as KnownAssistantStreamEvent,
    )
    from assistants_api.models import (
        MessageDelta as MessageDelta,
    )
    from assistants_api.models import (
        MessageImageFile as MessageImageFile,
    )
    from assistants_api.models import (
        MessageObject as MessageObject,
    )
    from assistants_api.models import (
        MessageText as MessageText,
    )
    from assistants_api.models import (
        MessageTextDelta as MessageTextDelta,
    )
    from assistants_api.models import (
        ModifyAssistantRequestDict as ModifyAssistantRequestDict,
    )
    from assistants_api.models import (
        ModifyMessageRequestDict as ModifyMessageRequestDict,
    )
    from assistants_api.models import (
        ModifyRunRequestDict as ModifyRunRequestDict,
    )
    from assistants_api.models import (
        ModifyThreadRequestDict as ModifyThreadRequestDict,
    )
    from assistants_api.models import (
        RunObject as RunObject,
    )
    from assistants_api.models import (
        RunStepDelta as RunStepDelta,
    )
    from assistants_api.models import (
        RunStepObject as RunStepObject,
    )
    from assistants_api.models import (
        RunStepToolCall as RunStepToolCall,
    )
    from assistants_api.models import (
        RunStepToolCallDelta as RunStepToolCallDelta,
    )
    from assistants_api.models import (
        ThreadObject as ThreadObject,
    )
    from assistants_api.models import (
        ToolOutput as ToolOutput,
    )
    from assistants_api.models import (
        ToolOutputDict as ToolOutputDict,
    )
    from assistants_api.models import (
        read_assistant_stream_event as read_assistant_stream_event,
    )
    from assistants_api.models import (
        read_message_content as read_message_content,
    )
    from assistants_api.models import (
        read_run_step_tool_call as read_run_step_tool_call,
    )
    from assistants_api.reading import json_of as json_of
    from assistants_api.streaming import Event as Event
    from assistants_api.streaming import EventDecoder as EventDecoder
    from assistants_api.types import UNSET as UNSET
    from assistants_api.types import Model as Model
    from assistants_api.types import Request as Request
    from assistants_api.types import UnknownObject as UnknownObject
    from assistants_api.types import to_json as to_json

_HOMES = {
    "Deviation": "checking",
    "Event": "streaming",
    "EventDecoder": "streaming",
    "Model": "types",
    "Request": "types",
    "UNSET": "types",
    "UndecodableBody": "errors",
    "UnknownObject": "types",
    "check": "checking",
    "document": "checking",
    "json_of": "reading",
    "to_json": "types",
}


@cache
def endpoint(name: str) -> Any:
    """Give the module of an operation, such as "runs.create_run"."""
    return import_module(f"assistants_api.api.{name}")


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"assistants_api.{_HOMES.get(name, 'models')}"), name)
    globals()[name] = value
    return value
