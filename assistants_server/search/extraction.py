"""Text out of files, whatever their makers had in mind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .child import too_long
from .errors import ExtractionError
from .kinds import kind_of
from .plain_text import cleaned, decoded

if TYPE_CHECKING:
    from .errors import ErrorCode
    from .kinds import Kind

_MIB = 1024 * 1024
_START = 1024
_LARGEST_CHARACTER = 4
# Importing the packages proper would load the HTTP server and the index into every
# reader, which takes longer than most documents; so bare modules stand in for them.
_BOOT = """
import sys, types
path = sys.argv.pop(1)
for name in ("assistants_server", "assistants_server.search"):
    package = sys.modules[name] = types.ModuleType(name)
    package.__path__ = [path]
    path += "/search"
from assistants_server.search.child import main
main()
"""
# Seconds between two looks at whether the work is to be stopped.
_LOOK = 0.1


@dataclass(frozen=True)
class Limits:
    """What reading one file may take.

    Attributes:
        seconds: of processor time; of other time twice as many.
        memory: bytes, where the system can limit it (Linux can).
        size: bytes that a file may have.
        characters: that its text may have: 5 million tokens, as in the API.
    """

    seconds: int = 120
    memory: int = 1024 * _MIB
    size: int = 512 * _MIB
    characters: int = 20_000_000


class Stop(Protocol):
    """What says that the work is to be stopped, such as `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether it is."""
        ...


class StoppedError(Exception):
    """The work was stopped before the text was there."""


def extract(
    path: Path | str,
    filename: str,
    *,
    limits: Limits | None = None,
    stop: Stop | None = None,
) -> str:
    """Return the text of a file.

    Plain text is read here; documents are read in a process of their own, which ends
    where a hostile one takes more time or memory than the limits allow.

    Args:
        path: where its content is.
        filename: the name that its user gave it. It is never opened.
        limits: what reading it may take.
        stop: looked at while a document is being read.

    Raises:
        ExtractionError: there is no text to be had of it.
        StoppedError: `stop` was set meanwhile.
    """
    limits = limits or Limits()
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_START)
    except OSError as error:
        raise unopened(error) from error
    if size > limits.size:
        message = f"It has {size:,} bytes, more than {limits.size:,}; split it."
        raise ExtractionError("invalid_file", message)
    kind = kind_of(filename, start)
    if kind == "text":
        text = _plain(path, size, limits)
    else:
        text = _document(kind, path, limits, stop)
    # Not by stripping it, which would copy all of it.
    if not text or text.isspace():
        message = "There is no text in it"
        advice = (
            "; if it was scanned, put it through OCR first" if kind == "pdf" else ""
        )
        raise ExtractionError("invalid_file", f"{message}{advice}.")
    return text


def unopened(error: OSError) -> ExtractionError:
    """Return the error for a file whose content can't be opened."""
    message = f"Its content can't be opened: {error.strerror}."
    return ExtractionError("server_error", message)


def _plain(path: Path, size: int, limits: Limits) -> str:
    if size > limits.characters * _LARGEST_CHARACTER:
        raise too_long(limits.characters)
    try:
        content = path.read_bytes()
    except OSError as error:
        # It was deleted in between.
        raise unopened(error) from error
    text = decoded(content)
    if len(text) > limits.characters:
        raise too_long(limits.characters)
    return cleaned(text)


def _document(kind: Kind, path: Path, limits: Limits, stop: Stop | None) -> str:
    numbers = (limits.seconds, limits.memory, limits.characters)
    command = [sys.executable, "-P", "-c", _BOOT, str(Path(__file__).parents[1]), kind]
    child = subprocess.Popen(
        [*command, str(path.resolve()), *map(str, numbers)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    with child:
        try:
            output = _output(child, 2 * limits.seconds, stop)
        finally:
            child.kill()
    status, _, text = output.partition(b"\n")
    if child.returncode != 0 or not status:
        raise _ended_early(kind, limits)
    code: ErrorCode | None = json.loads(status)["code"]
    if code:
        raise ExtractionError(code, text.decode())
    return text.decode()


def _output(child: subprocess.Popen[bytes], seconds: float, stop: Stop | None) -> bytes:
    end = time.monotonic() + seconds
    while True:
        try:
            return child.communicate(timeout=_LOOK)[0]
        except subprocess.TimeoutExpired:
            if stop and stop.is_set():
                raise StoppedError from None
            if time.monotonic() > end:
                return b""


def _ended_early(kind: Kind, limits: Limits) -> ExtractionError:
    message = (
        f"Reading it as {kind} took more than {limits.seconds} s or "
        f"{limits.memory // _MIB} MiB; split it, or save it anew."
    )
    return ExtractionError("invalid_file", message)
