"""Engines: what answers in runs; see `assistants_server.engines.interface`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .deterministic import deterministic
from .interface import (
    Engine,
    FunctionOutput,
    PastTurn,
    Turn,
    TurnFile,
    models_of,
    with_models,
)
from .scripted import ScriptError, scripted
from .turn_events import (
    Citation,
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    MadeFile,
    Output,
    RefusedText,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
    Wait,
)

if TYPE_CHECKING:
    from ..upstream.chat import ChatEngine as ChatEngine
    from ..upstream.responses import ResponsesEngine as ResponsesEngine

# With an HTTP library, and all that models are asked by.
_LATE = {"ChatEngine": "chat", "ResponsesEngine": "responses"}

__all__ = [
    "ChatEngine",
    "Citation",
    "CodeCall",
    "Engine",
    "Fail",
    "FileSearch",
    "FunctionOutput",
    "Image",
    "Incomplete",
    "MadeFile",
    "Output",
    "PastTurn",
    "RefusedText",
    "ResponsesEngine",
    "ScriptError",
    "State",
    "Text",
    "ToolCall",
    "ToolCallDelta",
    "Turn",
    "TurnFile",
    "Usage",
    "Wait",
    "deterministic",
    "models_of",
    "scripted",
    "with_models",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import an engine with an upstream when it is first used."""
        if name not in _LATE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"..upstream.{_LATE[name]}", __name__), name)
