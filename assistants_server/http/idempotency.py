"""Requests that are repeated with their key: they get the stored response."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from ..store import StoredResponse
from .errors import HTTPError, quoted
from .results import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..contract.operations import Operation
    from ..store import Store
    from .events import Listener
    from .validation import ValidRequest

JSON = dict[str, Any]
HEADER = "Idempotency-Key"
REPLAYED = "idempotent-replayed"
"""The header of a stored response."""
_NO_RETRY = {"x-should-retry": "false"}
LONGEST = 255
"""How many characters a key may have."""


def once(
    store: Store,
    request: ValidRequest,
    act: Callable[[ValidRequest], Result],
    replay: Callable[[ValidRequest, JSON], Listener],
) -> Result:
    """Carry out a request, or return the response that the same request got before.

    It is called within a change, which nothing with the same key comes between: a
    request never finds another with its key in progress. Only what was carried out is
    stored: an error has changed nothing, and what is wrong may be put right before the
    request is repeated.

    Args:
        store: where responses are stored.
        request: the request; its key counts where it may create or change something.
        act: carries it out.
        replay: returns a stream once more, of the run that it began with: events are
            not stored, but what they told is.

    Raises:
        HTTPError: the key is invalid, belongs to another request, or to what was
            deleted since.
    """
    key = key_of(request.operation, request.headers)
    if key is None:
        return act(request)
    assert request.fingerprint is not None
    store.lock_key(key)
    stored = store.responses.get(key)
    if stored is None:
        result = act(request)
        if result.later or result.file:
            # It has changed nothing.
            return result
        streamed = result.listener is not None
        response = StoredResponse(
            request.fingerprint, result.body, result.headers, streamed
        )
        store.responses.add(key, response)
        return result
    if stored.fingerprint != request.fingerprint:
        message = (
            f"The {HEADER} {quoted(key)} was used for another request before; a new "
            "request needs a new key."
        )
        raise _error(422, message, "idempotency_key_reused")
    if stored.deleted:
        message = (
            f"What the request with the {HEADER} {quoted(key)} made was deleted since."
        )
        raise _error(409, message, "idempotent_object_deleted", _NO_RETRY)
    headers = {**stored.headers, REPLAYED: "true"}
    if stored.streamed:
        return Result(stored.body, headers, replay(request, stored.body))
    return Result(stored.body, headers)


def key_of(operation: Operation, headers: Mapping[str, str]) -> str | None:
    """Return the key of a request; None where it has none, or none that counts.

    Raises:
        HTTPError: it is no key.
    """
    key = headers.get(HEADER.lower())
    if key is None or operation.method != "POST":
        return None
    if not 1 <= len(key) <= LONGEST:
        message = (
            f"Invalid header {HEADER}: expected 1 to {LONGEST} characters, found "
            f"{len(key)}."
        )
        raise _error(400, message, "invalid_value")
    return key


def _error(
    status: int, message: str, code: str, headers: dict[str, str] | None = None
) -> HTTPError:
    return HTTPError(status, message, param=HEADER, code=code, headers=headers)


def fingerprint(request: ValidRequest) -> str:
    """Return what is the same for two requests only if they ask for the same.

    For a large body it takes a while: on an event loop, call it in a thread.
    """
    operation = request.operation
    parts: list[Any] = [operation.method, operation.path, dict(request.path)]
    parts += [request.query, request.body]
    parts += [request.upload.digest] if request.upload else []
    text = json.dumps(parts, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
