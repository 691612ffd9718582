"""Lists: a page of objects, forwards and backwards from a cursor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..http.errors import HTTPError, quoted
from ..http.results import Result
from ..portions import Portions
from ..store import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..http.validation import ValidRequest
    from ..store import Store

JSON = dict[str, Any]


def list_page(
    store: Store,
    request: ValidRequest,
    kind: str,
    *,
    thread: str | None = None,
    run: str | None = None,
    purpose: str | None = None,
    show: Callable[[JSON], JSON] | None = None,
) -> Result:
    """Return the page of a list operation; `page_of` describes it.

    Args:
        store: where the objects are.
        request: the request.
        kind: what to list.
        thread: the thread that the objects belong to.
        run: the run that they belong to.
        purpose: only files that were uploaded for this.
        show: returns an object as clients see it.

    Raises:
        HTTPError: a cursor is no id of an object that was ever in this list.
    """
    return page_of(
        store,
        request,
        position=partial(store.position, kind, thread=thread, run=run),
        page=partial(
            store.page,
            kind,
            thread=thread,
            run=run,
            label=purpose or request.query.get("run_id"),
        ),
        show=show,
    )


def page_of(
    store: Store,
    request: ValidRequest,
    *,
    position: Callable[[str], int | None],
    page: Callable[..., Page],
    show: Callable[[JSON], JSON] | None = None,
) -> Result:
    """Return the page of a list operation, which is read when it is sent.

    `after` continues behind an object of the list; `before` returns what is directly
    before one. Order and cursors go by the order of creation, which distinguishes
    objects of the same second.

    Args:
        store: where the objects are.
        request: the request.
        position: returns the position of an object in the list.
        page: returns part of the list; `Store.page` describes its other arguments.
        show: returns an object as clients see it.

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
    from_the_end = before is not None and after is None
    if "first" in request.faults:
        # As servers do that cut off what is before the cursor at its far end.
        from_the_end = False
    earliest, latest = (before, after) if newest_first else (after, before)
    part = _Part(
        above=-1 if earliest is None else earliest,
        below=2**62 if latest is None else latest,
        backwards=newest_first != from_the_end,
        limit=request.query["limit"],
    )

    async def read() -> JSON:
        found = await _read(store, part, position, page, show)
        if from_the_end:
            found.objects.reverse()
        return _page_body(found, request.faults)

    return Result({}, later=read)


@dataclass(frozen=True)
class _Part:
    """A part of a list: what is between two positions, from one end."""

    above: int
    below: int
    backwards: bool
    limit: int


async def _read(
    store: Store,
    part: _Part,
    position: Callable[[str], int | None],
    page: Callable[..., Page],
    show: Callable[[JSON], JSON] | None,
) -> Page:
    """Read a part of a list in portions, so that others are served in between."""
    objects: list[JSON] = []
    portions = Portions()
    while True:
        limit = min(portions.size, part.limit - len(objects))
        some = partial(_portion, part, limit, position, page, show)
        found, part = await store.perform(some)
        objects += found.objects
        if not found.has_more or len(objects) >= part.limit:
            return Page(objects, found.has_more)
        await portions.pause()


def _portion(
    part: _Part,
    limit: int,
    position: Callable[[str], int | None],
    page: Callable[..., Page],
    show: Callable[[JSON], JSON] | None,
) -> tuple[Page, _Part]:
    """Return a portion of a list as it is shown, and the part that is left then."""
    found = page(
        above=part.above, below=part.below, newest_first=part.backwards, limit=limit
    )
    edge = position(found.objects[-1]["id"]) if found.has_more else None
    if edge is not None:
        if part.backwards:
            part = replace(part, below=edge)
        else:
            part = replace(part, above=edge)
    if show is not None:
        found = Page([*map(show, found.objects)], found.has_more)
    return found, part


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


def _page_body(page: Page, faults: frozenset[str]) -> JSON:
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
