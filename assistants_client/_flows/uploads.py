"""The bodies of calls that send files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _api
from .._effects import Upload
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from .._call import Call


def upload_of(call: Call[object]) -> Upload:
    """Return the body of a call that sends files.

    Raises:
        ConfigurationError: it sends none, or an argument can't be sent.
    """
    progress: Any = call.options.get("progress", False)
    files = call.request.files
    if files is _api.UNSET:
        what = f"{call.operation} sends no file to show the progress of"
        raise ConfigurationError(what)
    if not (callable(progress) or isinstance(progress, bool)):
        kind = type(progress).__name__
        raise ConfigurationError(f"progress must be True or a function, not {kind}")
    extra = call.options.get("extra_body") or {}
    try:
        more = _api.multipart(extra, deep_fields=[*extra]) or []
        # What the caller adds comes in the place of what the method sends.
        replaced = {_base(name) for name, _ in more}
        own = [part for part in files if _base(part[0]) not in replaced]
        return Upload(_api.Form([*own, *more]), progress)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"{call.operation}: {error}") from error


def _base(name: str) -> str:
    return name.partition("[")[0]
