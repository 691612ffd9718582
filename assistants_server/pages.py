"""Lists: a page of objects, forwards and backwards from a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .http_errors import Refusal, shown

if TYPE_CHECKING:
    from .store.sqlite import Page, Store
    from .validation import Call


def list_page(
    store: Store,
    call: Call,
    kind: str,
    *,
    thread: str | None = None,
    run: str | None = None,
) -> dict[str, Any]:
    """Answer a list operation.

    `after` goes on behind an object of the list; `before` gives what stands directly
    before one. Both order and cursors go by the order of creation, which tells objects
    of the same second apart.

    Raises:
        Refusal: a cursor is the id of nothing that was ever in such a list.
    """
    if "endless" in call.faults:
        return _body([], has_more=True, first_id=None, last_id=None)
    newest_first = call.query["order"] == "desc"
    after = before = None
    if "ignore-cursor" not in call.faults:
        after = _place(store, call, "after", kind, thread, run)
        before = _place(store, call, "before", kind, thread, run)
    if after is not None and "inclusive" in call.faults:
        after += 1 if newest_first else -1
    earliest, latest = (before, after) if newest_first else (after, before)
    page = store.page(
        kind,
        thread=thread,
        run=run,
        above=-1 if earliest is None else earliest,
        below=latest,
        newest_first=newest_first,
        from_the_end=before is not None and after is None,
        limit=call.query["limit"],
        run_id=call.query.get("run_id"),
    )
    return _answer(page, call.faults)


def _place(
    store: Store,
    call: Call,
    name: str,
    kind: str,
    thread: str | None,
    run: str | None,
) -> int | None:
    cursor = call.query.get(name)
    if not cursor:
        return None
    place = store.place(kind, cursor, thread=thread, run=run)
    if place is None:
        message = f"{name} names no {kind} that was ever here: {shown(cursor)}."
        raise Refusal(404, message, param=name)
    return place


def _answer(page: Page, faults: frozenset[str]) -> dict[str, Any]:
    objects, has_more = page.objects, page.has_more
    if "bare" in faults:
        return {"data": objects}
    if "duplicate" in faults and objects:
        objects = [*objects, objects[-1]]
    if "ignore-cursor" in faults and objects:
        has_more = True
    # The document has no null here, though servers exist that give it.
    first, last = (objects[0]["id"], objects[-1]["id"]) if objects else ("", "")
    return _body(objects, has_more=has_more, first_id=first, last_id=last)


def _body(
    objects: list[dict[str, Any]],
    *,
    has_more: bool,
    first_id: str | None,
    last_id: str | None,
) -> dict[str, Any]:
    return {
        "object": "list",
        "data": objects,
        "first_id": first_id,
        "last_id": last_id,
        "has_more": has_more,
    }
