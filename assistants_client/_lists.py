"""Calls that give pages: what stands in their arguments, and in their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from . import _api
from ._call import UnfitError
from ._flows.paginate import Bounds, bounds

if TYPE_CHECKING:
    from collections.abc import Callable

_OURS = ("max_items", "created_after", "created_before")
_QUERY = ("limit", "order", "after", "before", "run_id", "include")
_GIVEN = ("data", "first_id", "last_id", "has_more", "object")


@frozen
class Listed:
    """A page, as far as walking on from it goes."""

    data: list[Any]
    has_more: bool | None = None


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


def json_of_list(response: Any) -> dict[str, Any]:
    """Read the JSON of a page; some servers give its items alone.

    Raises:
        UnfitError: it is no list.
    """
    found = _api.json_of(response)
    if isinstance(found, list):
        return {"data": found}
    if isinstance(found, dict) and isinstance(found.get("data"), list | None):
        return found
    raise UnfitError("no list")


def fields(answer: dict[str, Any], read: Callable[[Any], Any]) -> dict[str, Any]:
    """Give what a page holds, from the JSON of an answer of whatever completeness.

    Args:
        answer: the JSON, as `json_of_list` gives it.
        read: reads each of its items.
    """
    kept = {name: answer[name] for name in _GIVEN if answer.get(name) is not None}
    kept["data"] = [*map(read, kept.get("data", ()))]
    if not isinstance(kept.get("has_more"), bool):
        kept.pop("has_more", None)
    return kept
