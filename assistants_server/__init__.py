"""A complete Assistants server on loopback, for tests, demos and offline work.

`python -m assistants_server` runs it; `with LocalServer() as server` runs one in
a test. It needs the extra `server`: `pip install "assistants-client[server]"`, or
`pip install -e ".[server]"` in a checkout.
"""

from __future__ import annotations

import sys
from importlib import import_module
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

if TYPE_CHECKING:
    from .engines import ChatEngine as ChatEngine
    from .engines import Citation as Citation
    from .engines import CodeCall as CodeCall
    from .engines import Engine as Engine
    from .engines import Fail as Fail
    from .engines import FileSearch as FileSearch
    from .engines import FunctionOutput as FunctionOutput
    from .engines import Image as Image
    from .engines import Incomplete as Incomplete
    from .engines import MadeFile as MadeFile
    from .engines import Output as Output
    from .engines import PastTurn as PastTurn
    from .engines import RefusedText as RefusedText
    from .engines import ResponsesEngine as ResponsesEngine
    from .engines import ScriptError as ScriptError
    from .engines import State as State
    from .engines import Text as Text
    from .engines import ToolCall as ToolCall
    from .engines import ToolCallDelta as ToolCallDelta
    from .engines import Turn as Turn
    from .engines import TurnFile as TurnFile
    from .engines import Usage as Usage
    from .engines import Wait as Wait
    from .engines import deterministic as deterministic
    from .engines import scripted as scripted
    from .faults import FaultError as FaultError
    from .search import EmbeddingServer as EmbeddingServer
    from .server import LocalServer as LocalServer
    from .settings import SettingsError as SettingsError
    from .store import StoreError as StoreError

_NAMES = {
    "engines": (
        "ChatEngine Citation CodeCall Engine Fail FileSearch FunctionOutput Image "
        "Incomplete MadeFile Output PastTurn RefusedText ResponsesEngine ScriptError "
        "State Text ToolCall ToolCallDelta Turn TurnFile Usage Wait deterministic "
        "scripted"
    ),
    "faults": "FaultError",
    "search": "EmbeddingServer",
    "server": "LocalServer",
    "settings": "SettingsError",
    "store": "StoreError",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

# Checkers know what is public by the imports above.
__all__ = [*_HOMES]  # noqa: PLE0604 # pyright: ignore[reportUnsupportedDunderAll]

# Hidden from type checkers, to whom it would mean that every name exists.
if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """Import a public name, or the module of some, when it is first used."""
        if name in _NAMES:
            return import_module(f"{__name__}.{name}")
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return __all__
