"""Keywords that no declaration has: those that can't be meant for the server."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from ._errors import ArgumentError, ConfigurationError
from ._keywords import KEYWORDS
from ._options import ClientChanges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_SETTINGS: Final = frozenset(ClientChanges.__annotations__)
# How alike two names are, from 0 to 1, of which one is a slip of the other.
_ALIKE: Final = 0.85
# Where an argument is missing, another name was meant for it sooner.
_ALIKE_TO_MISSING: Final = 0.6
_UNIT: Final = re.compile(r"(?<=[a-z])_?(ms|millis|milliseconds|s|secs?|seconds)$")
# What other clients call it, and older ones.
_ELSEWHERE: Final = {
    **dict.fromkeys(("headers", "http_headers"), "extra_headers"),
    **dict.fromkeys(("params", "query_params"), "extra_query"),
    **dict.fromkeys(("extra_json", "json_body"), "extra_body"),
    **dict.fromkeys(("request_timeout", "http_timeout", "read_timeout"), "timeout"),
    **dict.fromkeys(
        ("max_retry", "retries", "num_retries", "max_attempts"), "max_retries"
    ),
    **dict.fromkeys(("idempotent_key", "idempotency"), "idempotency_key"),
    "verbose": "verbosity",
    **dict.fromkeys(("access_token", "bearer_token"), "api_key"),
    **dict.fromkeys(("api_base", "azure_endpoint"), "base_url"),
    **dict.fromkeys(("organisation", "org_id", "organization_id"), "organization"),
    **dict.fromkeys(("proxy", "proxies"), "http_client"),
    "api_version": "default_query",
    **dict.fromkeys(("deadline", "wait_timeout", "poll_timeout"), "max_wait"),
}


def check_keywords(
    method: str,
    given: Collection[str],
    known: Iterable[str],
    required: Collection[str] = (),
) -> None:
    """Refuse a call that lacks an argument, or has one that is sent by mistake.

    Args:
        method: the method.
        given: the names of its arguments.
        known: those that its declaration has, in order.
        required: those that it needs.

    Raises:
        ArgumentError: one is missing.
        ConfigurationError: one is a setting of a client, or a slip of a known one. Any
            other may be one that the server knows, and goes out.
    """
    names = [*known]
    unknown = [name for name in given if name not in names]
    for name in names:
        if name in required and name not in given:
            close = difflib.get_close_matches(name, unknown, 1, _ALIKE_TO_MISSING)
            hint = f"; {close[0]} is not one of its arguments" if close else ""
            raise ArgumentError(f"{method} is missing the argument {name!r}{hint}")
    # Nobody means an argument by another name who gives it as well.
    left = [name for name in names if name not in given]
    for name in unknown:
        why = _reason(name, left)
        if why:
            end = "" if why.endswith("?") else "."
            raise ConfigurationError(
                f"{method} takes no {name}: {why}{end} What the document doesn't know "
                "goes in extra_body= or extra_query="
            )


def check_settings(what: str, given: Collection[str], known: Collection[str]) -> None:
    """Refuse settings of a client that there are not.

    Args:
        what: what takes them.
        given: the names of those that were given.
        known: the names of those that there are.

    Raises:
        ArgumentError: there is no such setting; it names the one that is meant.
    """
    for name in given:
        if name not in known:
            raise ArgumentError(f"{what} takes no {name}{hint_for([name], known)}")


def hint_for(unknown: Iterable[str], known: Collection[str]) -> str:
    """Return what is meant by the first of some names that is clear; else nothing."""
    for name in unknown:
        meant = _meant(name, known)
        if meant in known:
            return f": is {meant} meant?"
        if meant in _SETTINGS:
            return f": {meant} is a setting of the client"
    return ""


def _reason(name: str, known: Collection[str]) -> str | None:
    """Return why a keyword can't be meant for the server; None if it can be.

    Args:
        name: the keyword.
        known: what the method takes besides what was given.
    """
    if name == "request_options":
        return (
            "each option is a keyword of the method itself, such as timeout= or "
            "extra_headers="
        )
    meant = _meant(name, known)
    if meant is None:
        return None
    if meant in known:
        return f"is {meant} meant?"
    if meant in _SETTINGS:
        return f"{meant} is a setting: use client.with_options({meant}=...)"
    methods = KEYWORDS[meant]
    what = "that is" if meant == name else f"is {meant} meant? That is"
    return f"{what} for {', '.join(methods[:3])}{' and others' * (len(methods) > 3)}"


def _meant(name: str, known: Collection[str]) -> str | None:
    """Return the keyword or setting that a name is, or is a slip of."""
    # The method's own first, so that they win where two are as likely.
    groups: tuple[Collection[str], ...] = (known, _SETTINGS, KEYWORDS)
    for group in groups:
        for is_meant in (_is_same, _is_swapped):
            for each in group:
                if is_meant(name, each):
                    return each
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    for group in groups:
        found = difflib.get_close_matches(name, group, 1, _ALIKE)
        if found:
            return found[0]
    return None


def _is_same(name: str, other: str) -> bool:
    return name == other or _stem(name) == _stem(other)


def _is_swapped(name: str, other: str) -> bool:
    """Return whether two names have the same letters in another order."""
    return len(name) == len(other) and sorted(name) == sorted(other)


def _stem(name: str) -> str:
    """Return a name without its unit, its underscores and capitals."""
    return _UNIT.sub("", name.lower()).replace("_", "")
