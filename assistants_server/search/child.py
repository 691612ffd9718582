"""The process that reads one document, under limits: what kills it kills no server.

Its arguments are the kind of the document, its path and the limits; on its standard
output it writes one line of JSON, which says how it went, and then the text.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from ..extras import install_command
from .errors import ErrorCode, ExtractionError
from .plain_text import cleaned


def main() -> None:
    """Read the document, and write its text or what is wrong with it."""
    kind, path, *numbers = sys.argv[1:]
    seconds, memory, characters = map(int, numbers)
    limit_resources(seconds, memory)
    try:
        text = _text(kind, Path(path), characters)
    except ExtractionError as error:
        _write(error.code, error.message)
    except ModuleNotFoundError:
        command = install_command("search")
        _write("server_error", f"Reading {kind} files needs: {command}.")
    except MemoryError:
        megabytes = memory // 1024 // 1024
        _write("invalid_file", f"Reading it takes more than {megabytes} MiB; split it.")
    except RecursionError:
        _write("invalid_file", "It is nested too deeply to be read.")
    except Exception as error:  # noqa: BLE001 - a broken document can raise anything
        what = f"{type(error).__name__}: {error}"
        _write(
            "invalid_file",
            f"It can't be read as {kind}: {cleaned(what)[:200].rstrip('.')}.",
        )
    else:
        _write(None, text)


def limit_resources(seconds: int, memory: int) -> None:
    """Limit the time and memory of this process, where the system can.

    Args:
        seconds: of processor time; of other time twice as many.
        memory: bytes of address space.
    """
    if sys.platform == "win32":
        return
    import resource

    signal.alarm(2 * seconds)
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
    }
    for kind, limit in limits.items():
        # macOS has no limit of address space, and says that the value is wrong.
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _text(kind: str, path: Path, characters: int) -> str:
    pieces, left = [], characters
    for piece in _reader(kind)(path.read_bytes()):
        pieces.append(cleaned(piece))
        left -= len(piece)
        if left < 0:
            raise too_long(characters)
    return "\n".join(pieces)


def _reader(kind: str) -> Callable[[bytes], Iterable[str]]:
    """Return what yields the text of a document in pieces; no other is imported."""
    match kind:
        case "html":
            from .html import text_of_html

            return lambda data: [text_of_html(data)]
        case "json":
            from .json_text import text_of_json

            return lambda data: [text_of_json(data)]
        case "pdf":
            from .pdf import pages_of_pdf

            return pages_of_pdf
        case "docx":
            from .office import paragraphs_of_docx

            return paragraphs_of_docx
        case _:
            from .office import paragraphs_of_pptx

            return paragraphs_of_pptx


def too_long(characters: int) -> ExtractionError:
    """Return the error for a text with more characters than are searched."""
    message = f"Its text has more than {characters:,} characters; split it."
    return ExtractionError("invalid_file", message)


def _write(code: ErrorCode | None, text: str) -> None:
    status = json.dumps({"code": code}).encode()
    sys.stdout.buffer.write(status + b"\n" + text.encode())
    sys.stdout.buffer.flush()
