"""Lists of objects as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from .cards import counts
from .messages import plain_text
from .runs import duration_of
from .steps import heading_of
from .texts import at, brief, count, items, moment, size
from .views import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_MOST_ROWS: Final = 100
_MOST_COLUMNS: Final = 6
_CELL: Final = 60


class Column(NamedTuple):
    """A column of a table.

    Attributes:
        name: what stands above it.
        of: returns what stands in it for an object.
    """

    name: str
    of: Callable[[Mapping[str, Any]], str]


def table_of(kind: str, objects: Sequence[Any], more: bool | None) -> Table:
    """Return a table of objects.

    Args:
        kind: the class of the objects, such as "Run".
        objects: the objects as JSON data; what is no object has a row too.
        more: whether there are more pages; None if the server doesn't say.
    """
    shown = [_named(each) for each in objects[:_MOST_ROWS]]
    columns = _COLUMNS.get(kind) or _columns_for(shown)
    rows = tuple(tuple(each.of(item) for each in columns) for item in shown)
    left = len(objects) - len(shown)
    said = (
        f"{left} more are on this page." if left else "",
        "More pages follow." if more else "",
    )
    note = " ".join(each for each in said if each)
    return Table(tuple(each.name for each in columns), rows, note)


def _text(name: str, *path: str) -> Column:
    return Column(name, lambda data: brief(at(data, *(path or (name,))), _CELL))


def _status(data: Mapping[str, Any]) -> str:
    return brief(at(data, "status"), _CELL).replace("_", " ")


_ID: Final = _text("id")
_CREATED: Final = Column("created", lambda data: moment(at(data, "created_at")))
_STATUS: Final = Column("status", _status)
_TOOK: Final = Column("took", duration_of)
_TOKENS: Final = Column("tokens", lambda data: count(at(data, "usage", "total_tokens")))
_COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    "Assistant": (
        *(_ID, _text("name"), _text("model"), _CREATED),
        Column(
            "tools",
            lambda data: ", ".join(
                brief(at(t, "type"), 20) for t in items(data, "tools")[:5]
            ),
        ),
    ),
    "FileObject": (
        *(_ID, _text("filename"), Column("size", lambda d: size(at(d, "bytes")))),
        *(_text("purpose"), _CREATED),
    ),
    "Message": (_ID, _text("role"), _CREATED, Column("text", plain_text)),
    "Run": (_ID, _STATUS, _CREATED, _TOOK, _text("model"), _TOKENS),
    "RunStep": (_ID, Column("what", heading_of), _STATUS, _CREATED, _TOOK, _TOKENS),
    "VectorStore": (
        *(_ID, _text("name"), _STATUS, _CREATED),
        Column("files", lambda data: counts(at(data, "file_counts"))),
    ),
}


def _columns_for(objects: Sequence[Any]) -> tuple[Column, ...]:
    """Return columns for objects of a kind that has none: what most people look for."""
    names: dict[str, None] = {}
    for each in objects:
        names.update(dict.fromkeys(each))
    names.pop("object", None)
    first = [name for name in ("id", "name", "status", "created_at") if name in names]
    chosen = [*dict.fromkeys([*first, *names])][:_MOST_COLUMNS]
    return tuple(
        _CREATED if each == "created_at" else _text(brief(each, 30), each)
        for each in chosen
    )


def _named(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, dict) else {"value": item}
