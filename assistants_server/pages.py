"""Lists: a page of objects, forwards and backwards from a cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .http_errors import HTTPError, quoted

if TYPE_CHECKING:
    from .store import Page, Store
    from .validation import ValidRequest


def list_page(
    store: Store,
    request: ValidRequest,
    kind: str,
    *,
    thread: str | None = None,
    run: str | None = None,
) -> dict[str, Any]:
    """Return the page of a list operation.

    `after` continues behind an object of the list; `before` returns what is directly
    before one. Order and cursors go by the order of creation, which distinguishes
    objects of the same second.

    Raises:
        HTTPError: a cursor is no id of an object that was ever in this list.
    """
    if "endless" in request.faults:
        return _body([], has_more=True, first_id=None, last_id=None)
    newest_first = request.query["order"] == "desc"
    after = before = None
    if "ignore-cursor" not in request.faults:
        after = _position(store, request, "after", kind, thread, run)
        before = _position(store, request, "before", kind, thread, run)
    if after is not None and "inclusive" in request.faults:
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
        limit=request.query["limit"],
        run_id=request.query.get("run_id"),
    )
    return _page_body(page, request.faults)


def _position(
    store: Store,
    request: ValidRequest,
    name: str,
    kind: str,
    thread: str | None,
    run: str | None,
) -> int | None:
    cursor = request.query.get(name)
    if not cursor:
        return None
    position = store.position(kind, cursor, thread=thread, run=run)
    if position is None:
        message = f"Invalid cursor {name}: {quoted(cursor)} was never in this list."
        raise HTTPError(404, message, param=name)
    return position


def _page_body(page: Page, faults: frozenset[str]) -> dict[str, Any]:
    objects, has_more = page.objects, page.has_more
    if "bare" in faults:
        return {"data": objects}
    if "duplicate" in faults and objects:
        objects = [*objects, objects[-1]]
    if "ignore-cursor" in faults and objects:
        has_more = True
    # The document has no null here, although some servers send it.
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
