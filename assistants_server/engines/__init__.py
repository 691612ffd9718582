"""Engines: what answers in runs; see `assistants_server.engines.interface`."""

from .deterministic import deterministic
from .interface import (
    Engine,
    FunctionOutput,
    Turn,
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
    Output,
    RefusedText,
    Text,
    ToolCall,
    Wait,
)

__all__ = [
    "Citation",
    "CodeCall",
    "Engine",
    "Fail",
    "FileSearch",
    "FunctionOutput",
    "Image",
    "Incomplete",
    "Output",
    "RefusedText",
    "ScriptError",
    "Text",
    "ToolCall",
    "Turn",
    "Wait",
    "deterministic",
    "models_of",
    "scripted",
    "with_models",
]
