"""Make the flows that wait for files, and for batches of them, to be processed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from .._arguments import NOT_GIVEN, check_called
from .._call import make_call
from .._errors import ConfigurationError
from .._flows.call import perform_call
from .._flows.poll_policy import WaitOptions, poll_policy
from .._flows.processing import ENDED, INDEXED, poll_processing
from .._operations import (
    CANCEL_VECTOR_STORE_FILE_BATCH,
    CREATE_VECTOR_STORE_FILE,
    CREATE_VECTOR_STORE_FILE_BATCH,
    GET_VECTOR_STORE_FILE,
    GET_VECTOR_STORE_FILE_BATCH,
    RETRIEVE_FILE,
)
from ._base import ids_in
from ._inherited import inherited, with_free_query
from ._readers import object_reader

if TYPE_CHECKING:
    from .._call import CallOptions, CallResult
    from .._effects import Flow
    from .._flows.poll_policy import PollPolicy
    from .._operation import Operation

# The names that waiting has for files, and what they are in seconds or milliseconds.
_OTHER_NAMES: Final = {
    "max_wait_seconds": ("max_wait", 1.0),
    "poll_interval": ("poll_interval_ms", 1000.0),
}


@frozen
class _Kind:
    """What is waited for.

    Attributes:
        retrieve: retrieves it.
        key: the path parameter that is its own id.
        ended: the statuses at which it has ended.
        cancel: cancels it, if it can be cancelled.
    """

    retrieve: Operation[Any, Any]
    key: str
    ended: frozenset[str] = INDEXED
    cancel: Operation[Any, Any] | None = None


_FILE: Final = _Kind(RETRIEVE_FILE, "file_id", ENDED)
_STORE_FILE: Final = _Kind(GET_VECTOR_STORE_FILE, "file_id")
_BATCH: Final = _Kind(
    GET_VECTOR_STORE_FILE_BATCH, "batch_id", cancel=CANCEL_VECTOR_STORE_FILE_BATCH
)
_KINDS: Final = {
    each.name: kind
    for each, kind in (
        (RETRIEVE_FILE, _FILE),
        (GET_VECTOR_STORE_FILE, _STORE_FILE),
        (CREATE_VECTOR_STORE_FILE, _STORE_FILE),
        (GET_VECTOR_STORE_FILE_BATCH, _BATCH),
        (CREATE_VECTOR_STORE_FILE_BATCH, _BATCH),
    )
}


def wait_flow(
    operation: Operation[Any, Any], params: dict[str, Any], client: Any
) -> tuple[Flow[Any], CallOptions]:
    """Return the flow of a call, and of the wait for what the server does then.

    Args:
        operation: the operation.
        params: the keyword arguments of the method.
        client: the client whose call it is.

    Raises:
        ConfigurationError: an argument can't be used.
    """
    check_called(params, client)
    policy = policy_of(params)
    ids = ids_in(operation, params)
    params = with_free_query(operation, params)
    call = make_call(operation, params, ids, object_reader(operation, client, ids))
    kind, known = _KINDS[operation.name], {**params, **ids}

    def follow_up(to: Operation[Any, Any], found: Any) -> Flow[CallResult[Any]]:
        own = {name: known.get(name) for name in to.parameters.path}
        # That of the request, if it has one: a response may lack its own.
        own[kind.key] = own[kind.key] or getattr(found, "id", None)
        read = object_reader(to, client, own)
        return perform_call(make_call(to, inherited(params), own, read), client.options)

    cancel = kind.cancel
    flow = poll_processing(
        lambda: perform_call(call, client.options),
        lambda found: follow_up(kind.retrieve, found),
        kind.ended,
        policy,
        None if cancel is None else lambda found: follow_up(cancel, found),
    )
    return flow, call.options


def policy_of(params: dict[str, Any]) -> PollPolicy:
    """Take how to wait out of the arguments of a method.

    Raises:
        ConfigurationError: it can't be used.
    """
    given: Any = {}
    for name in (*WaitOptions.__annotations__, *_OTHER_NAMES):
        value = params.pop(name, NOT_GIVEN)
        if value is NOT_GIVEN:
            continue
        usual, factor = _OTHER_NAMES.get(name, (name, 1.0))
        if usual in given:
            raise ConfigurationError(f"{name} and {usual} are the same: give one")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        given[usual] = value * factor if name in _OTHER_NAMES and is_number else value
    return poll_policy(given, time.monotonic)
