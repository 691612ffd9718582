"""The bodies of calls that send files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from .. import _api
from .._effects import Upload
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from .._call import Call
    from .._effects import NoResponse

E = TypeVar("E", bound=Exception)

HUNG_UP: Final = (
    "it broke while a file was sent, or before there was a response; a server that "
    "refuses a file, as one that is too large, may hang up so"
)
"""What is said where an upload breaks off."""
LARGE: Final = (
    "with_streaming_response, and stream_to_file of what it yields, take a file of any "
    "size"
)
"""What is said where the contents of a file can't be read at once."""


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


def file_error(error: Exception, why: str, *, tries: int) -> Exception:
    """Return what it means that a file can't be sent.

    Args:
        error: what the generated package raised.
        why: what to say of it.
        tries: how many attempts came before; nothing was sent where there were none.
    """
    from .._file_errors import FileError

    at_once = isinstance(error, _api.UnusableFile) and not tries
    return ConfigurationError(why) if at_once else FileError(why)


def hung_up(content: object, last: NoResponse) -> str | None:
    """Return what to say of an upload that broke off; None of anything else."""
    broke_off = last.stage == "sent" and not last.timed_out
    return HUNG_UP if broke_off and isinstance(content, Upload) else None


def noted(error: E, note: str | None) -> E:
    """Return an error with a note, if there is one."""
    if note:
        error.add_note(note)
    return error


def _base(name: str) -> str:
    return name.partition("[")[0]
