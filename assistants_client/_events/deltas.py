"""What the deltas of messages say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .parse import ParsedEvent


def text_in(data: Any) -> str | None:
    """Return the text that the data of a delta adds; None where it isn't one text."""
    try:
        # As nearly all of them are.
        [part] = data["delta"]["content"]
        value = part["text"]["value"]
    except (KeyError, TypeError, ValueError):
        return None
    return value if type(value) is str else None


def texts_in(event: ParsedEvent | None) -> list[str]:
    """Return the texts that an event adds, if it is a delta of a message."""
    if event is None or event.name != "thread.message.delta":
        return []
    text = text_in(event.data)
    if text is None:
        return _all_texts(event.data)
    return [text] if text else []


def _all_texts(data: Any) -> list[str]:
    found = []
    content = _get(_get(data, "delta"), "content")
    for part in content if isinstance(content, list) else ():
        value = _get(_get(part, "text"), "value")
        if isinstance(value, str) and value:
            found.append(value)
    return found


def _get(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None
