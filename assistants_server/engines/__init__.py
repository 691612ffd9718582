"""Engines: what answers in runs; see `assistants_server.engines.interface`."""

from .chat import ChatEngine
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
from .responses import ResponsesEngine
from .scripted import ScriptError, scripted
from .turn_events import (
    Citation,
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    Output,
    RefusedText,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
    Wait,
)

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
