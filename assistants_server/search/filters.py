"""Filters over the attributes of files, as a pure function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEEPEST = 20
"""How many levels of `and` and `or` a filter may have."""


class FilterError(ValueError):
    """A filter can't be used; the text begins with the JSON path of what is wrong."""


def matches(filter: Mapping[str, Any] | None, attributes: Mapping[str, Any]) -> bool:
    """Return whether a file with these attributes passes a filter of the API.

    A file that lacks the attribute passes `ne` and `nin` alone. Values of different
    types are never equal, and have no order; true is no number.

    Args:
        filter: a comparison, or `and` or `or` of several; None passes all.
        attributes: those of the file.

    Raises:
        FilterError: the filter can't be used.
    """
    return filter is None or _matches(filter, attributes, "filters", DEEPEST)


def check_filter(filter: Mapping[str, Any] | None) -> None:
    """Raise if a filter can't be used, whatever the files are.

    Raises:
        FilterError: the filter can't be used.
    """
    if filter is not None:
        _check(filter, "filters", DEEPEST)


def _matches(
    filter: Mapping[str, Any], attributes: Mapping[str, Any], path: str, depth: int
) -> bool:
    _check(filter, path, depth, whole=False)
    kind = filter["type"]
    if kind in ("and", "or"):
        parts = (
            _matches(part, attributes, f"{path}.filters[{index}]", depth - 1)
            for index, part in enumerate(filter["filters"])
        )
        return all(parts) if kind == "and" else any(parts)
    missing = kind in ("ne", "nin")
    if filter["key"] not in attributes:
        return missing
    return _COMPARISONS[kind](attributes[filter["key"]], filter["value"])


def _check(
    filter: Mapping[str, Any], path: str, depth: int, *, whole: bool = True
) -> None:
    if depth <= 0:
        raise FilterError(f"{path}: more than {DEEPEST} levels of filters")
    kind = filter.get("type")
    if kind in ("and", "or"):
        parts = filter.get("filters")
        if not isinstance(parts, list):
            raise FilterError(f"{path}.filters: expected an array of filters")
        for index, part in enumerate(parts if whole else ()):
            _check(part, f"{path}.filters[{index}]", depth - 1)
        return
    if kind not in _COMPARISONS:
        known = ", ".join([*_COMPARISONS, "and", "or"])
        raise FilterError(f"{path}.type: expected one of {known}, found {kind!r}")
    value = filter.get("value")
    if kind in ("in", "nin"):
        if not isinstance(value, list):
            raise FilterError(f"{path}.value: expected an array, for {kind}")
    elif not isinstance(value, str | int | float):
        raise FilterError(f"{path}.value: expected one value, for {kind}")
    if not isinstance(filter.get("key"), str):
        raise FilterError(f"{path}.key: expected the name of an attribute")


def _equal(one: Any, other: Any) -> bool:
    return _type(one) == _type(other) and bool(one == other)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(one: Any, other: Any) -> bool:
        return _type(one) == _type(other) != "bool" and compare(one, other)

    return ordered


def _type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float) else type(value).__name__


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "ne": lambda one, other: not _equal(one, other),
    "gt": _ordered(lambda one, other: one > other),
    "gte": _ordered(lambda one, other: one >= other),
    "lt": _ordered(lambda one, other: one < other),
    "lte": _ordered(lambda one, other: one <= other),
    "in": lambda one, others: any(_equal(one, other) for other in others),
    "nin": lambda one, others: not any(_equal(one, other) for other in others),
}
