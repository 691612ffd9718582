"""Bodies of errors in all the shapes that servers use, and the message in them."""

from __future__ import annotations

import json
import re

from ._text import shortened

# No server says anything further down, or in more pieces.
_DEEPEST, _MOST = 8, 50
_PAGE = re.compile(r"\s*<(!doctype|html|\?xml)", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
# Where servers put their words, the most telling place first.
_PLACES = ("message", "detail", "error_description", "title", "error", "msg", "reason")


def decoded(content: bytes) -> object:
    """Decode a body: to JSON data if it is JSON, else to text, or to None if empty."""
    if not content.strip():
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return content.decode("utf-8", "replace")


def inner(body: object) -> object:
    """Return the object that describes the error: what is under `error`, or all."""
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        return body["error"]
    return body


def text_field(body: object, name: str) -> str | None:
    """Return a field of the error as text, None if it has none."""
    found = inner(body)
    value = found.get(name) if isinstance(found, dict) else None
    if value is None or isinstance(value, dict | list):
        return None
    return str(value)


def message(body: object, status: int, reason: str) -> str:
    """Return the best message that there is.

    Args:
        body: the decoded body.
        status: the HTTP status, for where the body says nothing,
        reason: and what it is called.
    """
    said = _said(inner(body))
    fallback = f"{status} {reason}".strip()
    return shortened(said) if said else f"{fallback}, without a message"


def _said(body: object, depth: int = 0) -> str:
    if isinstance(body, str):
        return _of_text(body)
    if depth < _DEEPEST and isinstance(body, list):
        said = (_said(each, depth + 1) for each in body[:_MOST])
        return "; ".join(filter(None, said))
    if depth < _DEEPEST and isinstance(body, dict):
        return _of_object(body, depth + 1)
    return ""


def _of_object(body: dict[str, object], depth: int) -> str:
    for name in _PLACES:
        said = _said(body.get(name), depth)
        if said and "loc" in body and isinstance(body["loc"], list):
            # As FastAPI names the place of what it refuses.
            return f"{'.'.join(map(str, body['loc']))}: {said}"
        if said:
            return said
    return ""


def _of_text(text: str) -> str:
    if not _PAGE.match(text):
        return " ".join(text.split())
    from html import unescape

    found = _TITLE.search(text) or _HEADING.search(text)
    title = " ".join(unescape(_TAG.sub(" ", found[1])).split()) if found else ""
    return f"an HTML page: {title}" if title else "an HTML page without a title"
