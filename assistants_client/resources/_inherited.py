"""The options of a call that hold for the requests that follow it, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .._call import OPTIONS
from .._flows.retry import IDEMPOTENCY_KEY
from .._option_checks import mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._operation import Operation

_INHERITED: Final = (
    *("extra_headers", "extra_query"),
    *("timeout", "max_retries", "verbosity"),
)


def with_free_query(
    operation: Operation[Any, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    """Return arguments of which those that nobody knows are options of the query.

    So they go out with every request that follows, too. Those of an operation that has
    a body belong there, and stay.
    """
    path, known, has_body, _ = operation.parameters
    free = params.keys() - {*path, *known, *OPTIONS}
    if has_body or not free:
        return dict(params)
    rest = {name: value for name, value in params.items() if name not in free}
    more = {name: value for name, value in params.items() if name in free}
    return {
        **rest,
        "extra_query": {**more, **mapping("extra_query", params.get("extra_query"))},
    }


def inherited(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options among the arguments of a method that others inherit."""
    found = {name: params[name] for name in _INHERITED if name in params}
    headers = mapping("extra_headers", found.get("extra_headers"))
    if headers:
        # The key names one request, not those that follow it.
        found["extra_headers"] = {
            name: value
            for name, value in headers.items()
            if name.lower() != IDEMPOTENCY_KEY
        }
    return found
