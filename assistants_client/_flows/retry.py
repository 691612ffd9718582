"""Sending a request, and again where that can do no harm."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from attrs import frozen

from .._effects import NoResponse, Note, Sleep, UnreadableResponse
from .redirects import send

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._effects import Flow, HttpResponse, PreparedRequest

IDEMPOTENCY_KEY = "idempotency-key"
LONGEST_WAIT = 120.0
"""Seconds up to which a server's word on when to come back is kept."""
_FIRST, _MOST = 0.5, 8.0
_RETRIED = (408, 409, 429)
_SAFE_METHODS = ("GET", "HEAD", "DELETE", "OPTIONS", "PUT")


@frozen
class Sent:
    """A request that got an answer of whatever status.

    Attributes:
        response: the response.
        attempts: how often it was sent.
        unusable: why the answer can't be read, if it can't.
    """

    response: HttpResponse
    attempts: int
    unusable: UnreadableResponse | None = None


@frozen
class Policy:
    """How often to retry, and how long to wait where the server says nothing.

    Attributes:
        max_retries: how often a request is sent again at most.
        jitter: a number from 0 to 1, another one each time.
        clock: seconds since 1970.
    """

    max_retries: int
    jitter: Callable[[], float] = random.random
    clock: Callable[[], float] = time.time


class GaveUp(Exception):  # noqa: N818 - the caller turns it into an error
    """No attempt got an answer; the last reason is the cause."""

    def __init__(self, last: NoResponse, attempts: int) -> None:
        super().__init__(str(last))
        self.last = last
        self.attempts = attempts


def retry(
    prepare: Callable[[int], Flow[PreparedRequest]], policy: Policy
) -> Flow[Sent]:
    """Send a request until it is answered for good or must not be sent again.

    A request that may create something is sent again only where the server can't have
    acted on the one before, so that nothing is made twice.

    Args:
        prepare: gives the request for an attempt, numbered from 0: a key may have
            changed meanwhile.
        policy: how often, and how long to wait in between.

    Raises:
        GaveUp: there is no answer.
    """
    retries = 0
    refreshed = False
    while True:
        request = yield from prepare(retries)
        try:
            response: HttpResponse = yield from send(request)
        except UnreadableResponse as unusable:
            # It would be no better the next time.
            if unusable.response is None:
                raise
            return Sent(unusable.response, retries + 1 + refreshed, unusable)
        except NoResponse as broken:
            attempts = retries + 1 + refreshed
            if broken.final:
                raise GaveUp(broken, attempts) from broken
            if _is_stale(request, broken) and not refreshed:
                refreshed = True
                yield Note("the kept connection was stale; sending again at once")
                continue
            if retries >= policy.max_retries or not _may_resend(request, broken):
                raise GaveUp(broken, attempts) from broken
            wait = backoff(retries, policy)
            why = str(broken)
        else:
            attempts = retries + 1 + refreshed
            if retries >= policy.max_retries or not _may_retry(request, response):
                return Sent(response, attempts)
            wait = _wait(response.headers, retries, policy)
            why = f"status {response.status_code}"
        retries += 1
        yield Note(f"{why}; retry {retries} of {policy.max_retries} in {wait:.1f} s")
        yield Sleep(wait)


def backoff(retries: int, policy: Policy) -> float:
    """Give the seconds to wait where the server says nothing: doubled each time."""
    longest = min(_FIRST * 2.0 ** min(retries, 8), _MOST)
    return longest * (1 - 0.25 * policy.jitter())


def server_wait(headers: Mapping[str, str], now: float) -> float | None:
    """Give the seconds that a server asks to wait, if it does and they aren't too many.

    Args:
        headers: those of its answer.
        now: seconds since 1970.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return _bounded(milliseconds / 1000)
    after = headers.get("retry-after")
    seconds = _number(after)
    if seconds is None and after:
        try:
            seconds = parsedate_to_datetime(after).timestamp() - now
        except (ValueError, OverflowError):
            return None
        seconds = max(seconds, 0.0)
    return None if seconds is None else _bounded(seconds)


def _wait(headers: Mapping[str, str], retries: int, policy: Policy) -> float:
    asked = server_wait(headers, policy.clock())
    return backoff(retries, policy) if asked is None else asked


def _may_retry(request: PreparedRequest, response: HttpResponse) -> bool:
    """Tell whether an answer is one to try again after."""
    wish = response.headers.get("x-should-retry", "").lower()
    status = response.status_code
    if status < 400 or wish == "false":
        return False
    if not (wish == "true" or status in _RETRIED or status >= 500):
        return False
    return _is_repeatable(request) or _was_not_acted_on(response)


def _was_not_acted_on(response: HttpResponse) -> bool:
    """Tell whether an answer means that the server turned the request away unseen."""
    if response.status_code == 503:
        return "retry-after" in response.headers or "retry-after-ms" in response.headers
    return response.status_code in (409, 429)


def _may_resend(request: PreparedRequest, broken: NoResponse) -> bool:
    return broken.stage == "connect" or _is_repeatable(request)


def _is_repeatable(request: PreparedRequest) -> bool:
    """Tell whether doing it twice is doing it once."""
    names = {name.lower() for name in request.headers}
    return request.method in _SAFE_METHODS or IDEMPOTENCY_KEY in names


def _is_stale(request: PreparedRequest, broken: NoResponse) -> bool:
    safe = request.method in ("GET", "DELETE")
    return safe and broken.reused and broken.stage == "sent" and not broken.timed_out


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _bounded(seconds: float) -> float | None:
    return seconds if seconds <= LONGEST_WAIT else None
