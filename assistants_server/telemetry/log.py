"""The log as lines of text or of JSON, both without contents and keys."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any, Final

from ..store import StoreError
from . import ids

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS: Final = ("text", "json")
LEVELS: Final = ("debug", "info", "warning", "error")
_TEXT: Final = "%(levelname)s %(message)s"
# Whose messages have what an exception says below their first line.
_LONG_WINDED: Final = ("asyncio", "uvicorn")


class Private:
    """What may be said in a log for people, and not in one that is collected.

    The texts of exceptions and of other servers can hold what a user wrote.
    """

    def __init__(self, value: object, instead: str = "") -> None:
        """Take a value.

        Args:
            value: what is said to people.
            instead: what is said else; by default its type.
        """
        self._value = value
        self.instead = instead or type(value).__name__

    def __str__(self) -> str:
        return str(self._value)


class JSONFormatter(logging.Formatter):
    """Write a line of JSON for each record, with the ids of its request and run.

    Of an exception it has the type and the places, since its text may have contents.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] = {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_ids(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            fields["error"] = _described(record.exc_info[1])
        return json.dumps(fields, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Write a line of text for each record, with its fields behind it."""

    def __init__(self) -> None:
        super().__init__(_TEXT)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - of logging
        """Return the line, without what follows it."""
        line = super().formatMessage(record)
        fields: Mapping[str, Any] = getattr(record, "fields", {})
        if not fields:
            return line
        named = {**_ids(), **fields}
        return " ".join((line, *(f"{name}={value}" for name, value in named.items())))


def configure(form: str, level: str | None) -> None:
    """Let the process log to stderr.

    Args:
        form: one of `FORMATS`.
        level: the least level, one of `LEVELS`; by default requests and runs are in a
            log of JSON, and only what is wrong is in one of text.
    """
    is_json = form == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JSONFormatter() if is_json else TextFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    chosen = level or ("info" if is_json else "warning")
    logging.getLogger("assistants_server").setLevel(chosen.upper())


def _message(record: logging.LogRecord) -> str:
    """Return the message, without what is private in it."""
    if record.name.partition(".")[0] in _LONG_WINDED:
        return record.getMessage().partition("\n")[0]
    given = record.args
    if not isinstance(given, tuple):
        return record.getMessage()
    shown = tuple(_public(each) for each in given)
    return str(record.msg) % shown if shown else str(record.msg)


def _public(value: object) -> object:
    if isinstance(value, Private):
        return value.instead
    if isinstance(value, BaseException) and not isinstance(value, StoreError):
        return type(value).__name__
    return value


def _ids() -> dict[str, str]:
    found = {
        "request_id": ids.request_id.get(),
        "run_id": ids.run_id.get(),
        "project": ids.project.get(),
        "key_id": ids.key_id.get(),
    }
    found |= _trace_ids()
    return {name: each for name, each in found.items() if each}


def _trace_ids() -> dict[str, str | None]:
    """Return the ids of the current span, if anybody makes spans."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return {}
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {
        "trace_id": trace.format_trace_id(context.trace_id),
        "span_id": trace.format_span_id(context.span_id),
    }


def _described(error: BaseException) -> dict[str, Any]:
    """Return the type of an exception, and where it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{each.filename}:{each.lineno} {each.name}" for each in frames]
    described: dict[str, Any] = {"type": type(error).__name__, "where": where}
    cause = error.__cause__ or (
        None if error.__suppress_context__ else error.__context__
    )
    if cause and cause is not error:
        described["cause"] = type(cause).__name__
    return described


def _moment(created: float) -> str:
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(created))
    return f"{seconds}.{int(created % 1 * 1000):03d}Z"
