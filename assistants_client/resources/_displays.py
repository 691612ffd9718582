"""Fetch what conversations and timelines are made of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from .._call import make_call
from .._effects import Log
from .._errors import APIError, ConfigurationError, NotFoundError
from .._events.run_status import has_ended
from .._flows.call import perform_call
from .._flows.paginate import Bounds, Pagination, cut_short_text
from .._operations import RETRIEVE_FILE
from ..display.conversation import Conversation, files_to_name, in_order
from ..display.timeline import Timeline
from ._base import page_calls
from ._inherited import inherited, with_free_query
from ._readers import object_reader
from ._run_calls import RunCalls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .._call import CallOptions
    from .._effects import Flow
    from .._operation import Operation

_MESSAGES: Final = 100
_LARGEST_PAGE: Final = 100
# Each one is a request.
_MOST_NAMES: Final = 50


def conversation_flow(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Flow[Conversation], CallOptions]:
    """Return the flow that fetches the messages of a thread, and names of its files.

    Args:
        operation: the one that lists messages.
        params: the keyword arguments of the method.
        ids: the path parameters by name.
        client: the client whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    rest = {**params}
    limit = _checked(rest.pop("limit", _MESSAGES))
    named = rest.pop("file_names", True)
    options = inherited(with_free_query(operation, rest))
    size = _LARGEST_PAGE if limit is None else min(limit, _LARGEST_PAGE)
    query: dict[str, Any] = {"order": "desc", "limit": size}
    make_page, _ = page_calls(operation, client, ids, Bounds(), options)
    first = make_page(query)

    def flow() -> Flow[Conversation]:
        pagination: Pagination[Any] = Pagination(Bounds(max_items=limit), query)
        found: list[Any] = []
        following: dict[str, Any] | None = query
        has_earlier = False
        while following is not None:
            call = first if following is query else make_page(following)
            page = (yield from perform_call(call, client.options)).read()
            taken = [*pagination.take(page)]
            found += taken
            full = limit is not None and len(found) >= limit
            has_earlier = full and (bool(page.has_more) or len(page.data) > len(taken))
            following = pagination.next_query(page)
        if pagination.cut_short:
            yield Log("warning", cut_short_text(operation.name, pagination))
        messages = in_order(found)
        wanted = files_to_name(messages) if named else []
        names = yield from _names(wanted[:_MOST_NAMES], options, client)
        return Conversation(
            messages,
            thread_id=first.ids["thread_id"],
            file_names=names,
            has_earlier=has_earlier or pagination.cut_short is not None,
            hide=client.options.secrets.redact_json,
        )

    return flow(), first.options


def timeline_flow(
    operation: Operation[Any, Any],
    params: Mapping[str, Any],
    ids: Mapping[str, Any],
    client: Any,
) -> tuple[Flow[Timeline], CallOptions]:
    """Return the flow that fetches a run and its steps.

    Args:
        operation: the one that retrieves a run.
        params: the keyword arguments of the method; a live run as `known`, which is
            not retrieved again once it has ended.
        ids: the path parameters by name.
        client: the client whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    rest = {**params}
    known = rest.pop("known", None)
    rest = with_free_query(operation, rest)
    calls = RunCalls(client, rest, ids)
    call = calls.begin(operation, rest)

    def flow() -> Flow[Timeline]:
        run = known
        if run is None or not has_ended(run.status):
            run = (yield from perform_call(call, client.options)).read()
        try:
            steps = yield from calls.steps(run)
        except NotFoundError:
            # There are servers without steps.
            steps = []
        hide = client.options.secrets.redact_json
        return Timeline(run, steps, now=time.time(), hide=hide)

    return flow(), call.options


def _names(
    keys: Iterable[str], options: Mapping[str, Any], client: Any
) -> Flow[dict[str, str]]:
    """Return the names of files by their ids, of those that have one."""
    names: dict[str, str] = {}
    for key in keys:
        ids = {"file_id": key}
        try:
            read = object_reader(RETRIEVE_FILE, client, ids)
            call = make_call(RETRIEVE_FILE, {"max_retries": 0, **options}, ids, read)
            found = (yield from perform_call(call, client.options)).read()
        except (ConfigurationError, NotFoundError):
            # It was deleted, or is no id.
            continue
        except APIError:
            # Then the others have none either; the messages are there.
            break
        if isinstance(found.filename, str):
            names[key] = found.filename
    return names


def _checked(limit: Any) -> int | None:
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise ConfigurationError(
            f"limit must be 1 or more, or None for all messages, not {limit!r}"
        )
    return limit
