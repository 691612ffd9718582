"""Lists: a page of objects, forwards and backwards from a cursor."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .http_errors import HTTPError, quoted

if TYPE_CHECKING:
    from collections.abc import Callable

    from .store import Page, Store
    from .validation import ValidRequest


def list_page(
    store: Store,
    request: ValidRequest,
    kind: str,
    *,
    thread: str | None = None,
    run: str | None = None,
    purpose: str | None = None,
) -> dict[str, Any]:
    """Return the page of a list operation; `page_of` describes it.

    Args:
        store: where the objects are.
        request: the request.
        kind: what to list.
        thread: the thread that the objects belong to.
        run: the run that they belong to.
        purpose: only files that were uploaded for this.

    Raises:
        HTTPError: a cursor is no id of an object that was ever in this list.
    """
    return page_of(
        request,
        position=partial(store.position, kind, thread=thread, run=run),
        page=partial(
            store.page,
            kind,
            thread=thread,
            run=run,
            run_id=request.query.get("run_id"),
            purpose=purpose,
        ),
    )


def page_of(
    request: ValidRequest,
    *,
    position: Callable[[str], int | None],
    page: Callable[..., Page],
) -> dict[str, Any]:
    """Return the page of a list operation.

    `after` continues behind an object of the list; `before` returns what is directly
    before one. Order and cursors go by the order of creation, which distinguishes
    objects of the same second.

    Args:
        request: the request.
        position: returns the position of an object in the list.
        page: returns part of the list; `Store.page` describes its other arguments.

    Raises:
        HTTPError: a cursor is no id of an object that was ever in this list.
    """
    newest_first = request.query["order"] == "desc"
    after = before = None
    if request.faults.isdisjoint({"ignore-cursor", "endless"}):
        after = _position(request, "after", position)
        before = _position(request, "before", position)
    if after is not None and "inclusive" in request.faults:
        after += 1 if newest_first else -1
    earliest, latest = (before, after) if newest_first else (after, before)
    found = page(
        above=-1 if earliest is None else earliest,
        below=latest,
        newest_first=newest_first,
        from_the_end=before is not None and after is None,
        limit=request.query["limit"],
    )
    return _page_body(found, request.faults)


def _position(
    request: ValidRequest, name: str, position: Callable[[str], int | None]
) -> int | None:
    cursor = request.query.get(name)
    if not cursor:
        return None
    found = position(cursor)
    if found is None:
        message = f"Invalid cursor {name}: {quoted(cursor)} was never in this list."
        raise HTTPError(404, message, param=name)
    return found


def _page_body(page: Page, faults: frozenset[str]) -> dict[str, Any]:
    objects, has_more = page.objects, page.has_more
    if "bare" in faults:
        return {"data": objects}
    if "duplicate" in faults and objects:
        objects = [*objects, objects[-1]]
    if "ignore-cursor" in faults and objects:
        has_more = True
    # The document has no null here, although some servers send it.
    ends = (objects[0]["id"], objects[-1]["id"]) if objects else ("", "")
    if "endless" in faults:
        objects, has_more, ends = [], True, (None, None)
    return {
        "object": "list",
        "data": objects,
        "first_id": ends[0],
        "last_id": ends[1],
        "has_more": has_more,
    }
