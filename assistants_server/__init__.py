"""A complete Assistants server on loopback, for tests, demos and offline work.

`python -m assistants_server` runs it; `with LocalServer() as server` runs one in
a test. It needs the extra `server`: `pip install "assistants-client[server]"`, or
`pip install -e ".[server]"` in a checkout.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .extras import install_command

_NEEDED = ("jsonschema", "python_multipart", "starlette", "uvicorn")
_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    _what = ", ".join(_missing).replace("_", "-")
    _command = install_command("server", with_path=True)
    _message = f"assistants_server needs {_what}: {_command}"
    if sys.argv[:1] == ["-m"]:
        # So it is while `python -m` looks for the module; a traceback says no more.
        sys.exit(_message)
    raise ImportError(_message, name=_missing[0])

from . import engines  # noqa: E402
from .engines import (  # noqa: E402
    Citation,
    CodeCall,
    Engine,
    Fail,
    FileSearch,
    FunctionOutput,
    Image,
    Incomplete,
    MadeFile,
    Output,
    PastTurn,
    RefusedText,
    ScriptError,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Turn,
    TurnFile,
    Usage,
    Wait,
    deterministic,
    scripted,
)
from .faults import FaultError  # noqa: E402
from .search import EmbeddingServer  # noqa: E402
from .server import LocalServer  # noqa: E402
from .settings import SettingsError  # noqa: E402
from .store import StoreError  # noqa: E402

if TYPE_CHECKING:
    from .engines import ChatEngine as ChatEngine
    from .engines import ResponsesEngine as ResponsesEngine

__all__ = [
    "ChatEngine",
    "Citation",
    "CodeCall",
    "EmbeddingServer",
    "Engine",
    "Fail",
    "FaultError",
    "FileSearch",
    "FunctionOutput",
    "Image",
    "Incomplete",
    "LocalServer",
    "MadeFile",
    "Output",
    "PastTurn",
    "RefusedText",
    "ResponsesEngine",
    "ScriptError",
    "SettingsError",
    "State",
    "StoreError",
    "Text",
    "ToolCall",
    "ToolCallDelta",
    "Turn",
    "TurnFile",
    "Usage",
    "Wait",
    "deterministic",
    "scripted",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import an engine with an upstream when it is first used."""
        if name not in ("ChatEngine", "ResponsesEngine"):
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(engines, name)
