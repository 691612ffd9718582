"""The one door to the generated package; what lies behind it is imported on use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistants_api.checking import Deviation as Deviation
    from assistants_api.checking import check as check
    from assistants_api.checking import document as document
    from assistants_api.errors import UndecodableBody as UndecodableBody
    from assistants_api.types import UNSET as UNSET
    from assistants_api.types import Request as Request
    from assistants_api.types import to_json as to_json

_HOMES = {
    "Deviation": "checking",
    "Request": "types",
    "UNSET": "types",
    "UndecodableBody": "errors",
    "check": "checking",
    "document": "checking",
    "to_json": "types",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"assistants_api.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
