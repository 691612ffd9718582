"""A complete Assistants server on loopback, for tests, demos and offline work.

`python -m assistants_client.local` runs it; `with LocalServer() as server` runs one in
a test. It needs the extra `local`: `pip install "assistants-client[local]"`.
"""

from __future__ import annotations

from importlib.util import find_spec

_NEEDED = ("jsonschema", "starlette", "uvicorn")
_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    raise ImportError(
        f"assistants_client.local needs {', '.join(_missing)}: "
        'pip install "assistants-client[local]"',
        name=_missing[0],
    )

from .deterministic import deterministic  # noqa: E402
from .engine import (  # noqa: E402
    CodeCall,
    Engine,
    Fail,
    FileSearch,
    FunctionOutput,
    Image,
    Incomplete,
    Output,
    RefusedText,
    Text,
    ToolCall,
    Turn,
    Wait,
)
from .faults import FaultError  # noqa: E402
from .scripts import ScriptError, scripted  # noqa: E402
from .server import LocalServer  # noqa: E402
from .settings import SettingsError  # noqa: E402
from .store import StoreError  # noqa: E402

__all__ = [
    "CodeCall",
    "Engine",
    "Fail",
    "FaultError",
    "FileSearch",
    "FunctionOutput",
    "Image",
    "Incomplete",
    "LocalServer",
    "Output",
    "RefusedText",
    "ScriptError",
    "SettingsError",
    "StoreError",
    "Text",
    "ToolCall",
    "Turn",
    "Wait",
    "deterministic",
    "scripted",
]
