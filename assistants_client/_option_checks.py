"""Checks of single settings and options, before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from ._arguments import is_left_out
from ._errors import ConfigurationError


def mapping(name: str, value: Any) -> dict[str, Any]:
    """Return a mapping among settings or options.

    Raises:
        ConfigurationError: it is none.
    """
    if value is None or is_left_out(value):
        return {}
    if not isinstance(value, Mapping):
        kind = type(value).__name__
        raise ConfigurationError(
            f"{name} must be a mapping, such as a dict, not {kind}"
        )
    # Those of a body become text, as JSON has it.
    is_text = all(isinstance(each, str) for each in value)
    if not is_text and name.endswith(("headers", "query")):
        raise ConfigurationError(f"{name} must have names that are text")
    return dict(value)


def checked_key(key: Any) -> str:
    """Return a key if it can be sent; no error shows it.

    Raises:
        ConfigurationError: it can't.
    """
    if not isinstance(key, str):
        raise ConfigurationError(
            f"api_key must return text, but returned {type(key).__name__}"
        )
    if not key.strip():
        raise ConfigurationError("api_key is empty")
    if key != key.strip():
        # What is read from a file, or pasted, often ends so.
        raise ConfigurationError(
            "api_key begins or ends with white space: take it away, as strip() does"
        )
    if not key.isascii() or not key.isprintable():
        raise ConfigurationError("api_key has characters that no header can hold")
    return key


def checked_timeout(timeout: Any) -> Any:
    """Return a timeout if it is one: seconds above 0, None, or a timeout object.

    Raises:
        ConfigurationError: it is none.
    """
    is_number = isinstance(timeout, int | float) and not isinstance(timeout, bool)
    if (
        not 0 < timeout < math.inf
        if is_number
        else timeout is not None and not hasattr(timeout, "as_dict")
    ):
        raise ConfigurationError(
            "timeout must be seconds above 0, or None for no limit, or a timeout of "
            f"httpx, not {timeout!r}"
        )
    return timeout


def checked_retries(retries: Any) -> int:
    """Return a number of retries if it is one.

    Raises:
        ConfigurationError: it is none.
    """
    if isinstance(retries, bool) or not isinstance(retries, int) or retries < 0:
        raise ConfigurationError(f"max_retries must be 0 or more, not {retries!r}")
    return retries


def check_url(url: str) -> None:
    """Check what all paths begin with.

    Raises:
        ConfigurationError: it is no URL, or nothing can follow it.
    """
    if not _is_url(url):
        shown = "" if "@" in url else f", not {url!r}"
        raise ConfigurationError(
            f"base_url must be like http://127.0.0.1:8000/v1{shown}"
        )
    if "?" in url or "#" in url:
        # Also where nothing follows: no path can.
        raise ConfigurationError(
            "base_url must have no query and no fragment; pass default_query="
        )


def _is_url(url: str) -> bool:
    # `urlsplit` reads more than the HTTP library can.
    if not url.isprintable() or url != url.strip():
        return False
    with suppress(ValueError):
        parts = urlsplit(url)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        # Where a password has a slash, the host ends there, and what is before it is no
        # number of a port: that raises.
        return is_usable and parts.port != 0 and " " not in parts.netloc
    return False


def check_names(names: Any) -> None:
    """Check names of headers.

    Raises:
        ConfigurationError: they are none.
    """
    is_list = isinstance(names, Iterable) and not isinstance(names, str | bytes)
    if not is_list or not all(isinstance(each, str) for each in names):
        raise ConfigurationError(
            f"redact_headers must be a tuple of names of headers, not {names!r}"
        )


def check_limit(limit: Any) -> None:
    """Check how long a response may be, in bytes; None is no limit.

    Raises:
        ConfigurationError: it is no such number.
    """
    wrong = isinstance(limit, bool) or not isinstance(limit, int) or limit < 1
    if limit is not None and wrong:
        raise ConfigurationError(
            f"max_response_bytes must be 1 or more, or None for no limit, not {limit!r}"
        )


def check_connections(most: Any) -> None:
    """Check how many connections there may be.

    Raises:
        ConfigurationError: it is no such number.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise ConfigurationError(f"max_connections must be 1 or more, not {most!r}")
