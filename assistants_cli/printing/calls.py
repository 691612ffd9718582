"""Tool calls, in a line each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ..json_data import at, items_at, text_at
from ..safe_text import cell, in_line, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 300


def calls_of(action: Any) -> list[dict[str, Any]]:
    """Return the calls that a `required_action` asks for, or wants to be approved."""
    kind = text_at(action, "type")
    return [*items_at(action, kind, "tool_calls")]


def is_approval(action: Any) -> bool:
    """Return whether somebody has to approve calls; Azure asks for that."""
    return text_at(action, "type") == "submit_tool_approval"


def call_text(call: Any) -> str:
    """Return a call as Python writes calls: `tide(harbour="Hull")`."""
    name = text_at(call, "function", "name") or text_at(call, "name")
    if not name:
        return _server_call(call)
    given = at(call, "function", "arguments") or at(call, "arguments") or ""
    return shortened(in_line(f"{name}({_arguments(given)})"), _MOST)


def outcome_texts(call: Any) -> Iterator[str]:
    """Yield what came out of a call, as far as the step says so."""
    output = at(call, "function", "output")
    if output is None:
        output = at(call, "output")
    if output is not None:
        yield shortened(cell(output), _MOST)
    for each in items_at(call, "code_interpreter", "outputs"):
        found = text_at(each, "logs") or text_at(each, "image", "file_id")
        yield shortened(in_line(found), _MOST)
    for each in items_at(call, "file_search", "results"):
        score = cell(at(each, "score"))
        yield shortened(in_line(f"{text_at(each, 'file_name')} {score}"), _MOST)


def _arguments(given: Any) -> str:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return str(given)
    if not isinstance(found, dict):
        return cell(found)
    return ", ".join(
        f"{name}={json.dumps(value, ensure_ascii=False)}"
        for name, value in found.items()
    )


def _server_call(call: Any) -> str:
    kind = text_at(call, "type") or "tool"
    code = text_at(call, "code_interpreter", "input")
    return shortened(in_line(f"{kind}: {code}" if code else kind), _MOST)
