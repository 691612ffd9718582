"""Calls that give pages: what stands in their arguments, and in their answers."""

from __future__ import annotations

from typing import Any

from . import _api
from ._flows.paging import Bounds, bounds

_OURS = ("max_items", "created_after", "created_before")
_QUERY = ("limit", "order", "after", "before", "run_id", "include")
_GIVEN = ("data", "first_id", "last_id", "has_more", "object")


def split(params: dict[str, Any]) -> tuple[Bounds, dict[str, Any], dict[str, Any]]:
    """Tell apart what bounds the iteration, what the server is asked, and the rest.

    Raises:
        ConfigurationError: a bound can't be used.
    """
    limits = bounds(**{name: params[name] for name in _OURS if name in params})
    query = {
        name: value
        for name, value in params.items()
        if name in _QUERY and value is not None and value is not _api.UNSET
    }
    known = {*_OURS, *_QUERY}
    return limits, query, {n: v for n, v in params.items() if n not in known}


def fields(answer: Any) -> dict[str, Any]:
    """Give what a page holds, from an answer of whatever completeness."""
    found = {name: getattr(answer, name, None) for name in _GIVEN}
    kept = {n: v for n, v in found.items() if v is not None and v is not _api.UNSET}
    data = kept.get("data")
    kept["data"] = data if isinstance(data, list) else []
    if not isinstance(kept.get("has_more"), bool):
        kept.pop("has_more", None)
    return kept
