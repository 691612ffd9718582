"""Outages: a server that is gone for a while, as while it restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from .._effects import Log, Sleep, TimeUp
from .._errors import APIConnectionError, APIError, APIStatusError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._effects import Flow

T = TypeVar("T")

_FIRST, _MOST, _GROWTH = 0.5, 5.0, 1.5
# What stands before a server says so when that is gone, or the server while it starts.
_STATUSES: Final = (502, 503, 504)
_PASSING: Final = (408, 429)


def through_outages(call: Callable[[], Flow[T]]) -> Flow[T]:
    """Perform a call that changes nothing, again and again while the server is gone.

    It is for whoever runs this to bound it.

    Args:
        call: returns the flow of the call.

    Raises:
        APIError: the call failed for another reason.
        TimeUp: so long that the time is up; the last failure is its cause.
    """
    failures = 0
    while True:
        try:
            result = yield from call()
        except APIError as error:
            if not is_outage(error):
                raise
            if failures == 0:
                yield Log("warning", f"going on until the server is back: {error}")
            pause = min(_FIRST * _GROWTH ** min(failures, 20), _MOST)
            failures += 1
            try:
                yield Sleep(pause)
            except TimeUp as up:
                raise up from error
            continue
        if failures:
            yield Log("info", f"the server is back after {failures} failed requests")
        return result


def is_outage(error: APIError) -> bool:
    """Return whether a call failed as it does where a server is gone for a while."""
    if isinstance(error, APIStatusError):
        return error.status_code in _STATUSES and is_passing(error)
    # One that is final would fail again: the client has been closed, for example.
    final = getattr(error.__cause__, "final", False)
    return isinstance(error, APIConnectionError) and not final


def is_passing(error: APIError) -> bool:
    """Return whether a call failed by a status that may be another one next time."""
    if not isinstance(error, APIStatusError):
        return False
    forbidden = error.response.headers.get("x-should-retry", "").lower() == "false"
    return not forbidden and (error.status_code in _PASSING or error.status_code >= 500)
