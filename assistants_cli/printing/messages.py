"""Messages as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..json_data import at, items_at, text_at
from ..safe_text import in_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def text_of(message: Any) -> str:
    """Return all that a message says."""
    return "\n".join(_part(each) for each in items_at(message, "content"))


def citations_of(message: Any) -> Iterator[str]:
    """Yield what the text of a message cites, each place once."""
    seen = set()
    for part in items_at(message, "content"):
        for each in items_at(part, "text", "annotations"):
            where = (
                text_at(each, "file_citation", "file_id")
                or text_at(each, "file_path", "file_id")
                or text_at(each, "url_citation", "url")
            )
            line = in_line(f"{text_at(each, 'text')} {where}".strip())
            if where and line not in seen:
                seen.add(line)
                yield line


def _part(part: Any) -> str:
    text = at(part, "text")
    if isinstance(text, str):
        return text
    image = text_at(part, "image_file", "file_id") or text_at(part, "image_url", "url")
    return (
        text_at(text, "value")
        or text_at(part, "refusal")
        or (f"[image {image}]" if image else f"[{in_line(text_at(part, 'type'))}]")
    )
