"""Plan what a request says it accepts."""

from __future__ import annotations

import re

from codegen.document import is_json, plain_media_type
from codegen.plan.literal import string
from codegen.plan.media_types import parameters_of

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+*-]+/[\w!#$&^.+*-]+\Z", re.ASCII)
_TOKEN = re.compile(r"[\w!#$%&'*+.^`|~-]+\Z", re.ASCII)
_JSON = ["application/json"]
_BYTES = ["application/octet-stream"]
_EVENTS = "text/event-stream"
# What can be read, but is not wanted first.
_LESS = ";q=0.5"


def accepted(successes: list[str], others: list[str]) -> str:
    """Write the header `Accept` as a literal; "" where nothing but JSON may come.

    Args:
        successes: the media types of documented successes.
        others: those of errors.
    """
    good, bad = _listed(successes), _listed(others)
    if good == _BYTES:
        # Of any type, for all that is known.
        return string("*/*")
    first = good or bad
    wanted = [each for each in first if is_json(each)] or first
    less = [each for each in dict.fromkeys([*good, *bad]) if each not in wanted]
    if wanted in ([], _JSON) and not less:
        return ""
    if good and not any(map(is_json, good)):
        marked = [f"{each}{_LESS}" for each in less]
    else:
        marked = [each if is_json(each) else f"{each}{_LESS}" for each in less]
    return string(", ".join([*_first_wanted(wanted), *marked]))


def _first_wanted(media_types: list[str]) -> list[str]:
    """Prefer the first of those that differ by parameters only, such as versions."""
    found: dict[str, str] = {}
    for each in media_types:
        plain = plain_media_type(each)
        is_first = plain not in found.values()
        found[each if is_first else f"{each}{_LESS}"] = plain
    return [*found]


def _listed(media_types: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for each in media_types:
        plain = plain_media_type(each)
        if not _MEDIA_TYPE.match(plain) or plain == _EVENTS:
            continue
        if "*" in plain:
            # `application/*+json` is no range that HTTP knows.
            plain = "application/*" if "+" in plain else plain
        else:
            plain += _written(parameters_of(each))
        found[plain] = None
    return [*found]


def _written(parameters: dict[str, str]) -> str:
    """Write what tells a media type from others, such as its version."""
    pairs = [(k, v) for k, v in parameters.items() if _TOKEN.match(k)]
    return "".join(
        f"; {k}={v}" if _TOKEN.match(v) else f'; {k}="{_quoted(v)}"'
        for k, v in pairs
        if (k + v).isascii() and (k + v).isprintable()
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
