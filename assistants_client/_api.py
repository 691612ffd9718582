"""The one door to the generated package; what lies behind it is imported on use."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistants_api._lazy import lazy_names as lazy_names
    from assistants_api.checking import Deviation as Deviation
    from assistants_api.checking import check as check
    from assistants_api.checking import document as document
    from assistants_api.datetimes import from_unixtime as from_unixtime
    from assistants_api.dumping import Dumped as Dumped
    from assistants_api.dumping import Entry as Entry
    from assistants_api.dumping import json_default as json_default
    from assistants_api.errors import BrokenFile as BrokenFile
    from assistants_api.errors import UndecodableBody as UndecodableBody
    from assistants_api.errors import UnusableFile as UnusableFile
    from assistants_api.extras import opened as opened
    from assistants_api.forms import Form as Form
    from assistants_api.forms import FormPart as FormPart
    from assistants_api.forms import multipart as multipart

    # All of them: what the document gains must need no change here.
    from assistants_api.models import *  # noqa: F403
    from assistants_api.reading import json_of as json_of
    from assistants_api.showing import line as line
    from assistants_api.showing import quoted as quoted
    from assistants_api.streaming import Event as Event
    from assistants_api.streaming import EventDecoder as EventDecoder
    from assistants_api.types import UNSET as UNSET
    from assistants_api.types import File as File
    from assistants_api.types import FileTypes as FileTypes
    from assistants_api.types import Model as Model
    from assistants_api.types import Request as Request
    from assistants_api.types import UnknownObject as UnknownObject
    from assistants_api.types import new as new
    from assistants_api.types import to_json as to_json
    from assistants_api.worker import in_thread as in_thread

_HOMES = {
    "BrokenFile": "errors",
    "Deviation": "checking",
    "Dumped": "dumping",
    "Entry": "dumping",
    "Event": "streaming",
    "EventDecoder": "streaming",
    "File": "types",
    "FileTypes": "types",
    "Form": "forms",
    "FormPart": "forms",
    "Model": "types",
    "Request": "types",
    "UNSET": "types",
    "UndecodableBody": "errors",
    "UnknownObject": "types",
    "UnusableFile": "errors",
    "check": "checking",
    "document": "checking",
    "from_unixtime": "datetimes",
    "in_thread": "worker",
    "json_default": "dumping",
    "json_of": "reading",
    "opened": "extras",
    "quoted": "showing",
    "lazy_names": "_lazy",
    "line": "showing",
    "multipart": "forms",
    "new": "types",
    "to_json": "types",
}


@cache
def endpoint(name: str) -> Any:
    """Return the module of an operation, such as "runs.create_run"."""
    # Who keeps an application is not to be told at each call what its document advises.
    import_module("assistants_api.deprecation").SILENT.add(__name__.rpartition(".")[0])
    return import_module(f"assistants_api.api.{name}")


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"assistants_api.{_HOMES.get(name, 'models')}"), name)
    globals()[name] = value
    return value
