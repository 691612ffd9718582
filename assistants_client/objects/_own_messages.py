"""The messages of a run, also where the server doesn't say which run wrote them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import evolve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

P = TypeVar("P")


def lacks_messages_of(page: Any, run_id: str) -> bool:
    """Return whether no message of a page says that a run wrote it."""
    return not any(getattr(each, "run_id", None) == run_id for each in page.data)


def with_messages(
    page: P, named: Sequence[str], found: Mapping[str, Any], order: str | None
) -> P:
    """Return a page with the messages of a run, and no page after it.

    Args:
        page: the page that the server sent.
        named: the ids of the messages, the first one first; if there are none, the
            page stays as it is.
        found: messages by their ids.
        order: "asc", or else the last one comes first.
    """
    keys = [each for each in named if each in found]
    if not keys:
        return page
    if order != "asc":
        keys.reverse()
    whole: Any = page
    changed: P = evolve(
        whole,
        data=[found[each] for each in keys],
        first_id=keys[0],
        last_id=keys[-1],
        has_more=False,
    )
    return changed
