"""Checks of what engines yield: whether it can be put into the API's objects."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

from .turn_events import (
    Citation,
    CodeCall,
    Fail,
    FileSearch,
    Image,
    Incomplete,
    MadeFile,
    RefusedText,
    State,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
    Wait,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ERROR_CODES: Final = ("server_error", "rate_limit_exceeded", "invalid_prompt")
REASONS: Final = ("max_completion_tokens", "max_prompt_tokens", "content_filter")


def problem_of(output: Any) -> str | None:
    """Return what is wrong with an output; None for one that can be used."""
    if isinstance(output, str):
        problem = _text(output)
        return f"its text {problem}" if problem else None
    fields = _FIELDS.get(type(output))
    if fields is None:
        kinds = "text, or an object of assistants_server.engines"
        return f"it yielded {type(output).__name__}, not {kinds}"
    for name, check in fields.items():
        problem = check(getattr(output, name))
        if problem:
            return f"{type(output).__name__}.{name} {problem}"
    return None


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return f"is {type(value).__name__}, not str"
    try:
        value.encode()
    except UnicodeEncodeError:
        return "holds half of a surrogate pair, which is no character"
    return None


def _text_or_none(value: Any) -> str | None:
    return None if value is None else _text(value)


def _bytes(value: Any) -> str | None:
    return None if isinstance(value, bytes) else f"is {type(value).__name__}, not bytes"


def _id(value: Any) -> str | None:
    return _text(value) if value != "" else "is empty"


def _id_or_none(value: Any) -> str | None:
    return None if value is None else _id(value)


def _count(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"is {type(value).__name__}, not a number of tokens"
    return None if 0 <= value < 2**53 else f"is {value}, not 0 or more"


def _object(value: Any) -> str | None:
    if not isinstance(value, dict):
        return f"is {type(value).__name__}, not dict"
    return _json(value)


def _number(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f"is {type(value).__name__}, not a number"
    return None if value >= 0 else f"is {value}, not 0 or more"


def _texts(values: Any) -> str | None:
    if not isinstance(values, tuple | list):
        return f"is {type(values).__name__}, not a tuple of str"
    return next(filter(None, map(_text, values)), None)


def _objects(values: Any) -> str | None:
    if not isinstance(values, tuple | list):
        return f"is {type(values).__name__}, not a tuple of dict"
    for value in values:
        if not isinstance(value, dict):
            return f"holds {type(value).__name__}, not dict"
    return _json([*values])


def _arguments(value: Any) -> str | None:
    if isinstance(value, str):
        return _text(value)
    if not isinstance(value, dict):
        return f"is {type(value).__name__}, not dict or str"
    return _json(value)


def _json(value: Any) -> str | None:
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        return f"can't be written as JSON: {error}"
    return None


def _seconds(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"is {type(value).__name__}, not a number of seconds"
    return None if 0 <= value < math.inf else f"is {value}, not 0 or more"


def _one_of(*allowed: str) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if isinstance(value, str) and value in allowed:
            return None
        return f"is {value!r}, not one of {', '.join(allowed)}"

    return check


_FIELDS: Final[Mapping[type, Mapping[str, Callable[[Any], str | None]]]] = {
    Text: {"value": _text, "annotations": _objects},
    RefusedText: {"value": _text},
    Image: {"file_id": _text},
    MadeFile: {"filename": _text, "content": _bytes},
    ToolCall: {"name": _text, "arguments": _arguments, "id": _id_or_none},
    ToolCallDelta: {"id": _id, "name": _text, "arguments": _text},
    CodeCall: {"input": _text, "logs": _text, "images": _texts},
    FileSearch: {"results": _objects, "query": _text_or_none},
    Citation: {"result": _number, "before": _number},
    Usage: dict.fromkeys(
        ("prompt_tokens", "completion_tokens", "cached_tokens"), _count
    ),
    State: {"value": _object},
    Wait: {"seconds": _seconds},
    Fail: {"message": _text, "code": _one_of(*ERROR_CODES)},
    Incomplete: {"reason": _one_of(*REASONS)},
}
