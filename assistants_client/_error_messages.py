"""Bodies of errors in all the shapes that servers use, and the message in them."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

from ._text import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

# No server says anything further down, or in more pieces.
_DEEPEST, _MOST = 8, 50
# What is in the place of an object that there is none of.
_TELLING = ("error", "errors", "code", "msg", "message", "detail")
# What errors have as attributes besides their message.
_FIELDS = ("code", "param", "type")
# How much of a page is looked at, and how much of its title.
_PAGE_LENGTH, _TITLE_LENGTH = 64 * 1024, 1000
_LOWER = str.maketrans(ascii_uppercase, ascii_lowercase)
_PAGES = ("<!doctype", "<html", "<?xml")
# Where servers put their words, the most telling place first.
_PLACES = (
    "message",
    "detail",
    "error_description",
    "title",
    "error",
    "msg",
    "reason",
    "errors",
)


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


@cache
def properties_of(model: Any) -> Mapping[str, bool]:
    """Return the properties of a model, and whether each one is required."""
    # Late, as most of the time to the first resource would be that of its import.
    import attrs

    found = attrs.fields(model)
    return {each.name: each.default is attrs.NOTHING for each in found}


def is_error(body: Mapping[str, object], properties: Mapping[str, bool]) -> bool:
    """Return whether an object that came with a success is an error nevertheless.

    Args:
        body: the object.
        properties: the properties that the document knows, and whether each one is
            required.
    """
    telling = [name for name in _TELLING if name not in properties and body.get(name)]
    if not properties.get("id"):
        required = [name for name, is_required in properties.items() if is_required]
        is_other = bool(required) and not any(name in body for name in required)
        return bool(telling) and (is_other or "error" in telling)
    if body.get("id") not in (None, "") or body.get("deleted") is True:
        return False
    if "deleted" in properties and "error" not in telling and _is_success(body):
        # Some servers confirm a deletion in words of their own.
        return False
    return bool(telling)


def is_error_list(body: Mapping[str, object]) -> bool:
    """Return whether an object that came in place of a list is an error."""
    if body.get("data"):
        return False
    if body.get("error") or not _is_success(body, unknown=True):
        return True
    return (
        body.get("data") is None
        and any(map(body.get, _TELLING))
        and not _is_success(body)
    )


def _is_success(body: Mapping[str, object], *, unknown: bool = False) -> bool:
    """Return whether the code in a body says so; `unknown` where there is none."""
    code = body.get("code")
    if code is None:
        return unknown
    return str(code) == "0" or (len(str(code)) == 3 and str(code).startswith("2"))


def message(body: object, status: int, reason: str | None = None) -> str:
    """Return the best message that there is.

    Args:
        body: the decoded body.
        status: the HTTP status, for where the body says nothing,
        reason: and what it is called, if not what it usually is.
    """
    said = _said(inner(body)) or _shown(body)
    with suppress(ValueError):
        reason = HTTPStatus(status).phrase if reason is None else reason
    fallback = f"{status} {reason or ''}".strip()
    text = shortened(said) if said else f"{fallback}, without a message"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return f"the proxy refused the request: {text}"
    return text


def _shown(body: object) -> str:
    """Return JSON data as it is, if it says anything in a place that nobody knows."""
    said = inner(body)
    if isinstance(said, dict):
        said = {name: each for name, each in said.items() if name not in _FIELDS}
    with suppress(RecursionError):
        if isinstance(said, dict | list) and _has_text(said):
            return json.dumps(body, ensure_ascii=False)
    return ""


def _has_text(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_text, value.values()))
    if isinstance(value, list):
        return any(map(_has_text, value))
    return isinstance(value, str) and bool(value.strip())


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
    page = text[:_PAGE_LENGTH].lstrip()
    if not page.lower().startswith(_PAGES):
        return " ".join(text.split())
    from html import unescape

    found = _between(page, "title") or _between(page, "h1")
    title = " ".join(unescape(found).split())
    return f"an HTML page: {title}" if title else "an HTML page without a title"


def _between(page: str, name: str) -> str:
    """Return the text of the first element of a name; empty without one.

    Each step goes through the page once. A regular expression goes through it again
    from each place where the element might begin.
    """
    # Not `lower`, which gives some letters of other scripts another length.
    lower = page.translate(_LOWER)
    begin = lower.find(">", lower.find(f"<{name}"))
    end = lower.find(f"</{name}", begin)
    if f"<{name}" not in lower or begin < 0 or end < 0:
        return ""
    first, *others = page[begin + 1 : end][:_TITLE_LENGTH].split("<")
    return " ".join([first, *(each.partition(">")[2] for each in others)])
