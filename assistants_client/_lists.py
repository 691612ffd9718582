"""Lists: which of a method's arguments bound the iteration, and what a page holds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from ._error_messages import is_error_list
from ._flows.paginate import Bounds, bounds
from ._ids import CURSORS, ids_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._call import CallResult

T = TypeVar("T")

_BOUNDS = ("max_items", "created_after", "created_before")
# The properties of every list that are attributes of pages.
_OWN = frozenset({"data", "first_id", "last_id", "object"})
_QUERY = ("limit", "order", "after", "before", "run_id", "include")


class PageFields(NamedTuple, Generic[T]):
    """What a response says of a page; the fields are those of `pages.Page`."""

    data: list[T]
    operation: str = ""
    ids: Mapping[str, str] = MappingProxyType({})
    first_id: Any = None
    last_id: Any = None
    has_more: bool | None = None
    object: Any = None
    single: bool = False
    rest: Mapping[str, Any] = MappingProxyType({})


def split(
    params: Mapping[str, Any], kind: str
) -> tuple[Bounds, dict[str, Any], dict[str, Any]]:
    """Split arguments into bounds of the iteration, the query, and all others.

    Args:
        params: the keyword arguments.
        kind: the class of the items.

    Raises:
        ConfigurationError: a bound or a cursor can't be used.
    """
    limits = bounds(**{name: params[name] for name in _BOUNDS if name in params})
    query = {
        # The pages that follow take their cursors from it, whatever becomes of objects.
        name: ids_of(name, value, kind) if name in CURSORS else value
        for name, value in params.items()
        if name in _QUERY and value is not None
    }
    known = {*_BOUNDS, *_QUERY}
    return limits, query, {n: v for n, v in params.items() if n not in known}


def page_fields(
    result: CallResult[object], read_item: Callable[[Any], T], *, single: bool = False
) -> PageFields[T]:
    """Read a page, however little the server says of it.

    Args:
        result: the result of the call; some servers send the items alone.
        read_item: reads each item.
        single: whether there is no other page, whatever the server says.

    Raises:
        DecodeError: the response is no list.
        FalseSuccessError: it is an error.
    """
    found = result.json()
    if isinstance(found, list):
        found = {"data": found}
    if isinstance(found, dict) and is_error_list(found):
        # Tools that report local variables must not report secrets that it repeats.
        del found
        raise result.false_success()
    if not isinstance(found, dict) or not isinstance(
        found.get("data", ""), list | None
    ):
        del found
        raise result.undecodable(result.response, "no list")
    more = False if single else found.get("has_more")
    own = _OWN if single else {*_OWN, "has_more"}
    items = found.get("data") or []
    for index, item in enumerate(items):
        # In its place, so that what it was read from is gone before the next one.
        items[index] = read_item(item)
    return PageFields(
        operation=result.call.operation,
        ids=result.call.ids,
        data=items,
        first_id=found.get("first_id"),
        last_id=found.get("last_id"),
        has_more=more if isinstance(more, bool) else None,
        object=found.get("object"),
        single=single,
        rest={name: value for name, value in found.items() if name not in own},
    )
