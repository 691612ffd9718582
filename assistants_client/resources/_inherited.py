"""The options of a call that hold for the requests that follow it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._flows.retry import IDEMPOTENCY_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

_INHERITED: Final = (
    *("extra_headers", "extra_query"),
    *("timeout", "max_retries", "verbosity"),
)


def inherited(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options among the arguments of a method that others inherit."""
    found = {name: params[name] for name in _INHERITED if name in params}
    headers = found.get("extra_headers")
    if headers:
        # The key names one request, not those that follow it.
        found["extra_headers"] = {
            name: value
            for name, value in headers.items()
            if name.lower() != IDEMPOTENCY_KEY
        }
    return found
