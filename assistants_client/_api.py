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
        CreateRunRequestDict as CreateRunRequestDict,
    )
    from assistants_api.models import (
        CreateThreadAndRunRequestDict as CreateThreadAndRunRequestDict,
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
        MessageObject as MessageObject,
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
        RunStepObject as RunStepObject,
    )
    from assistants_api.models import (
        SubmitToolOutputsRunRequestDict as SubmitToolOutputsRunRequestDict,
    )
    from assistants_api.models import (
        ThreadObject as ThreadObject,
    )
    from assistants_api.types import UNSET as UNSET
    from assistants_api.types import Model as Model
    from assistants_api.types import Request as Request
    from assistants_api.types import UnknownObject as UnknownObject
    from assistants_api.types import to_json as to_json

_HOMES = {
    "Deviation": "checking",
    "Model": "types",
    "Request": "types",
    "UNSET": "types",
    "UndecodableBody": "errors",
    "UnknownObject": "types",
    "check": "checking",
    "document": "checking",
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
